//! Kept parts of split messages: what is looked up of them, and what a batch changes.
//!
//! A part's bytes lie here until its message is whole or given up, written in the transaction that moves the offset:
//! so they are there after a restart exactly when their outcome is, and a log that has dropped its oldest records
//! takes no part away from a message that is still waited for.

use bordergate_model::{GateId, Offset, RecordId, Shard, SourceId};
use bytes::Bytes;
use jiff::Timestamp;

use crate::NewQuarantine;

/// A part of a split message, kept from its arrival until `waits_until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPart {
    /// Its record's offset.
    pub offset: Offset,
    /// Its record.
    pub record_id: RecordId,
    /// Its source.
    pub source_id: SourceId,
    /// Its gate.
    pub gate_id: GateId,
    /// Its format.
    pub format: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Names the message among those of the source.
    pub message_key: String,
    /// Its place in the message, from 1 to 999; no two kept parts of a message share one.
    pub number: u16,
    /// Whether the message ends with it.
    pub is_last: bool,
    /// SHA-256 of the part's bytes.
    pub bytes_sha256: [u8; 32],
    /// The part's bytes; `None` once the message was put together, and only doubles are still to be recognised.
    pub bytes: Option<Bytes>,
    /// The log time at which it is given up, or forgotten; the same for every part of a message, whole microseconds.
    pub waits_until: Timestamp,
}

/// Which kept parts a batch needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedParts {
    /// The shard.
    pub shard: Shard,
    /// Messages of which a part is in the batch: source and message key.
    pub messages: Vec<(SourceId, String)>,
    /// The greatest log time of the batch: parts that wait until then or less are wanted too.
    pub log_time: Timestamp,
}

/// What a batch changes of the kept parts, in this order: `dropped`, `joined`, `kept`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartChanges {
    /// Offsets of stored parts that are forgotten; those of `put_aside` among them.
    pub dropped: Vec<Offset>,
    /// Offsets of stored parts whose message is whole: their bytes go.
    pub joined: Vec<Offset>,
    /// Parts to keep.
    pub kept: Vec<KeptPart>,
    /// Stored records of outcome `part` that are given up: their outcome becomes `quarantined` with the row's code.
    pub put_aside: Vec<NewQuarantine>,
}
