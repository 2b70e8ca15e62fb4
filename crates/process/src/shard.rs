//! One shard, one task: take a run, store it whole or in halves, go on. What storing is depends on the shard: linking at gates,
//! finding the gate in the router's.

mod idle;
mod linking;
mod router;
mod suspects;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bordergate_crossing::Board;
use bordergate_eventlog::{RunLimit, ShardReader};
use bordergate_model::{LoggedRecord, Shard as ShardNumber, SourceId};
use bordergate_store::{Batch, Progress};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::Error;
use crate::commit::Refusal;
use crate::registered::Registered;
use crate::run::{ReadRecord, knows_all};
use crate::take::{Taken, take};
use crate::tools::{Decided, Summary, Tools};
use crate::trace::batch_span;
use router::Router;

/// How long one step waits for a first record; also how soon a stop is noticed.
const IDLE_WAIT: Duration = Duration::from_millis(500);
/// Records taken one at a time after an unclean take-over. A record that kills the process lies in
/// the batch that was under way; should it lie further on, the next death brings it within reach.
const SUSPECT_RUN: usize = 200;

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// This many records are stored.
    Stored(usize),
    /// No record came in time.
    Idle,
}

/// A shard that is ours.
pub struct Shard {
    tools: Arc<Tools>,
    progress: Progress,
    registered: Registered,
    board: Board,
    reader: Box<dyn ShardReader>,
    /// Records still to be taken one at a time after an unclean take-over.
    suspects: usize,
    decided: Decided,
    last_record: Instant,
    last_shown: Option<Instant>,
    last_renewed: Instant,
    /// Of use in the router's shard only.
    router: Router,
}

impl Shard {
    /// Takes a shard; `None` while another hub holds it.
    ///
    /// # Errors
    /// [`Error::OtherLog`] and [`Error::LogMadeAnew`] when the database belongs to another log; those
    /// of log and store.
    pub async fn take(tools: Arc<Tools>, shard: ShardNumber) -> Result<Option<Self>, Error> {
        let Some(Taken {
            progress,
            is_unclean,
            registered,
            board,
            reader,
        }) = take(&tools, shard).await?
        else {
            return Ok(None);
        };
        let epoch = progress.owner_epoch;
        tracing::info!(
            shard,
            owner.epoch = epoch,
            is_unclean,
            "shard {shard} taken at offset {}",
            progress.next_offset
        );
        let decided = tools.decided.clone();
        let suspects = if is_unclean { SUSPECT_RUN } else { 0 };
        let now = Instant::now();
        let mut taken = Self {
            tools,
            progress,
            registered,
            board,
            reader,
            suspects,
            decided,
            last_record: now,
            last_shown: None,
            last_renewed: now,
            router: Router::default(),
        };
        taken.show_progress().await;
        Ok(Some(taken))
    }

    /// Returns the shard's row as of the last commit.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Processes until cancelled or lost; gives the shard up cleanly when cancelled.
    ///
    /// # Errors
    /// [`Error::Lost`], or what waiting does not mend.
    pub async fn run(mut self, stop: &CancellationToken) -> Result<(), Error> {
        while !stop.is_cancelled() {
            // A step is never cut short: dropping it between log and commit would only repeat work.
            if self.step(IDLE_WAIT).await? == Step::Idle {
                self.keep_alive().await?;
            }
            if self.is_router() {
                self.try_waiting_sometimes().await?;
            }
        }
        self.tools
            .store
            .release(self.progress.shard, self.progress.owner_epoch)
            .await?;
        tracing::info!(
            shard = self.progress.shard,
            "shard {} given up",
            self.progress.shard
        );
        Ok(())
    }

