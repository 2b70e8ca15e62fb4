//! The log as one SQLite file, for a hub that runs by itself.
//!
//! One task owns the one writing connection and commits whatever waits for it in one transaction; every
//! append is on disk (`synchronous=FULL`) before it is answered. Readers use connections of their own and
//! are woken by the commit. Who may open the file for writing is the caller's business: `serve` holds a lock
//! on the data directory. Others open it read-only, also while a hub runs.

mod failure;
mod file;
mod reader;
mod rows;
mod writer;

use std::path::Path;

use async_trait::async_trait;
use bordergate_model::{Offset, RawRecord, Shard};
use sqlx::SqlitePool;

use crate::{Error, EventLog, ShardReader, limit};
use reader::Reader;
use writer::Writer;

/// A log in one SQLite file.
pub struct EmbeddedLog {
    log_id: String,
    shard_count: u16,
    record_bytes: usize,
    readers: SqlitePool,
    writer: Option<Writer>,
}

impl EmbeddedLog {
    /// Opens the file for reading and writing; makes it when it is missing.
    ///
    /// `shards` may grow from one opening to the next; it cannot become smaller than what holds records.
    /// `record_bytes` is the largest body that [`EventLog::append`] takes.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the path cannot be a log, `shards` is 0 or too few, or the file does not keep
    /// `synchronous=FULL`; [`Error::Unreachable`] when the disk is full or the file is locked by another process.
    pub async fn open(path: &Path, shards: u16, record_bytes: usize) -> Result<Self, Error> {
        let made = file::make(path, shards).await?;
        let readers = file::read_only_pool(path, shards).await?;
        let writer = Writer::start(path.to_owned(), made.connection, made.ends);
        Ok(Self {
            log_id: made.log_id,
            shard_count: shards,
            record_bytes,
            readers,
            writer: Some(writer),
        })
    }

    /// Opens the file for reading only, beside a hub that may be writing to it.
    ///
    /// Its readers look for new records every 100 ms, since nobody wakes them. It never appends.
    ///
    /// # Errors
    /// [`Error::Configuration`] when there is no log at `path`; [`Error::Unreachable`].
    pub async fn open_read_only(path: &Path) -> Result<Self, Error> {
        let found = file::find(path).await?;
        Ok(Self {
            log_id: found.log_id,
            shard_count: found.shard_count,
            record_bytes: 0,
            readers: found.readers,
            writer: None,
        })
    }

    /// Returns how many shards the log has; they are numbered from 0.
    #[must_use]
    pub fn shard_count(&self) -> u16 {
        self.shard_count
    }

    fn check_shard(&self, shard: Shard) -> Result<(), Error> {
        if shard < self.shard_count {
            Ok(())
        } else {
            Err(Error::NoSuchShard { shard })
        }
    }
}

#[async_trait]
impl EventLog for EmbeddedLog {
    async fn append(&self, shard: Shard, record: RawRecord) -> Result<Offset, Error> {
        self.check_shard(shard)?;
        let Some(writer) = &self.writer else {
            return Err(Error::Configuration {
                reason: "the log was opened read-only".to_owned(),
            });
        };
        limit::check(&record, self.record_bytes)?;
        writer.append(shard, record).await
    }

    async fn open(&self, shard: Shard, from: Offset) -> Result<Box<dyn ShardReader>, Error> {
        let (start, end) = (self.start(shard).await?, self.end(shard).await?);
        if from < start || from > end {
            return Err(Error::OffsetGone {
                shard,
                offset: from,
                start,
                end,
            });
        }
        let end = self.writer.as_ref().map(|writer| writer.watch(shard));
        Ok(Box::new(Reader::new(
            self.readers.clone(),
            shard,
            from,
            end,
        )))
    }

    async fn end(&self, shard: Shard) -> Result<Offset, Error> {
        self.check_shard(shard)?;
        rows::end(&self.readers, shard).await
    }

    async fn start(&self, shard: Shard) -> Result<Offset, Error> {
        self.check_shard(shard)?;
        rows::start(&self.readers, shard).await
    }

    async fn log_id(&self) -> Result<String, Error> {
        Ok(self.log_id.clone())
    }

    async fn show_progress(&self, _shard: Shard, _next_offset: Offset) -> Result<(), Error> {
        Ok(())
    }
}
