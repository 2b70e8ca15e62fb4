//! A batch as rows: everything is checked and put into columns before the transaction begins.

use std::collections::HashSet;

use bordergate_indicators::Fact;
use bordergate_model::{Shard, State};
use bytes::Bytes;
use jiff::Timestamp;
use uuid::Uuid;

use super::crossing::{CrossingRow, KeyRow, keys};
use super::observation::{ObservationRow, Place, UnlinkedKeyRow, unlinked_keys};
use super::part::PartRows;
use super::route::RouteRows;
use super::wide;
use crate::text::refuse_nul;
use crate::{Batch, Error, NewOutcome, NewQuarantine};

/// A batch as rows.
#[derive(Debug)]
pub(crate) struct BatchRows {
    pub(crate) fence: Fence,
    pub(crate) observations: Vec<ObservationRow>,
    pub(crate) unlinked_keys: Vec<UnlinkedKeyRow>,
    pub(crate) relinks: Vec<RelinkRow>,
    pub(crate) outcomes: Vec<NewOutcome>,
    pub(crate) quarantine: Vec<NewQuarantine>,
    pub(crate) crossings: Vec<CrossingRow>,
    pub(crate) keys: Vec<KeyRow>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) feed: Vec<FeedLine>,
    pub(crate) parts: PartRows,
    pub(crate) routes: RouteRows,
}

/// What the shard's row must be before, and is after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fence {
    pub(crate) shard: Shard,
    pub(crate) owner_epoch: i64,
    pub(crate) from_offset: i64,
    pub(crate) next_offset: i64,
    pub(crate) last_record_id: Uuid,
    pub(crate) log_time: Timestamp,
    pub(crate) last_is_replay: bool,
    pub(crate) feed_seq: i64,
}

/// A stored observation's new place.
#[derive(Clone, Debug)]
pub(crate) struct RelinkRow {
    pub(crate) log_offset: i64,
    pub(crate) observation_index: i32,
    pub(crate) place: Place,
}

/// A row of `feed` to insert.
#[derive(Clone, Debug)]
pub(crate) struct FeedLine {
    pub(crate) feed_seq: i64,
    pub(crate) gate_id: String,
    pub(crate) crossing_id: Uuid,
    pub(crate) revision: i64,
    pub(crate) is_tombstone: bool,
    pub(crate) encoded: Bytes,
}

impl BatchRows {
    /// Puts the batch into rows.
    ///
    /// # Errors
    /// [`Error::Refused`] when a text holds a NUL.
    pub(crate) fn new(batch: &Batch) -> Result<Self, Error> {
        let shard = batch.shard;
        let unlinked = batch
            .observations
            .iter()
            .filter(|new| new.crossing_id.is_none());
        let measured = &batch.crossings;
        check_texts(batch)?;
        Ok(Self {
            fence: Fence::new(batch),
            observations: collect(&batch.observations, |new| ObservationRow::new(shard, new))?,
            unlinked_keys: unlinked
                .flat_map(|new| unlinked_keys(shard, &new.observation))
                .collect(),
            relinks: batch.relinks.iter().map(RelinkRow::new).collect(),
            outcomes: batch.outcomes.clone(),
            quarantine: quarantine(batch).cloned().collect(),
            crossings: collect(measured, |one| CrossingRow::new(shard, batch.log_time, one))?,
            keys: collect(measured, |one| keys(&one.crossing))?
                .into_iter()
                .flatten()
                .collect(),
            facts: measured
                .iter()
                .flat_map(|one| one.measures.facts.iter().cloned())
                .collect(),
            feed: feed(batch),
            parts: PartRows::new(&batch.parts),
            routes: RouteRows::new(&batch.routes)?,
        })
    }

    /// Keeps keys and facts only of crossings that were written: an older revision changes nothing.
    pub(crate) fn keep_written(&mut self, written: &[(Uuid,)]) {
        if written.len() == self.crossings.len() {
            return;
        }
        let written: HashSet<Uuid> = written.iter().map(|(id,)| *id).collect();
        self.keys.retain(|key| written.contains(&key.crossing_id));
        self.facts
            .retain(|fact| written.contains(&fact.crossing_id.0));
    }
}

impl Fence {
    fn new(batch: &Batch) -> Self {
        Self {
            shard: batch.shard,
            owner_epoch: batch.owner_epoch,
            from_offset: batch.from_offset,
            next_offset: batch.next_offset,
            last_record_id: batch.last_record_id.0,
            log_time: batch.log_time,
            last_is_replay: batch.last_is_replay,
            feed_seq: batch.feed_seq + wide(batch.crossings.len() as u64),
        }
    }
}

impl RelinkRow {
    fn new(relink: &crate::Relink) -> Self {
        Self {
            log_offset: relink.reference.offset,
            observation_index: relink.reference.index.into(),
            place: Place::new(
                relink.crossing_id,
                relink.link_key.as_ref(),
                relink.unlinked,
            ),
        }
    }
}

fn collect<T, R>(items: &[T], row: impl Fn(&T) -> Result<R, Error>) -> Result<Vec<R>, Error> {
    items.iter().map(row).collect()
}

/// Every row of quarantine: of the batch's own records, and of parts that are given up.
fn quarantine(batch: &Batch) -> impl Iterator<Item = &NewQuarantine> {
    batch.quarantine.iter().chain(&batch.parts.put_aside)
}

/// Texts that are not inside a document; those are checked as they are written.
fn check_texts(batch: &Batch) -> Result<(), Error> {
    refuse_nul(
        batch
            .outcomes
            .iter()
            .map(|new| ("outcome code", new.outcome.code.as_str())),
    )?;
    for part in &batch.parts.kept {
        refuse_nul([
            ("part format", part.format.as_str()),
            ("message key", &part.message_key),
        ])?;
    }
    for new in quarantine(batch) {
        refuse_nul([
            ("quarantine code", new.code.as_str()),
            ("detail", &new.detail),
            ("format", &new.format),
        ])?;
    }
    let links = batch
        .relinks
        .iter()
        .filter_map(|relink| relink.link_key.as_ref());
    refuse_nul(links.map(|key| ("link_key", key.value.as_str())))
}

fn feed(batch: &Batch) -> Vec<FeedLine> {
    let numbered = (batch.feed_seq + 1..).zip(&batch.crossings);
    let line = |(feed_seq, measured): (i64, &crate::MeasuredCrossing)| FeedLine {
        feed_seq,
        gate_id: measured.crossing.gate_id.to_string(),
        crossing_id: measured.crossing.crossing_id.0,
        revision: wide(measured.crossing.revision),
        is_tombstone: measured.crossing.state == State::Merged,
        encoded: measured.encoded.clone(),
    };
    numbered.map(line).collect()
}

/// Returns the error for a stored observation that is not there.
pub(crate) fn relink_missing() -> Error {
    Error::Corrupt {
        reason: "observations: one that should change its crossing is not stored".to_owned(),
    }
}
