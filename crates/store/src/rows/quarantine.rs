//! Quarantine rows, read.

use bordergate_model::{Offset, RecordId, Shard};
use uuid::Uuid;

use super::{name, number};
use crate::moment::{Moment, optional};
use crate::{Error, QuarantineRow};

/// The columns of [`QuarantineRow`]'s fields, in order.
pub(crate) type QuarantineTuple<T> = (
    i32,
    i64,
    Uuid,
    String,
    Option<String>,
    String,
    T,
    String,
    String,
    Option<T>,
);

/// Reads a quarantine row.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn quarantine<T: Moment>(row: QuarantineTuple<T>) -> Result<QuarantineRow, Error> {
    Ok(QuarantineRow {
        shard: number("quarantine.shard", row.0)?,
        offset: row.1,
        record_id: RecordId(row.2),
        source_id: name("quarantine.source_id", &row.3)?,
        gate_id: row
            .4
            .map(|gate_id| name("quarantine.gate_id", &gate_id))
            .transpose()?,
        format: row.5,
        received_at: row.6.timestamp()?,
        code: row.7,
        detail: row.8,
        redriven_at: optional(row.9)?,
    })
}

/// Returns the error for a quarantined record that is not there.
pub(crate) fn unknown(shard: Shard, offset: Offset) -> Error {
    Error::Conflict {
        code: "quarantine.unknown",
        reason: format!("no record is quarantined at offset {offset} of shard {shard}"),
    }
}
