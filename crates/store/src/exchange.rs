//! What the gRPC exchange asks: the feed, partner cursors and submissions.

use async_trait::async_trait;
use bordergate_model::{CrossingId, GateId, Shard};
use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use crate::Error;

/// One row of the feed: a crossing at one revision, encoded once at commit.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedRow {
    /// The shard.
    pub shard: Shard,
    /// Its place in the shard's feed, 1 or more, without gaps.
    pub seq: i64,
    /// The gate.
    pub gate_id: GateId,
    /// The crossing.
    pub crossing_id: CrossingId,
    /// Its revision.
    pub revision: u64,
    /// Whether the crossing is gone.
    pub is_tombstone: bool,
    /// The encoded record, the same bytes for every reader and every reading.
    pub encoded: Bytes,
    /// When the database stored it.
    pub recorded_at: Timestamp,
}

/// Where a shard's feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedShard {
    /// The shard.
    pub shard: Shard,
    /// Sequence number of its last row; 0 without one.
    pub last_seq: i64,
}

/// Which rows of a shard's feed are wanted.
#[derive(Clone, Debug, Default)]
pub struct FeedFilter {
    /// Only these gates; all when empty.
    pub gates: Vec<GateId>,
}

/// How far a submission got.
#[derive(Clone, Debug, PartialEq)]
pub enum SubmissionState {
    /// Its row is ours now: append its records, then [`Exchange::finish_submission`].
    Begun {
        /// Whether an earlier call began it and did not finish: its records may be in the log already.
        is_taken_over: bool,
    },
    /// Another call is at it.
    UnderWay,
    /// It was answered: give the answer again.
    Answered {
        /// The stored answer.
        answer: Bytes,
    },
    /// The partner used this request id for another body.
    Reused,
}

/// A call of `SubmitRecords`.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Who submits.
    pub partner_id: String,
    /// The partner's name for the call.
    pub request_id: String,
    /// SHA-256 of the request without its id.
    pub body_sha256: [u8; 32],
}

/// Feed, cursors and submissions.
#[async_trait]
pub trait Exchange: Send + Sync + 'static {
    /// Returns the feed's epoch: made with the database, and anew when an administrator restores it.
    async fn feed_epoch(&self) -> Result<Uuid, Error>;

    /// Returns where every shard's feed stands, by shard.
    async fn feed_shards(&self) -> Result<Vec<FeedShard>, Error>;

    /// Returns up to `limit` rows of the shard's feed after `after_seq`, by sequence, that pass the
    /// filter, and the sequence number up to which the feed was searched.
    async fn feed_rows(
        &self,
        shard: Shard,
        after_seq: i64,
        filter: &FeedFilter,
        limit: u32,
    ) -> Result<(Vec<FeedRow>, i64), Error>;

    /// Returns what the partner has acknowledged, by shard; shards never acknowledged are absent.
    async fn partner_cursor(&self, partner_id: &str) -> Result<Vec<FeedShard>, Error>;

    /// Moves the partner's acknowledgement forward, never back, for each given shard; returns where it stands after.
    async fn acknowledge(
        &self,
        partner_id: &str,
        shards: &[FeedShard],
    ) -> Result<Vec<FeedShard>, Error>;

    /// Returns every partner that ever acknowledged and how many feed rows it has not acknowledged.
    async fn partner_lags(&self) -> Result<Vec<(String, i64)>, Error>;

    /// Begins a submission, or says what became of it; a pending row older than `stale_after_seconds`
    /// (by the database's clock) is taken over.
    async fn begin_submission(
        &self,
        submission: &Submission,
        stale_after_seconds: i64,
    ) -> Result<SubmissionState, Error>;

    /// Stores the answer of a submission begun by us.
    async fn finish_submission(&self, submission: &Submission, answer: &[u8]) -> Result<(), Error>;
}
