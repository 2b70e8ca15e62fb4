//! The router's shard: each record is appended again to the shard of its gate, or waits until something points to one.
//!
//! First the append, then the commit that says so. A crash between the two, or a database that does not answer, appends
//! the record a second time; the gate's shard finds the same id and bytes and calls it a duplicate. What was decided
//! depends on the crossings of that moment, so a verification takes it from the outcomes.

mod deliver;
mod outcomes;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bordergate_model::{GateId, LoggedRecord, Offset};
use bordergate_store::{Committed, Error as StoreError, FeedShard, Unrouted, WantedUnrouted};

use super::Shard;
use crate::Error;
use crate::commit::{Patience, Written, write};
use crate::registered::Registered;
use crate::route::Decision;
use crate::run::{Content, ReadRecord, read_run};
use crate::unit::{Unit, Units, decisions, units, wanted};

/// How often it is looked whether waiting records may find their gate.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often every waiting record is tried, whatever happened: after a gate was registered with new codes, at the latest.
const TRY_ALL_EVERY: Duration = Duration::from_secs(60);
/// Waiting records tried at a time.
const TRIED_AT_A_TIME: usize = 500;

/// What the owner of the router's shard remembers; nothing of it is needed after a crash.
#[derive(Debug, Default)]
pub(super) struct Router {
    /// Records appended to a gate's shard whose outcome is not stored yet, with how the gate was found.
    appended: BTreeMap<Offset, (GateId, &'static str)>,
    /// Up to where the feed was searched for links; `None`: every waiting record is to be tried.
    searched: Option<Vec<FeedShard>>,
    looked_at: Option<Instant>,
    tried_all_at: Option<Instant>,
}

/// The log or the database does not answer now.
struct Away;

/// A unit and what was decided of it.
type Decided = (Unit, Decision);

impl Shard {
    /// Stores a part of a run of the router's shard whole, or returns code and words of why it cannot be stored.
    pub(super) async fn route_part(
        &mut self,
        part: &[LoggedRecord],
    ) -> Result<Result<(), (String, String)>, Error> {
        let began = Instant::now();
        let read = read_run(&self.registered, &self.decided, part);
        let sorting = || units(&self.registered, &self.board, &read, Vec::new());
        if catch_unwind(AssertUnwindSafe(sorting)).is_err() {
            let words = "looking for its gate failed on this record".to_owned();
            return Ok(Err(("process.panicked".to_owned(), words)));
        }
        let mut patience = Patience::default();
        let mut was_refused = false;
        loop {
            let Ok((decided, aside)) = self.decide(&read).await? else {
                patience.pause().await;
                continue;
            };
            let Ok(decided) = self.deliver(decided).await? else {
                patience.pause().await;
                continue;
            };
            let batch = self.routing(&decided, &aside, part);
            match write(self.tools.store.as_ref(), &batch).await? {
                (Written::Done, _) => {
                    self.router.appended.clear();
                    let board = self.board.clone();
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
                    let reason = reason.unwrap_or_default();
                    return Ok(Err(("store.refused".to_owned(), reason)));
                }
                (Written::Refused, _) => was_refused = true,
            }
        }
    }

    /// Tries waiting records whose link may have appeared, at most once a second.
    pub(super) async fn try_waiting_sometimes(&mut self) -> Result<(), Error> {
        let router = &mut self.router;
        let is_due = |at: Option<Instant>, every| at.is_none_or(|at| at.elapsed() >= every);
        if !is_due(router.looked_at, LOOK_EVERY) {
            return Ok(());
        }
        router.looked_at = Some(Instant::now());
        if is_due(router.tried_all_at, TRY_ALL_EVERY) {
            router.searched = None;
        }
        self.try_waiting().await
    }

    /// Tries the waiting records that a crossing written since the last time may have given a link; every one the first
    /// time, and after a failure.
    pub(super) async fn try_waiting(&mut self) -> Result<(), Error> {
        let store = Arc::clone(&self.tools.store);
        // Asked first: what is written while the records are tried is searched next time.
        let Ok(ends) = patiently(store.feed_shards().await)? else {
            return Ok(());
        };
        let shard = self.progress.shard;
        let tried = match &self.router.searched {
            Some(searched) if *searched == ends => return Ok(()),
            Some(searched) => {
                let since = since(searched, &ends);
                match patiently(store.woken(shard, &since).await)? {
                    Ok(offsets) => self.try_these(&offsets).await?,
                    Err(Away) => Err(Away),
                }
            }
            None => self.try_all().await?,
        };
        self.router.searched = tried.is_ok().then_some(ends);
        Ok(())
    }

    async fn try_all(&mut self) -> Result<Result<(), Away>, Error> {
        let store = Arc::clone(&self.tools.store);
        let registered = Registered::load(store.as_ref(), self.progress.shard, self.tools.router);
        let Ok(registered) = patiently(registered.await)? else {
            return Ok(Err(Away));
        };
        self.registered = registered;
        let shard = self.progress.shard;
        let mut after = -1;
        loop {
            let page = store.unrouted_page(Some((shard, after)), TRIED_AT_A_TIME as u32);
            let Ok(page) = patiently(page.await)? else {
                return Ok(Err(Away));
            };
            let offsets: Vec<Offset> = page
                .iter()
                .filter(|row| row.shard == shard)
                .map(|row| row.offset)
                .collect();
            let Some(last) = offsets.last() else {
                self.router.tried_all_at = Some(Instant::now());
                return Ok(Ok(()));
            };
            after = *last;
            if self.try_these(&offsets).await?.is_err() {
                return Ok(Err(Away));
            }
        }
    }