    /// Processes everything in the log and returns how many records that were; the router also tries what waits.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_until_idle(&mut self) -> Result<usize, Error> {
        let mut stored = 0;
        while self.progress.next_offset < self.tools.log.end(self.progress.shard).await? {
            match self.step(Duration::from_secs(5)).await? {
                Step::Stored(count) => stored += count,
                Step::Idle => break,
            }
        }
        if self.is_router() {
            self.try_waiting().await?;
        }
        Ok(stored)
    }

    fn is_router(&self) -> bool {
        self.tools.router == Some(self.progress.shard)
    }

    /// Takes the next run, waiting up to `wait` for its first record, and stores its effects.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn step(&mut self, wait: Duration) -> Result<Step, Error> {
        let most = if self.suspects > 0 {
            self.suspects
        } else {
            self.tools.limits.batch.records
        };
        let limit = RunLimit {
            records: most,
            ..self.tools.limits.batch
        };
        let run = match self
            .reader
            .next_filled_run(limit, wait, self.tools.limits.batch_wait)
            .await
        {
            Ok(run) => run,
            Err(bordergate_eventlog::Error::Unreachable { reason }) => {
                tracing::warn!(
                    "shard {}: the log cannot be read: {reason}",
                    self.progress.shard
                );
                tokio::time::sleep(IDLE_WAIT).await;
                return Ok(Step::Idle);
            }
            Err(error) => return Err(error.into()),
        };
        if run.is_empty() {
            return Ok(Step::Idle);
        }
        self.last_record = Instant::now();
        if !knows_all(&self.registered, &run) {
            self.registered = Registered::load(
                self.tools.store.as_ref(),
                self.progress.shard,
                self.tools.router,
            )
            .await?;
        }
        if self.suspects > 0 {
            for logged in &run {
                self.store_suspect(logged).await?;
                self.suspects -= 1;
            }
        } else {
            self.store_run(&run).await?;
        }
        self.show_progress_sometimes().await;
        Ok(Step::Stored(run.len()))
    }

    /// Stores a run; one that the database refuses, or on which linking fails, is halved down to the
    /// record at fault.
    async fn store_run(&mut self, run: &[LoggedRecord]) -> Result<(), Error> {
        let mut waiting = vec![run];
        while let Some(part) = waiting.pop() {
            let span = batch_span(part);
            let stored = self.store_part(part).instrument(span.clone()).await?;
            let Err((code, words)) = stored else {
                continue;
            };
            span.record("error.code", &code);
            if let [logged] = part {
                tracing::error!(
                    "offset {} of shard {} is quarantined as {code}: {words}",
                    logged.offset,
                    logged.shard
                );
                self.decided
                    .insert((logged.shard, logged.offset), (code, words));
                waiting.push(part);
            } else {
                let (first, second) = part.split_at(part.len() / 2);
                waiting.push(second);
                waiting.push(first);
            }
        }
        Ok(())
    }

    /// Stores a part whole, or returns why it cannot be stored.
    async fn store_part(&mut self, part: &[LoggedRecord]) -> Result<Result<(), Refusal>, Error> {
        if self.is_router() {
            self.route_part(part).await
        } else {
            self.link_part(part).await
        }
    }

    /// Takes the committed overlay as the board.
    fn apply(&mut self, batch: &Batch, board: Board, read: &[ReadRecord], elapsed: Duration) {
        self.board = board;
        self.progress.next_offset = batch.next_offset;
        self.progress.last_record_id = Some(batch.last_record_id);
        self.progress.log_time = Some(batch.log_time);
        self.progress.last_is_replay = batch.last_is_replay;
        (self.progress.suspect_offset, self.progress.suspect_count) = (None, 0);
        self.progress.feed_seq += i64::try_from(batch.crossings.len()).unwrap_or(i64::MAX);
        self.last_renewed = Instant::now();
        self.tools.watcher.committed(&Summary {
            shard: self.progress.shard,
            records: count(batch, read),
            crossing_count: batch.crossings.len(),
            elapsed,
            next_offset: batch.next_offset,
        });
    }
}

/// Counts the batch's records by source and outcome.
fn count(batch: &Batch, read: &[ReadRecord]) -> HashMap<(SourceId, &'static str), u64> {
    let outcomes: HashMap<_, _> = batch
        .outcomes
        .iter()
        .map(|outcome| (outcome.offset, outcome.outcome.kind.code()))
        .collect();
    let mut counts = HashMap::new();
    for record in read {
        let outcome = outcomes
            .get(&record.logged.offset)
            .copied()
            .unwrap_or("observed");
        *counts
            .entry((record.logged.record.source_id.clone(), outcome))
            .or_insert(0) += 1;
    }
    counts
}
