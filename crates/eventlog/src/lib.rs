#![doc = include_str!("../README.md")]

mod error;

use std::time::Duration;

use async_trait::async_trait;
use bordergate_model::{LoggedRecord, Offset, RawRecord, Shard};

pub use error::Error;

/// How much one read may return at most: whichever limit comes first, but always one record.
#[derive(Clone, Copy, Debug)]
pub struct RunLimit {
    /// Most records.
    pub records: usize,
    /// Most body bytes.
    pub body_bytes: usize,
}

/// The log of raw records: shards of records in order, kept for good.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// Appends a record and returns its offset once the log has acknowledged it as durable.
    ///
    /// A caller that drops the future may find the record in the log all the same.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when no acknowledgement came in time (the record may be in the log);
    /// [`Error::TooLarge`] when the log cannot take a record of this size.
    async fn append(&self, shard: Shard, record: RawRecord) -> Result<Offset, Error>;

    /// Opens a reader that starts at the first record whose offset is `from` or more.
    ///
    /// # Errors
    /// [`Error::Unreachable`]; [`Error::OffsetGone`] when `from` lies outside of what the log keeps.
    async fn open(&self, shard: Shard, from: Offset) -> Result<Box<dyn ShardReader>, Error>;

    /// Returns the offset that the shard's next record will get at the least.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    async fn end(&self, shard: Shard) -> Result<Offset, Error>;

    /// Returns the oldest offset the shard still keeps (the end when it keeps none).
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    async fn start(&self, shard: Shard) -> Result<Offset, Error>;

    /// Returns the identity of this log, other for a log made anew: the Kafka cluster id with the
    /// topic's id where the broker tells it, or the embedded file's UUID.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    async fn log_id(&self) -> Result<String, Error>;

    /// Shows `next_offset` of a shard to the log's own tools (Kafka consumer group `bordergate`).
    /// Nothing ever reads it back; a log without such tools does nothing.
    ///
    /// # Errors
    /// [`Error::Unreachable`]; callers only count it.
    async fn show_progress(&self, shard: Shard, next_offset: Offset) -> Result<(), Error>;
}

/// Reads one shard in order. Dropping it frees what it held.
#[async_trait]
pub trait ShardReader: Send {
    /// Returns the next records in order, without gaps: empty when none came within `wait`.
    /// With fewer records than the limit at hand it returns what came within `wait` of the first.
    ///
    /// # Errors
    /// [`Error::Unreachable`], after which the same call may be made again;
    /// [`Error::OffsetGone`] when the next record was deleted; [`Error::Corrupt`] when it cannot be decoded.
    async fn next_run(
        &mut self,
        limit: RunLimit,
        wait: Duration,
    ) -> Result<Vec<LoggedRecord>, Error>;
}
