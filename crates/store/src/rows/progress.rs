//! A row of `progress`, read.

use bordergate_model::RecordId;
use uuid::Uuid;

use super::number;
use crate::moment::{Moment, optional};
use crate::{Error, Progress};

/// The columns of [`Progress`]' fields, in order.
pub(crate) type ProgressTuple<T> = (
    i32,
    Option<Uuid>,
    i64,
    i64,
    Option<Uuid>,
    Option<T>,
    bool,
    i64,
    String,
    Option<i64>,
    i32,
);

/// Reads a row.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn progress<T: Moment>(row: ProgressTuple<T>) -> Result<Progress, Error> {
    Ok(Progress {
        shard: number("progress.shard", row.0)?,
        owner: row.1,
        owner_epoch: row.2,
        next_offset: row.3,
        last_record_id: row.4.map(RecordId),
        log_time: optional(row.5)?,
        last_is_replay: row.6,
        feed_seq: row.7,
        log_id: row.8,
        suspect_offset: row.9,
        suspect_count: row.10,
    })
}
