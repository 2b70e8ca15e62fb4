//! What the metrics count, from its columns.

use crate::moment::{Moment, optional};
use crate::{Counts, Error};

/// The columns of [`Counts`]' fields, in order.
pub(crate) type CountsTuple<T> = (i64, i64, i64, i64, i64, Option<T>);

/// Reads the counts.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn counts<T: Moment>(row: CountsTuple<T>) -> Result<Counts, Error> {
    Ok(Counts {
        open_crossings: row.0,
        quarantined_records: row.1,
        unlinked_observations: row.2,
        unrouted_records: row.3,
        waiting_parts: row.4,
        oldest_part_at: optional(row.5)?,
    })
}
