//! One shard, one task: take a run, read it, look up, link on an overlay, commit, apply.

mod router;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bordergate_crossing::Board;
use bordergate_eventlog::{RunLimit, ShardReader};
use bordergate_model::record::TICK;
use bordergate_model::{
    LaneWindow, LoggedRecord, Offset, RawRecord, RecordId, Shard as ShardNumber, SourceId,
};
use bordergate_store::{Batch, Found, Progress, Wanted};
use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::Error;
use crate::batch::{Linked, Overlay};
use crate::commit::{Patience, Written, write};
use crate::look_up::{look_up, wanted};
use crate::registered::Registered;
use crate::run::{ReadRecord, knows_all, read_run};
use crate::take::{Taken, take};
use crate::tools::{Decided, Summary, Tools};
use crate::trace::batch_span;
use router::Router;

/// How often an idle owner renews its lease; well below the lease of 8 s.
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// How long one step waits for a first record; also how soon a stop is noticed.
const IDLE_WAIT: Duration = Duration::from_millis(500);
/// How often `next_offset` is shown to the log's tools at most, and at least.
const SHOW_EVERY: Duration = Duration::from_secs(1);
const SHOW_AT_LEAST_EVERY: Duration = Duration::from_secs(3600);
/// Records taken one at a time after an unclean take-over. A record that kills the process lies in
/// the batch that was under way; should it lie further on, the next death brings it within reach.
const SUSPECT_RUN: usize = 200;
/// How often a record may be begun before it is quarantined unread.
const MOST_SUSPECT_COUNT: i32 = 3;

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

    /// Stores one record after an unclean take-over, having written down that it is about to be tried.
    async fn store_suspect(&mut self, logged: &LoggedRecord) -> Result<(), Error> {
        let shard = self.progress.shard;
        let count = self.begun(logged.offset);
        self.mark_suspect(logged.offset, count).await?;
        if count > MOST_SUSPECT_COUNT {
            let words = format!("processing it ended the process {MOST_SUSPECT_COUNT} times");
            tracing::error!(
                "offset {} of shard {shard} is quarantined unread: {words}",
                logged.offset
            );
            self.decided.insert(
                (shard, logged.offset),
                ("record.kills_process".to_owned(), words),
            );
        }
        self.store_run(std::slice::from_ref(logged)).await
    }

    /// Returns how often the record at `offset` was begun, this time included.
    fn begun(&self, offset: Offset) -> i32 {
        match self.progress.suspect_offset {
            Some(suspect) if suspect == offset => self.progress.suspect_count + 1,
            _ => 1,
        }
    }

    /// Writes down that a record is about to be tried; an unknown outcome is no further death, so it writes the
    /// same again.
    async fn mark_suspect(&mut self, offset: Offset, count: i32) -> Result<(), Error> {
        let (shard, epoch) = (self.progress.shard, self.progress.owner_epoch);
        let mut patience = Patience::default();
        loop {
            let marked = self.tools.store.mark_suspect(shard, epoch, offset, count);
            match marked.await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(Error::Lost { shard }),
                Err(
                    error @ (bordergate_store::Error::Unreachable { .. }
                    | bordergate_store::Error::CommitUnknown { .. }),
                ) => {
                    tracing::warn!("shard {shard}: a suspect could not be marked: {error}");
                    patience.pause().await;
                }
                Err(error) => return Err(error.into()),
            }
        }
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

    /// Stores a part whole, or returns code and words of why it cannot be stored.
    async fn store_part(
        &mut self,
        part: &[LoggedRecord],
    ) -> Result<Result<(), (String, String)>, Error> {
        if self.is_router() {
            return self.route_part(part).await;
        }
        let began = Instant::now();
        let read = read_run(&self.registered, &self.decided, part);
        let mut patience = Patience::default();
        let mut was_refused = false;
        // Messages whose parts are joined in this run: only linking tells which, and only then can be looked up what
        // they need. Each round brings at least one that was not known, so the rounds end.
        let mut joined: Vec<ReadRecord> = Vec::new();
        // What of lanes may not be in memory: only linking tells that too.
        let mut lanes: Vec<LaneWindow> = Vec::new();
        loop {
            let first = Wanted {
                lanes: lanes.clone(),
                ..wanted(&self.board, &self.progress, &read, &joined)
            };
            let looking = look_up(self.tools.store.as_ref(), &self.board, first);
            let found = match looking.instrument(tracing::debug_span!("look up")).await {
                Ok(found) => found,
                Err(bordergate_store::Error::Unreachable { reason }) => {
                    tracing::warn!("shard {}: look-up failed: {reason}", self.progress.shard);
                    patience.pause().await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let linked = tracing::debug_span!("link").in_scope(|| self.link(&read, found, &lanes));
            let Some(Linked {
                batch,
                board,
                joined: now_joined,
                unseen,
            }) = linked
            else {
                return Ok(Err((
                    "process.panicked".to_owned(),
                    "linking failed on this record".to_owned(),
                )));
            };
            let new = now_joined.into_iter().filter(|one| !joined.contains(one));
            let new: Vec<ReadRecord> = new.collect();
            if !new.is_empty() || !unseen.is_empty() {
                joined.extend(new);
                lanes.extend(unseen);
                continue;
            }
            let writing = write(self.tools.store.as_ref(), &batch);
            match writing.instrument(tracing::debug_span!("commit")).await? {
                (Written::Done, _) => {
                    self.apply(&batch, board, &read, began.elapsed());
                    return Ok(Ok(()));
                }
                (Written::Lost, _) => {
                    return Err(Error::Lost {
                        shard: self.progress.shard,
                    });
                }
                (Written::Retry, _) => patience.pause().await,
                (Written::Refused, reason) if was_refused => {
                    return Ok(Err((
                        "store.refused".to_owned(),
                        reason.unwrap_or_default(),
                    )));
                }
                (Written::Refused, _) => was_refused = true,
            }
        }
    }

    /// Links on an overlay; `None` when that panics, and then the board is as it was.
    fn link(&self, read: &[ReadRecord], found: Found, lanes: &[LaneWindow]) -> Option<Linked> {
        let linked = catch_unwind(AssertUnwindSafe(|| {
            let log_time = self.progress.log_time;
            let mut overlay = Overlay::new(&self.board, &self.registered, log_time, found, lanes);
            for record in read {
                overlay.take(record);
            }
            overlay.finish(&self.tools, &self.progress, read)
        }));
        linked.ok().flatten()
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

    /// What an idle owner does: renew, tick, show.
    async fn keep_alive(&mut self) -> Result<(), Error> {
        let shard = self.progress.shard;
        if self.last_renewed.elapsed() >= RENEW_EVERY {
            match self
                .tools
                .store
                .renew(shard, self.progress.owner_epoch)
                .await
            {
                Ok(true) => self.last_renewed = Instant::now(),
                Ok(false) => return Err(Error::Lost { shard }),
                // Renewed or not: the next renewal tells whether the shard is still ours.
                Err(
                    bordergate_store::Error::Unreachable { reason }
                    | bordergate_store::Error::CommitUnknown { reason },
                ) => {
                    tracing::warn!("the lease of shard {shard} could not be renewed: {reason}");
                }
                Err(error) => return Err(error.into()),
            }
        }
        let is_silent = self
            .tools
            .limits
            .tick_after
            .is_some_and(|after| self.last_record.elapsed() >= after);
        if is_silent && !self.progress.last_is_replay {
            self.last_record = Instant::now();
            if let Err(error) = self.tools.log.append(shard, self.tick()).await {
                tracing::warn!("a tick could not be appended to shard {shard}: {error}");
            }
        }
        self.show_progress_sometimes().await;
        Ok(())
    }

    fn tick(&self) -> RawRecord {
        RawRecord {
            record_id: RecordId(Uuid::new_v4()),
            source_id: SourceId::parse("bordergate").expect("a plain name"),
            source_version: 0,
            gate_id: None,
            format: TICK.to_owned(),
            content_type: String::new(),
            received_at: self.tools.clock.now(),
            is_replay: false,
            traceparent: None,
            device_headers: Vec::new(),
            redrive_of: None,
            detached: None,
            routed_from: None,
            body: Bytes::new(),
        }
    }

    async fn show_progress_sometimes(&mut self) {
        let since = self.last_shown.map(|shown| shown.elapsed());
        let has_moved = self.last_record.elapsed() < SHOW_EVERY * 2;
        if since
            .is_none_or(|since| (has_moved && since >= SHOW_EVERY) || since >= SHOW_AT_LEAST_EVERY)
        {
            self.show_progress().await;
        }
    }

    async fn show_progress(&mut self) {
        self.last_shown = Some(Instant::now());
        let (shard, next_offset) = (self.progress.shard, self.progress.next_offset);
        if let Err(error) = self.tools.log.show_progress(shard, next_offset).await {
            tracing::warn!(
                "the lag of shard {shard} could not be shown to the log's tools: {error}"
            );
        }
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
