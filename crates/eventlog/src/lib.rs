#![doc = include_str!("../README.md")]

pub mod embedded;
mod error;
pub mod kafka;
mod limit;

use std::time::{Duration, Instant};

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

impl RunLimit {
    /// Returns what `run` leaves of the limit, `None` when that is nothing.
    fn rest_after(self, run: &[LoggedRecord]) -> Option<Self> {
        let taken: usize = run.iter().map(|logged| logged.record.body.len()).sum();
        let records = self.records.saturating_sub(run.len());
        let body_bytes = self.body_bytes.saturating_sub(taken);
        (records > 0 && body_bytes > 0).then_some(Self {
            records,
            body_bytes,
        })
    }
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
    /// [`Error::TooLarge`] when the log cannot take a record of this size; [`Error::NoSuchShard`].
    async fn append(&self, shard: Shard, record: RawRecord) -> Result<Offset, Error>;

    /// Opens a reader that starts at the first record whose offset is `from` or more.
    ///
    /// # Errors
    /// [`Error::Unreachable`]; [`Error::NoSuchShard`]; [`Error::OffsetGone`] when `from` lies outside of
    /// what the log keeps. The end itself is inside: the reader then waits for the next record.
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

    /// Returns the identity of this log: the Kafka cluster's id with the topic's name, or the embedded
    /// file's UUID. A topic made anew under its old name keeps it; the record before the reader's next
    /// offset tells those apart (DESIGN.md, "Taking a shard").
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
    /// Returns the next records in order, none left out: those at hand as soon as there is one, and none
    /// when none came within `wait`. What fills a run further is [`Self::next_filled_run`].
    ///
    /// A caller that drops the future loses no record: the next call returns them.
    ///
    /// # Errors
    /// [`Error::Unreachable`], after which the same call may be made again;
    /// [`Error::OffsetGone`] when the next record was deleted; [`Error::Corrupt`] when it cannot be decoded.
    async fn next_run(
        &mut self,
        limit: RunLimit,
        wait: Duration,
    ) -> Result<Vec<LoggedRecord>, Error>;

    /// Returns the next records in order, none left out: waits up to `wait` for the first, then up to
    /// `fill_wait` more for the run to reach its limit. Its last record may pass `limit.body_bytes`.
    ///
    /// A failure while filling is left for the next call. A caller that drops the future may lose records.
    ///
    /// # Errors
    /// As [`Self::next_run`].
    async fn next_filled_run(
        &mut self,
        limit: RunLimit,
        wait: Duration,
        fill_wait: Duration,
    ) -> Result<Vec<LoggedRecord>, Error> {
        let mut run = self.next_run(limit, wait).await?;
        let first_at = Instant::now();
        while let Some(rest) = limit.rest_after(&run)
            && !run.is_empty()
        {
            let remaining = fill_wait.saturating_sub(first_at.elapsed());
            if remaining.is_zero() {
                break;
            }
            match self.next_run(rest, remaining).await {
                Ok(more) => run.extend(more),
                Err(_) => break,
            }
        }
        Ok(run)
    }
}

/// Reads a place in the log, written `shard/offset`.
pub(crate) fn place(text: &str) -> Result<(Shard, Offset), String> {
    let numbers = text.split_once('/').and_then(|(shard, offset)| {
        let offset = offset.parse().ok().filter(|offset| *offset >= 0)?;
        Some((shard.parse().ok()?, offset))
    });
    numbers.ok_or_else(|| format!("{text:?} is not shard/offset"))
}
