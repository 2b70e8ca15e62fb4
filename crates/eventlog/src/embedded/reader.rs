//! Reads one shard in order: woken by the writer's commit, or looking now and then when another process writes.

use std::time::Duration;

use async_trait::async_trait;
use bordergate_model::{LoggedRecord, Offset, Shard};
use sqlx::SqlitePool;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

use super::rows;
use crate::{Error, RunLimit, ShardReader};

/// How often a reader looks whose writer is another process.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A place in one shard.
pub(super) struct Reader {
    pool: SqlitePool,
    shard: Shard,
    next: Offset,
    /// The shard's end as the writer moves it; `None` when another process writes.
    end: Option<watch::Receiver<Offset>>,
}

impl Reader {
    pub(super) fn new(
        pool: SqlitePool,
        shard: Shard,
        next: Offset,
        end: Option<watch::Receiver<Offset>>,
    ) -> Self {
        Self {
            pool,
            shard,
            next,
            end,
        }
    }

    /// Returns what is at hand, nothing at the shard's end.
    async fn read(&mut self, limit: RunLimit) -> Result<Vec<LoggedRecord>, Error> {
        let end = match &self.end {
            Some(end) => *end.borrow(),
            None => rows::end(&self.pool, self.shard).await?,
        };
        if end <= self.next {
            return Ok(Vec::new());
        }
        let run = rows::run(&self.pool, self.shard, self.next, limit).await?;
        // Offsets are dense: a record below the end that is not there was deleted.
        if run.first().is_none_or(|first| first.offset != self.next) {
            return Err(Error::OffsetGone {
                shard: self.shard,
                offset: self.next,
                start: rows::start(&self.pool, self.shard).await?,
                end,
            });
        }
        if let Some(last) = run.last() {
            self.next = last.offset + 1;
        }
        Ok(run)
    }

    /// Waits until there may be a record at the place, at most until the deadline.
    async fn wait(&mut self, deadline: Instant) -> Result<(), Error> {
        let next = self.next;
        let Some(end) = &mut self.end else {
            sleep(LOOK_EVERY.min(deadline.saturating_duration_since(Instant::now()))).await;
            return Ok(());
        };
        match timeout_at(deadline, end.wait_for(|end| *end > next)).await {
            Ok(Err(_)) => Err(Error::Unreachable {
                reason: "the log was closed".to_owned(),
            }),
            Ok(Ok(_)) | Err(_) => Ok(()),
        }
    }
}

#[async_trait]
impl ShardReader for Reader {
    async fn next_run(
        &mut self,
        limit: RunLimit,
        wait: Duration,
    ) -> Result<Vec<LoggedRecord>, Error> {
        let deadline = Instant::now() + wait;
        loop {
            let run = self.read(limit).await?;
            if !run.is_empty() || Instant::now() >= deadline {
                return Ok(run);
            }
            self.wait(deadline).await?;
        }
    }
}
