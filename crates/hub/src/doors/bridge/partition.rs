//! Reading one partition of another system: take it, find the place, read, offer, move the place forward.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bordergate_eventlog::RunLimit;
use bordergate_eventlog::kafka::{ForeignMessage, ForeignTopic};
use bordergate_store::{Advance, BridgePlace, ForeignPartition, LeftOut};
use uuid::Uuid;

use super::message::{Meaning, TOMBSTONE, fingerprint, meaning, refused};
use super::note;
use super::trouble::{PARTITION, Trouble};
use crate::app::App;
use crate::config::{Begin, BridgeTopic, OnGap};
use crate::doors::lease::{Hindrance, Lease};
use crate::doors::own;
use crate::doors::states::State;

/// Most messages that wait for the log at once, and most bytes of them; one message more may be read.
const RUN: RunLimit = RunLimit {
    records: 256,
    body_bytes: 16 * 1024 * 1024,
};
/// How long an idle partition is waited for before its lease is prolonged.
const IDLE: Duration = Duration::from_secs(2);
/// How often the partition is asked how far it goes.
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// One partition and what is done with it.
pub(super) struct Partition {
    pub(super) app: Arc<App>,
    pub(super) foreign: Arc<ForeignTopic>,
    pub(super) topic: BridgeTopic,
    pub(super) begin: Begin,
    pub(super) on_gap: OnGap,
    /// Under which its place is kept.
    pub(super) name: ForeignPartition,
    pub(super) owner: Uuid,
    pub(super) state: State,
}

impl Partition {
    /// Reads until the hub stops.
    pub(super) async fn read(self) {
        while !self.app.shutdown.is_cancelled() {
            let Err(trouble) = self.session().await else {
                return;
            };
            if self.app.shutdown.is_cancelled() {
                return;
            }
            note(&self.state, &trouble);
            tokio::select! {
                () = tokio::time::sleep(trouble.pause()) => {}
                () = self.app.shutdown.cancelled() => {}
            }
        }
    }

    /// Takes the partition and reads it; ends well when the hub stops.
    async fn session(&self) -> Result<(), Trouble> {
        let (start, end) = self.foreign.range(self.name.partition).await?;
        let begin = match self.begin {
            Begin::Earliest => start,
            Begin::Latest => end,
        };
        let lease = Lease::take(&self.app, PARTITION, &self.name.door(), self.owner).await?;
        let ended = self.read_on(&lease, begin, start, end).await;
        lease.release(&self.state).await;
        ended
    }

    async fn read_on(
        &self,
        lease: &Lease,
        begin: i64,
        start: i64,
        end: i64,
    ) -> Result<(), Trouble> {
        let place = self.app.store.begin_partition(&self.name, begin).await;
        let place = &mut place.map_err(Hindrance::Store)?;
        self.check_place(lease, place, start, end).await?;
        // The message before the place is read again: it tells whether the topic is still the one it was.
        let is_kept = place.last_sha256.is_some() && place.next_offset > start;
        let from = place.next_offset - i64::from(is_kept);
        let mut reader = self.foreign.open(self.name.partition, from)?;
        self.state.set(State::OPEN);
        let mut measured: Option<Instant> = None;
        loop {
            let mut run = tokio::select! {
                run = reader.next_run(RUN, IDLE) => run?,
                () = self.app.shutdown.cancelled() => return Ok(()),
            };
            if let Some(before) = run
                .first()
                .filter(|message| message.offset < place.next_offset)
            {
                check_known(place, before)?;
                run.remove(0);
            }
            if run.is_empty() {
                lease.renew().await?;
            } else {
                self.hand_in(lease, place, &run).await?;
            }
            if measured.is_none_or(|at| at.elapsed() >= MEASURE_EVERY) {
                measured = Some(Instant::now());
                let (_, end) = self.foreign.range(self.name.partition).await?;
                let lag = (end - place.next_offset).max(0);
                let metrics = &self.app.metrics;
                metrics.set_bridge_lag(&self.name.topic, self.name.partition, lag);
            }
        }
    }

