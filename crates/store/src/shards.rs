//! What the role `process` asks: leases, look-ups and the one write transaction
//! (DESIGN.md, "Never lose, never count twice").

use async_trait::async_trait;
use bordergate_indicators::Measures;
use bordergate_model::{
    Crossing, CrossingId, GateId, KeyWindow, LaneWindow, MatchKey, Observation, ObservationRef,
    Offset, Outcome, RecordId, Shard, SourceId, UnlinkedReason,
};
use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Error, KeptPart, PartChanges, RouteChanges, WantedParts};

/// A shard's row in `progress`.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The shard.
    pub shard: Shard,
    /// The process that holds it; `None` when it was given up cleanly.
    pub owner: Option<Uuid>,
    /// Grows by one with every take-over; every write of an owner is fenced by it.
    pub owner_epoch: i64,
    /// The offset after the last one whose effects are stored.
    pub next_offset: Offset,
    /// The record before `next_offset`; `None` for a shard that never had one.
    pub last_record_id: Option<RecordId>,
    /// The greatest reception time so far; `None` for a shard that never had a record.
    pub log_time: Option<Timestamp>,
    /// Whether the last record came from a replay source; starts true.
    pub last_is_replay: bool,
    /// Sequence number of the shard's last feed row; 0 before the first.
    pub feed_seq: i64,
    /// Identity of the log the offsets belong to; empty before the first take.
    pub log_id: String,
    /// The offset being tried alone after an unclean take-over.
    pub suspect_offset: Option<Offset>,
    /// How often it was begun.
    pub suspect_count: i32,
}

/// Answer to an attempt to take a shard.
#[derive(Clone, Debug, PartialEq)]
pub enum Take {
    /// It is ours; `progress.owner_epoch` is the new epoch.
    Taken {
        /// The row after the take.
        progress: Progress,
        /// Whether the owner before us did not give it up.
        is_unclean: bool,
    },
    /// Another process holds a lease that has not run out.
    Held,
}

/// What one batch needs to know from the database.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Ids of the batch's records.
    pub record_ids: Vec<RecordId>,
    /// Event ids of the batch's observations, and the ones they correct, each with its source.
    pub events: Vec<(SourceId, String)>,
    /// Keys of crossings that may not be in memory.
    pub keys: Vec<KeyWindow>,
    /// Lanes of which everything read within a span is wanted.
    pub lanes: Vec<LaneWindow>,
    /// Crossings wanted by name.
    pub crossing_ids: Vec<CrossingId>,
    /// Kept parts of split messages.
    pub parts: Option<WantedParts>,
}

/// An earlier appearance of a record id.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRecord {
    /// The record.
    pub record_id: RecordId,
    /// Where it lies.
    pub offset: Offset,
    /// SHA-256 of its body.
    pub body_sha256: [u8; 32],
    /// Its outcome; `None` when it gave observations.
    pub outcome: Option<Outcome>,
}

/// Answer to [`Wanted`].
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Every earlier appearance of the wanted record ids, by offset.
    pub records: Vec<KnownRecord>,
    /// The stored observations of the wanted events (with their own event id, or correcting it), and
    /// the crossing each is in.
    pub events: Vec<(Observation, Option<CrossingId>)>,
    /// The crossings (not merged) that carry a wanted key and are open or expired, or whose
    /// `first_at..=last_at` overlaps the key's span; those wanted by name; those that hold a found
    /// event or a reading of a wanted lane. Complete with their readings.
    pub crossings: Vec<Crossing>,
    /// Unlinked observations that carry a wanted key within its span, and those of wanted lanes. One may come twice.
    pub unlinked: Vec<Observation>,
    /// Revisions of merged crossings that a reading of `crossings` or `unlinked` once opened: a
    /// crossing that comes back under such an id goes on from there.
    pub tombstones: Vec<(CrossingId, u64)>,
    /// The wanted parts, by offset.
    pub parts: Vec<KeptPart>,
}

/// What a take-over loads.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Every crossing (not merged) of the shard's gates that is open, or was last read at or after the given log time.
    pub crossings: Vec<Crossing>,
    /// Unlinked observations received at or after that time.
    pub unlinked: Vec<Observation>,
    /// Merged crossings touched at or after that time, with their revisions.
    pub tombstones: Vec<(CrossingId, u64)>,
}

/// An observation to insert.
#[derive(Clone, Debug, PartialEq)]
pub struct NewObservation {
    /// The observation.
    pub observation: Observation,
    /// SHA-256 of its record's body.
    pub body_sha256: [u8; 32],
    /// Its crossing.
    pub crossing_id: Option<CrossingId>,
    /// The key by which it was linked; `None` when it opened the crossing or is in none.
    pub link_key: Option<MatchKey>,
    /// Why it is in none; `None` when it is in one.
    pub unlinked: Option<UnlinkedReason>,
}

/// A stored observation that changes its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Relink {
    /// The observation.
    pub reference: ObservationRef,
    /// Its crossing now.
    pub crossing_id: Option<CrossingId>,
    /// The key by which it is linked now.
    pub link_key: Option<MatchKey>,
    /// Why it is in none now.
    pub unlinked: Option<UnlinkedReason>,
}