    async fn try_these(&mut self, offsets: &[Offset]) -> Result<Result<(), Away>, Error> {
        for some in offsets.chunks(TRIED_AT_A_TIME) {
            if self.try_some(some).await?.is_err() {
                return Ok(Err(Away));
            }
        }
        Ok(Ok(()))
    }

    async fn try_some(&mut self, offsets: &[Offset]) -> Result<Result<(), Away>, Error> {
        let Ok(waiting) = self.waiting(offsets).await? else {
            return Ok(Err(Away));
        };
        let sorted = units(&self.registered, &self.board, &[], waiting);
        let Ok(decided) = self.ask(sorted.units).await? else {
            return Ok(Err(Away));
        };
        let Ok(decided) = self.deliver(decided).await? else {
            return Ok(Err(Away));
        };
        let batch = self.routing(&decided, &[], &[]);
        if batch.routes.is_empty() {
            return Ok(Ok(()));
        }
        let shard = self.progress.shard;
        match self.tools.store.commit(&batch).await {
            Ok(Committed::Done) => {
                self.router.appended.clear();
                self.last_renewed = Instant::now();
                Ok(Ok(()))
            }
            Ok(Committed::Fenced) => Err(Error::Lost { shard }),
            Err(
                error @ (StoreError::Unreachable { .. }
                | StoreError::CommitUnknown { .. }
                | StoreError::Refused { .. }),
            ) => {
                tracing::warn!("shard {shard}: waiting records are tried again later: {error}");
                Ok(Err(Away))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns waiting records, with every part of a message of which one is among them.
    async fn waiting(&mut self, offsets: &[Offset]) -> Result<Result<Vec<Unrouted>, Away>, Error> {
        let shard = self.progress.shard;
        let store = &self.tools.store;
        let mut wanted = WantedUnrouted {
            offsets: offsets.to_vec(),
            ..WantedUnrouted::default()
        };
        let Ok(found) = patiently(store.unrouted(shard, &wanted).await)? else {
            return Ok(Err(Away));
        };
        let messages: BTreeSet<_> = found
            .iter()
            .filter_map(|one| {
                let source_id = one.logged.record.source_id.clone();
                Some((source_id, one.message_key.clone()?))
            })
            .collect();
        if messages.is_empty() {
            return Ok(Ok(found));
        }
        wanted.messages = messages.into_iter().collect();
        patiently(store.unrouted(shard, &wanted).await)
    }

    /// Decides where the records of a run go; those that need no gate come beside.
    async fn decide(
        &mut self,
        read: &[ReadRecord],
    ) -> Result<Result<(Vec<Decided>, Vec<ReadRecord>), Away>, Error> {
        let messages: BTreeSet<_> = read
            .iter()
            .filter_map(|read| match &read.content {
                Content::Part(part) => {
                    let source_id = read.logged.record.source_id.clone();
                    Some((source_id, part.message_key.clone()))
                }
                _ => None,
            })
            .collect();
        let wanted = WantedUnrouted {
            offsets: Vec::new(),
            messages: messages.into_iter().collect(),
        };
        let mut waiting = Vec::new();
        if !wanted.messages.is_empty() {
            let shard = self.progress.shard;
            match patiently(self.tools.store.unrouted(shard, &wanted).await)? {
                Ok(found) => waiting = found,
                Err(Away) => return Ok(Err(Away)),
            }
        }
        let Units { units, aside } = units(&self.registered, &self.board, read, waiting);
        let asked = self.ask(units).await?;
        Ok(asked.map(|decided| (decided, aside)))
    }

    /// Looks up what points to gates, and decides.
    async fn ask(&mut self, units: Vec<Unit>) -> Result<Result<Vec<Decided>, Away>, Error> {
        if units.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let Ok(links) = patiently(self.tools.store.links(&wanted(&units)).await)? else {
            return Ok(Err(Away));
        };
        let decisions = decisions(&self.registered, &units, &links);
        Ok(Ok(units.into_iter().zip(decisions).collect()))
    }
}

/// Where each shard's feed was searched to; 0 for one that had none then.
fn since(searched: &[FeedShard], ends: &[FeedShard]) -> Vec<FeedShard> {
    let before = |shard| searched.iter().find(|one| one.shard == shard);
    ends.iter()
        .map(|end| FeedShard {
            shard: end.shard,
            last_seq: before(end.shard).map_or(0, |one| one.last_seq),
        })
        .collect()
}

/// Tells a database that is away, which is waited for, from one that is wrong.
fn patiently<T>(answer: Result<T, StoreError>) -> Result<Result<T, Away>, Error> {
    match answer {
        Ok(value) => Ok(Ok(value)),
        Err(error @ StoreError::Unreachable { .. }) => {
            tracing::warn!("the router waits for the database: {error}");
            Ok(Err(Away))
        }
        Err(error) => Err(error.into()),
    }
}
