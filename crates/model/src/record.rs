//! Raw records: what a door accepted, as it lies in the log.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::detached::REFERENCE_BYTES;
use crate::{Detached, GateId, Offset, RecordId, Shard, SourceId};

/// Format name of the hub's own record that moves a silent shard's log time; it has no gate.
pub const TICK: &str = "tick";

/// One message as it came, with what the door knows about it.
///
/// In Kafka these fields are the CloudEvents headers of DESIGN.md, "Shards and keys", and `body` is the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRecord {
    /// The record's identity (`ce_id`).
    pub record_id: RecordId,
    /// Who sent it (`ce_source`); the hub itself for a tick.
    pub source_id: SourceId,
    /// The registration version the door stamped (`ce_sourceversion`), 1 or more; 0 for a tick.
    pub source_version: u32,
    /// The gate of the registration (`ce_gate`, the log's key), or the one a record of a province-wide source was routed
    /// to; `None` for a tick, and in the router shard.
    pub gate_id: Option<GateId>,
    /// The registered format's name (`ce_type`), such as `hikvision-anpr`, or [`TICK`].
    pub format: String,
    /// The content type as sent, empty when none was.
    pub content_type: String,
    /// When the hub (or a replay source, on its behalf) received it (`ce_time`).
    pub received_at: Timestamp,
    /// Whether the source is a replay source: its `received_at` is history, not this hub's clock.
    pub is_replay: bool,
    /// W3C trace context of the request that brought it.
    pub traceparent: Option<String>,
    /// The device's own `ce-*` headers, names in lower case without `device-`, in order of name.
    pub device_headers: Vec<(String, String)>,
    /// For a redriven record: the offset at which the same bytes were first logged.
    pub redrive_of: Option<Offset>,
    /// What the door took out of the body (`ce_detached`); `None`: the body is whole.
    pub detached: Option<Box<Detached>>,
    /// For a record that was routed: shard and offset of the router's record, of the same id and bytes.
    pub routed_from: Option<(Shard, Offset)>,
    /// The message as it came; where `detached` says so, with a reference in a part's place.
    pub body: Bytes,
}

impl RawRecord {
    /// Returns how many bytes the message had as it came.
    #[must_use]
    pub fn sent_bytes(&self) -> usize {
        let parts = self.detached.iter().flat_map(|detached| &detached.parts);
        parts.fold(self.body.len(), |length, part| {
            length
                .saturating_add(part.bytes)
                .saturating_sub(REFERENCE_BYTES)
        })
    }
}

/// A raw record at its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRecord {
    /// The shard it lies in.
    pub shard: Shard,
    /// Its place in the shard.
    pub offset: Offset,
    /// The record.
    pub record: RawRecord,
}

/// Answer to a sender: the log has acknowledged the record at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The record's identity; the same for every retry under one key.
    pub record_id: RecordId,
    /// The shard it lies in.
    pub shard: Shard,
    /// Its place in the shard.
    pub offset: Offset,
}