    /// Checks that the place lies in what the partition keeps, or goes on behind a gap where that is wanted.
    async fn check_place(
        &self,
        lease: &Lease,
        place: &mut BridgePlace,
        start: i64,
        end: i64,
    ) -> Result<(), Trouble> {
        let next = place.next_offset;
        if next > end {
            let reason = format!("it ends at offset {end}, and was read up to {next}");
            return Err(Trouble::Remade { reason });
        }
        if next >= start {
            return Ok(());
        }
        let gap = Trouble::Gap {
            from: next,
            until: start,
        };
        if self.on_gap == OnGap::Stop {
            return Err(gap);
        }
        let door = self.state.door();
        tracing::error!(
            error.code = gap.code(),
            "{door} lost {} offsets: {next} to {} were deleted before they were read",
            start - next,
            start - 1
        );
        let missing = LeftOut {
            from_offset: next,
            until_offset: start,
            code: gap.code().to_owned(),
            detail: "deleted before they were read".to_owned(),
            body_bytes: None,
            body_sha256: None,
        };
        self.app
            .metrics
            .count_bridged(&self.name.topic, gap.code(), (start - next).unsigned_abs());
        self.advance(lease, place, start, None, vec![missing]).await
    }

    /// Brings a run into the log, then moves the place behind it.
    async fn hand_in(
        &self,
        lease: &Lease,
        place: &mut BridgePlace,
        run: &[ForeignMessage],
    ) -> Result<(), Trouble> {
        let (mut offers, mut left_out) = (Vec::new(), Vec::new());
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut count = |result| *counts.entry(result).or_default() += 1;
        for message in run {
            match meaning(&self.name, &self.topic, message) {
                Meaning::Offer(offer) => offers.push((message, *offer)),
                Meaning::Tombstone => count(TOMBSTONE),
                Meaning::LeftOut(code, row) => {
                    count(code);
                    left_out.push(row);
                }
            }
        }
        let is_final = |message: &&ForeignMessage, refusal: &_| {
            refused(&self.topic, message, refusal).is_some()
        };
        let answers = own::accept_all(&self.app, offers, &self.state, is_final).await;
        let answers = answers.map_err(Hindrance::Refused)?;
        for (message, answer) in answers {
            match answer {
                Ok(_) => count("accepted"),
                Err(refusal) => {
                    if let Some((code, row)) = refused(&self.topic, message, &refusal) {
                        count(code);
                        left_out.push(row);
                    }
                }
            }
        }
        for row in &left_out {
            tracing::warn!(
                error.code = row.code,
                kafka.offset = row.from_offset,
                "the message at offset {} of {} is left out: {}",
                row.from_offset,
                self.state.door(),
                row.detail
            );
        }
        if let Some(last) = run.last() {
            let hash = Some(fingerprint(last));
            self.advance(lease, place, last.offset + 1, hash, left_out)
                .await?;
        }
        for (result, number) in counts {
            self.app
                .metrics
                .count_bridged(&self.name.topic, result, number);
        }
        Ok(())
    }

    async fn advance(
        &self,
        lease: &Lease,
        place: &mut BridgePlace,
        next_offset: i64,
        last_sha256: Option<[u8; 32]>,
        left_out: Vec<LeftOut>,
    ) -> Result<(), Trouble> {
        let advance = Advance {
            partition: self.name.clone(),
            from_offset: place.next_offset,
            next_offset,
            last_sha256,
            left_out,
        };
        let store = &self.app.store;
        lease.check(store.advance_partition(lease.held(), &advance).await)?;
        (place.next_offset, place.last_sha256) = (next_offset, last_sha256);
        Ok(())
    }
}

/// Checks that the message before the place is the one that was read there.
fn check_known(place: &BridgePlace, before: &ForeignMessage) -> Result<(), Trouble> {
    let is_known = place
        .last_sha256
        .is_none_or(|hash| hash == fingerprint(before));
    if is_known {
        return Ok(());
    }
    let reason = format!("another message was at offset {}", before.offset);
    Err(Trouble::Remade { reason })
}
