//! What the Kafka bridge asks: where it stands in topics of other systems, and what it left out.

use async_trait::async_trait;
use bordergate_model::Offset;
use jiff::Timestamp;

use crate::{DoorLease, Error};

/// A partition of another system's topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignPartition {
    /// Kafka's name of the cluster.
    pub cluster_id: String,
    /// The topic; with `#` and a number when it was made anew under its old name.
    pub topic: String,
    /// Number of the partition.
    pub partition: u16,
}

impl ForeignPartition {
    /// Returns the door that a hub takes to read it.
    #[must_use]
    pub fn door(&self) -> String {
        let Self {
            cluster_id,
            topic,
            partition,
        } = self;
        format!("bridge {cluster_id}/{topic}/{partition}")
    }
}

/// Where the bridge stands in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgePlace {
    /// The offset after the last one that is in the raw log or left out.
    pub next_offset: Offset,
    /// Hash of the message before `next_offset`; `None` before the first.
    pub last_sha256: Option<[u8; 32]>,
}

/// A partition that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeProgress {
    /// The partition.
    pub partition: ForeignPartition,
    /// Where the bridge stands.
    pub place: BridgePlace,
    /// When that moved last, by the database's clock.
    pub advanced_at: Timestamp,
    /// Whether a hub reads it; one that was killed counts until another takes its door.
    pub is_read: bool,
}

/// Offsets that did not come into the raw log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The first of them.
    pub from_offset: Offset,
    /// The first after them.
    pub until_offset: Offset,
    /// Stable code of the reason.
    pub code: String,
    /// The reason in words; nothing of the value.
    pub detail: String,
    /// Size of the value in bytes; `None` for messages that were gone.
    pub body_bytes: Option<i64>,
    /// SHA-256 of the value; `None` for messages that were gone.
    pub body_sha256: Option<[u8; 32]>,
}

/// A row of what was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutRow {
    /// The partition.
    pub partition: ForeignPartition,
    /// What was left out of it.
    pub left_out: LeftOut,
    /// When it was written down, by the database's clock.
    pub noted_at: Timestamp,
}

/// A step forward in a partition: everything before `next_offset` is in the raw log, or left out and written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The partition.
    pub partition: ForeignPartition,
    /// The `next_offset` the row must still have.
    pub from_offset: Offset,
    /// The `next_offset` after the step.
    pub next_offset: Offset,
    /// Hash of the message before `next_offset`; `None` when it is not known.
    pub last_sha256: Option<[u8; 32]>,
    /// What was left out on the way.
    pub left_out: Vec<LeftOut>,
}

/// Places in topics of other systems.
#[async_trait]
pub trait Bridges: Send + Sync + 'static {
    /// Returns where the partition stands. One that was never read begins at `begin_offset`.
    async fn begin_partition(
        &self,
        partition: &ForeignPartition,
        begin_offset: Offset,
    ) -> Result<BridgePlace, Error>;

    /// Moves the partition forward and writes down what was left out, in one transaction; false, and nothing is
    /// stored, when the door is no longer ours or the partition stands elsewhere.
    async fn advance_partition(&self, lease: &DoorLease, advance: &Advance) -> Result<bool, Error>;

    /// Returns every partition that was ever read, by cluster, topic and number.
    async fn foreign_partitions(&self) -> Result<Vec<BridgeProgress>, Error>;

    /// Returns the newest `limit` rows of what was left out, newest first.
    async fn left_out(&self, limit: u32) -> Result<Vec<LeftOutRow>, Error>;
}
