//! Records that wait for their gate: when they are tried again, and what a try is.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bordergate_model::Offset;
use bordergate_store::{Committed, Error as StoreError, FeedShard, Unrouted, WantedUnrouted};

use super::{Away, Shard, patiently};
use crate::Error;
use crate::registered::Registered;
use crate::unit::units;

/// How often it is looked whether waiting records may find their gate.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often every waiting record is tried, whatever happened: after a gate was registered with new codes, at the latest.
const TRY_ALL_EVERY: Duration = Duration::from_secs(60);
/// Waiting records tried at a time.
const TRIED_AT_A_TIME: usize = 500;

impl Shard {
    /// Tries waiting records whose link may have appeared, at most once a second.
    pub(in crate::shard) async fn try_waiting_sometimes(&mut self) -> Result<(), Error> {
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

    /// Tries the waiting records that a crossing written since the last time may have given a link, and those of which a
    /// person decided; every one the first time, and after a failure.
    pub(in crate::shard) async fn try_waiting(&mut self) -> Result<(), Error> {
        let store = Arc::clone(&self.tools.store);
        // Asked first: what is written while the records are tried is searched next time.
        let Ok(ends) = patiently(store.feed_shards().await)? else {
            return Ok(());
        };
        let shard = self.progress.shard;
        let tried = match &self.router.searched {
            Some(searched) => {
                let since = since(searched, &ends);
                match patiently(store.woken(shard, &since).await)? {
                    Ok(mut offsets) => {
                        offsets.retain(|offset| !self.router.too_large.contains(offset));
                        self.try_these(&offsets).await?
                    }
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
        self.router.too_large.clear();
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
