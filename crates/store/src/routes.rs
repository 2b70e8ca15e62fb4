//! Records of province-wide sources on their way to a gate: what the gates know of them, and those that still wait.
//!
//! A waiting record lies here whole, written in the transaction that moves the router's offset: it is there after a
//! restart exactly when its outcome is, and a log that has dropped its oldest records takes none away.

use async_trait::async_trait;
use bordergate_model::{
    GateId, LoggedRecord, MatchKey, Offset, Outcome, RecordId, Shard, SourceId,
};
use jiff::Timestamp;

use crate::{Error, FeedShard};

/// A key, and the span of time in which crossings that carry it matter most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkKey {
    /// The key.
    pub key: MatchKey,
    /// Start of the span, inclusive.
    pub from: Timestamp,
    /// End of the span, inclusive.
    pub until: Timestamp,
}

/// What the router wants to know of some records.
#[derive(Clone, Debug, Default)]
pub struct WantedLinks {
    /// Their ids.
    pub record_ids: Vec<RecordId>,
    /// The events they tell or correct, each with its source.
    pub events: Vec<(SourceId, String)>,
    /// The split messages they are parts of: source and message key.
    pub messages: Vec<(SourceId, String)>,
    /// The keys they carry.
    pub keys: Vec<LinkKey>,
}

/// A gate that has a record already, with the hash of its body.
pub type RecordLink = (RecordId, [u8; 32], GateId);
/// A gate that has an event, or parts of a message, of a source.
pub type SourceLink = (SourceId, String, GateId);

/// Answer to [`WantedLinks`]: one row per fact and gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Gates that have a record already; not those where it was quarantined.
    pub records: Vec<RecordLink>,
    /// Gates at which an event was read.
    pub events: Vec<SourceLink>,
    /// Gates that have parts of a message.
    pub messages: Vec<SourceLink>,
    /// Gates whose crossings carry a key, by key.
    pub keys: Vec<KeyLink>,
}

/// A gate at which a crossing carries a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLink {
    /// Which of the wanted keys, from 0.
    pub wanted: usize,
    /// The gate.
    pub gate_id: GateId,
    /// Of the gate's best crossing: 0 open and read within the key's span, 1 read within it, 2 open, 3 neither (trip codes
    /// and declarations only, which name one passage).
    pub rank: u8,
}

/// A record that waits for its gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrouted {
    /// The record where it lies in the router's shard.
    pub logged: LoggedRecord,
    /// For a part of a split message: names the message among those of the source.
    pub message_key: Option<String>,
    /// Stable code of why it waits.
    pub code: String,
    /// The reason in words; no personal data.
    pub detail: String,
}

/// Which waiting records are wanted whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedUnrouted {
    /// Some by offset.
    pub offsets: Vec<Offset>,
    /// Every part of some messages: source and message key.
    pub messages: Vec<(SourceId, String)>,
}

/// A waiting record, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnroutedRow {
    /// The router's shard.
    pub shard: Shard,
    /// Its offset there.
    pub offset: Offset,
    /// The record.
    pub record_id: RecordId,
    /// Its source.
    pub source_id: SourceId,
    /// Its format.
    pub format: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Stable code of why it waits.
    pub code: String,
    /// The reason in words.
    pub detail: String,
    /// The gate to which it is going, since that was decided; `None` while it waits.
    pub going_to: Option<GateId>,
}

/// Why some records wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnroutedReason {
    /// Stable code of why they wait.
    pub code: String,
    /// How many.
    pub count: u64,
    /// When the first of them was received.
    pub oldest_at: Timestamp,
}

/// A record that begins to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUnrouted {
    /// The record.
    pub unrouted: Unrouted,
    /// The keys by which it may find its gate.
    pub keys: Vec<MatchKey>,
}

/// A record that waited and found its gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// Its offset.
    pub offset: Offset,
    /// The gate to whose shard it was appended.
    pub gate_id: GateId,
    /// Stable code of how the gate was found.
    pub code: String,
}

/// A record that waits on, for another reason than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its offset.
    pub offset: Offset,
    /// Stable code of why it waits.
    pub code: String,
    /// The reason in words.
    pub detail: String,
}

/// What a batch changes of the waiting records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteChanges {
    /// Records that begin to wait; their outcome is in the batch, `routed` without a gate.
    pub kept: Vec<NewUnrouted>,
    /// Records that waited and were routed.
    pub routed: Vec<Routed>,
    /// Records that wait on.
    pub told: Vec<Told>,
    /// Offsets of records whose decision is carried out, or void: see [`crate::Decisions`].
    pub settled: Vec<Offset>,
}

impl RouteChanges {
    /// Tells whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
            && self.routed.is_empty()
            && self.told.is_empty()
            && self.settled.is_empty()
    }
}

/// What became of a record of the router's shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    /// Its offset.
    pub offset: Offset,
    /// The record.
    pub record_id: RecordId,
    /// SHA-256 of its body.
    pub body_sha256: [u8; 32],
    /// Its outcome.
    pub outcome: Outcome,
    /// The gate it was routed to.
    pub gate_id: Option<GateId>,
    /// Whether it is among the waiting ones.
    pub is_waiting: bool,
}

/// What the router asks; what it writes is in [`crate::Batch`].
#[async_trait]
pub trait Routes: Send + Sync + 'static {
    /// Returns what the gates know of some records, a select per kind of fact.
    async fn links(&self, wanted: &WantedLinks) -> Result<Links, Error>;

    /// Returns waiting records whole, each once, by offset.
    async fn unrouted(&self, shard: Shard, wanted: &WantedUnrouted)
    -> Result<Vec<Unrouted>, Error>;

    /// Returns the offsets of the waiting records that may find their gate now: a crossing written after `since` carries
    /// one of their keys, a gate has parts of their message, or where they go is decided. Ascending.
    async fn woken(&self, shard: Shard, since: &[FeedShard]) -> Result<Vec<Offset>, Error>;

    /// Returns a page of the waiting records of every shard, by shard and offset.
    async fn unrouted_page(
        &self,
        after: Option<(Shard, Offset)>,
        limit: u32,
    ) -> Result<Vec<UnroutedRow>, Error>;

    /// Returns why records wait, the most frequent reason first; empty when none waits.
    async fn unrouted_reasons(&self) -> Result<Vec<UnroutedReason>, Error>;

    /// Returns what became of the router's records from an offset on, by offset.
    async fn routing_page(
        &self,
        shard: Shard,
        from: Offset,
        limit: u32,
    ) -> Result<Vec<Routing>, Error>;
}
