//! Kept parts of split messages, read, and what a batch changes of them as rows.

use bordergate_model::{OutcomeKind, RecordId};
use bytes::Bytes;
use uuid::Uuid;

use super::outcome::ChangedRow;
use super::{name, number, sha256};
use crate::moment::Moment;
use crate::{Error, KeptPart, PartChanges};

/// The columns of [`KeptPart`]'s fields, in order.
pub(crate) type PartTuple<T> = (
    i64,
    Uuid,
    String,
    String,
    String,
    T,
    String,
    i32,
    bool,
    Vec<u8>,
    Option<Vec<u8>>,
    T,
);

/// Reads a kept part.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn part<T: Moment>(row: PartTuple<T>) -> Result<KeptPart, Error> {
    Ok(KeptPart {
        offset: row.0,
        record_id: RecordId(row.1),
        source_id: name("parts.source_id", &row.2)?,
        gate_id: name("parts.gate_id", &row.3)?,
        format: row.4,
        received_at: row.5.timestamp()?,
        message_key: row.6,
        number: number("parts.part_number", row.7)?,
        is_last: row.8,
        bytes_sha256: sha256("parts.bytes_sha256", &row.9)?,
        bytes: row.10.map(Bytes::from),
        waits_until: row.11.timestamp()?,
    })
}

/// What a batch changes of kept parts; the quarantine rows of those put aside are with the others.
#[derive(Debug)]
pub(crate) struct PartRows {
    pub(crate) dropped: Vec<i64>,
    pub(crate) joined: Vec<i64>,
    pub(crate) kept: Vec<KeptPart>,
    /// The outcomes of those that are given up.
    pub(crate) outcomes: Vec<ChangedRow>,
}

impl PartRows {
    pub(crate) fn new(changes: &PartChanges) -> Self {
        let aside = changes.put_aside.iter().map(|row| ChangedRow {
            log_offset: row.offset,
            waited_as: OutcomeKind::Part.code(),
            kind: OutcomeKind::Quarantined.code(),
            gate_id: None,
            code: row.code.clone(),
        });
        Self {
            dropped: changes.dropped.clone(),
            joined: changes.joined.clone(),
            kept: changes.kept.clone(),
            outcomes: aside.collect(),
        }
    }
}