/// A record that gave no observation.
#[derive(Clone, Debug, PartialEq)]
pub struct NewOutcome {
    /// The record.
    pub record_id: RecordId,
    /// Its offset.
    pub offset: Offset,
    /// Its source.
    pub source_id: SourceId,
    /// Its gate: of a record in the router's shard the one it was routed to, `None` while it waits; `None` for a tick.
    pub gate_id: Option<GateId>,
    /// When it was received.
    pub received_at: Timestamp,
    /// SHA-256 of its body.
    pub body_sha256: [u8; 32],
    /// What became of it.
    pub outcome: Outcome,
}

/// A quarantine row; its record's outcome is `quarantined` with the same code.
#[derive(Clone, Debug, PartialEq)]
pub struct NewQuarantine {
    /// The record.
    pub record_id: RecordId,
    /// Its offset.
    pub offset: Offset,
    /// Its source.
    pub source_id: SourceId,
    /// Its gate.
    pub gate_id: Option<GateId>,
    /// Its format.
    pub format: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Stable code of the reason.
    pub code: String,
    /// The reason in words, with the position in the input; no personal data.
    pub detail: String,
}

/// A crossing at its new revision with what the indicators take from it.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredCrossing {
    /// The crossing; a merged one is a tombstone.
    pub crossing: Crossing,
    /// Its measures; its facts replace the stored ones.
    pub measures: Measures,
    /// The feed's bytes for this revision.
    pub encoded: Bytes,
}

/// Everything one batch of one shard writes, in one transaction.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The shard.
    pub shard: Shard,
    /// The epoch under which we own it.
    pub owner_epoch: i64,
    /// The `next_offset` the row must still have.
    pub from_offset: Offset,
    /// The `next_offset` after the batch.
    pub next_offset: Offset,
    /// The batch's last record.
    pub last_record_id: RecordId,
    /// The log time after the batch.
    pub log_time: Timestamp,
    /// Whether the last record came from a replay source.
    pub last_is_replay: bool,
    /// The shard's feed sequence before the batch; the crossings get the numbers after it, in order.
    pub feed_seq: i64,
    /// Observations to insert.
    pub observations: Vec<NewObservation>,
    /// Stored observations that change their place.
    pub relinks: Vec<Relink>,
    /// Outcomes to insert.
    pub outcomes: Vec<NewOutcome>,
    /// Quarantine rows to insert.
    pub quarantine: Vec<NewQuarantine>,
    /// Crossings to write, each at most once, in feed order.
    pub crossings: Vec<MeasuredCrossing>,
    /// What changes of the kept parts of split messages.
    pub parts: PartChanges,
    /// What changes of the records that wait for their gate; of the router's shard only.
    pub routes: RouteChanges,
}

/// Answer to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// Every effect is stored.
    Done,
    /// The fence found another owner, epoch or offset: nothing is stored, the shard is not ours.
    Fenced,
}

/// Leases, look-ups and writes of the role `process`.
#[async_trait]
pub trait Shards: Send + Sync + 'static {
    /// Takes the shard for `owner` when it is free or its lease has run out, and fills in `log_id`
    /// when the row has none yet. SQLite has no leases: it always takes.
    async fn take_shard(&self, shard: Shard, owner: Uuid, log_id: &str) -> Result<Take, Error>;

    /// Prolongs the lease; false when the epoch is no longer ours.
    async fn renew(&self, shard: Shard, owner_epoch: i64) -> Result<bool, Error>;

    /// Gives the shard up cleanly; without effect when the epoch is no longer ours.
    async fn release(&self, shard: Shard, owner_epoch: i64) -> Result<(), Error>;

    /// Writes down that the record at `offset` is about to be tried alone for the `count`-th time; false when
    /// the epoch is no longer ours. Written again, after an unknown outcome, it changes nothing.
    async fn mark_suspect(
        &self,
        shard: Shard,
        owner_epoch: i64,
        offset: Offset,
        count: i32,
    ) -> Result<bool, Error>;

    /// Returns the shard's row, waiting for a commit still running; `None` when nobody ever took it.
    async fn progress(&self, shard: Shard) -> Result<Option<Progress>, Error>;

    /// Returns the rows of all shards ever taken, by shard, without waiting.
    async fn all_progress(&self) -> Result<Vec<Progress>, Error>;

    /// Returns what the board of these gates must hold: see [`Loaded`].
    async fn load_board(
        &self,
        gates: &[GateId],
        last_read_since: Timestamp,
    ) -> Result<Loaded, Error>;

    /// Answers a batch's look-ups, a few selects whatever its size.
    async fn look_up(&self, wanted: &Wanted) -> Result<Found, Error>;

    /// Writes a batch in one transaction, fence first.
    ///
    /// # Errors
    /// [`Error::Refused`] when a row breaks a constraint: nothing is stored, the caller bisects.
    /// [`Error::CommitUnknown`]: ask [`Self::progress`]. [`Error::Unreachable`]: nothing is stored.
    async fn commit(&self, batch: &Batch) -> Result<Committed, Error>;
}
