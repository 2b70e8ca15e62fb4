//! What the role is given: log, store, rules and the two values it may not reach itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bordergate_crossing::Rules;
use bordergate_eventlog::{EventLog, RunLimit};
use bordergate_indicators::ExpectedMilestones;
use bordergate_model::{Clock, CrossingChange, Offset, Shard, SourceId};
use bordergate_store::Store;
use bytes::Bytes;
use uuid::Uuid;

/// Sizes and times of the batch loop.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How much one batch holds at most.
    pub batch: RunLimit,
    /// How long to wait for more records once one is there.
    pub batch_wait: Duration,
    /// After how long without a record the owner appends a tick; `None`: never (verification).
    pub tick_after: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            batch: RunLimit {
                records: 2000,
                body_bytes: 16 << 20,
            },
            batch_wait: Duration::from_millis(20),
            tick_after: Some(Duration::from_secs(60)),
        }
    }
}

/// What was stored by one commit, for metrics and for those who wait on it.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The shard.
    pub shard: Shard,
    /// Records by source and outcome (`observed` or an outcome's kind).
    pub records: HashMap<(SourceId, &'static str), u64>,
    /// Crossings written.
    pub crossing_count: usize,
    /// Time from the batch's arrival to its commit.
    pub elapsed: Duration,
    /// The offset after the batch.
    pub next_offset: Offset,
}

/// Is told of every commit.
pub trait Watcher: Send + Sync + 'static {
    /// Takes note of a commit; must not block.
    fn committed(&self, summary: &Summary);
}

/// Nobody waits for commits.
impl Watcher for () {
    fn committed(&self, _summary: &Summary) {}
}

/// Decisions about records that do not follow from their bytes, by shard and offset: code and words.
/// A verification hands in what the live hub decided.
pub type Decided = HashMap<(Shard, Offset), (String, String)>;

/// Everything a shard is processed with.
pub struct Tools {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// The database.
    pub store: Arc<dyn Store>,
    /// The clock; used for ticks only.
    pub clock: Arc<dyn Clock>,
    /// Rules of linking.
    pub rules: Rules,
    /// Milestones that a closed crossing should have.
    pub expected: ExpectedMilestones,
    /// Encodes a change for the feed.
    pub encode: fn(&CrossingChange) -> Bytes,
    /// This process, random at its start.
    pub owner: Uuid,
    /// Sizes and times.
    pub limits: Limits,
    /// The shard of records whose gate is unknown at the door; `None`: no record lies in such a one.
    pub router: Option<Shard>,
    /// Is told of commits.
    pub watcher: Arc<dyn Watcher>,
    /// Decisions taken before; empty in a live hub.
    pub decided: Decided,
}
