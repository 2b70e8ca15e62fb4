//! Where records of province-wide sources go: decided once, by the router or by a person, before any is appended.
//!
//! A decision stands in the database before the record's first copy is in its gate's log, and until the outcome says that it is
//! there. So no end of a hub, nor two hubs that both believe to own the router's shard, bring a record to two gates.

use async_trait::async_trait;
use bordergate_model::{GateId, Offset, RecordId, Shard};

use crate::{AuditEntry, Error};

/// A gate, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The gate.
    pub gate_id: GateId,
    /// Stable code of how it was found.
    pub code: String,
}

/// A record of the router's shard about which something is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoutedRecord {
    /// Its offset.
    pub offset: Offset,
    /// The record.
    pub record_id: RecordId,
    /// SHA-256 of its body.
    pub body_sha256: [u8; 32],
}

/// Records that go to one gate together: a record alone, or the parts of a split message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// The records, by offset; at least one.
    pub records: Vec<RoutedRecord>,
    /// Where they go unless something is decided already; `None`: nowhere yet.
    pub choice: Option<Destination>,
}

/// What became of a person's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// This many waiting records are on their way to the gate; whoever repeats the decision is told the same.
    Going(usize),
    /// It waits no longer: it was routed to that gate.
    There,
    /// No such record waits or was routed.
    Unknown,
}

/// Decisions about records of the router's shard.
#[async_trait]
pub trait Decisions: Send + Sync + 'static {
    /// Writes down where records go. What was decided before stands, and a decision about one record holds for all that go
    /// together with it. Returns what stands, an answer per entry, `None` where nothing is decided; no answers when the epoch is
    /// no longer ours. Asked again, after an unknown outcome, it answers the same.
    async fn decide(
        &self,
        shard: Shard,
        owner_epoch: i64,
        together: &[Together],
    ) -> Result<Option<Vec<Option<Destination>>>, Error>;

    /// Decides for a person where a waiting record goes, with the other parts of its message; `entry` goes to the audit trail in
    /// the same transaction, once.
    ///
    /// # Errors
    /// [`Error::Conflict`] `unrouted.decided` when it is going to another gate already, `unrouted.routed` when it is at another.
    async fn assign(
        &self,
        shard: Shard,
        record_id: RecordId,
        destination: &Destination,
        entry: &AuditEntry,
    ) -> Result<Assigned, Error>;
}
