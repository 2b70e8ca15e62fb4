//! What a run of records does to the board and the database: pure, on an overlay (DESIGN.md, steps 3 and 4).

mod split;

use std::collections::{BTreeMap, HashMap};

use bordergate_crossing::{Board, Changes, Placement};
use bordergate_indicators::measure;
use bordergate_model::{
    CrossingChange, CrossingId, LaneWindow, Observation, ObservationRef, Outcome, OutcomeKind,
    RecordId, SourceId,
};
use bordergate_store::{
    Batch, Found, KnownRecord, MeasuredCrossing, NewObservation, NewOutcome, NewQuarantine,
    Progress, Relink, RouteChanges,
};
use jiff::Timestamp;

use crate::parts::Parts;
use crate::registered::Registered;
use crate::run::{Content, ReadRecord};
use crate::tools::Tools;

type EventKey = (SourceId, String);

/// A run that was taken whole.
pub(crate) struct Linked {
    /// What is to be written.
    pub(crate) batch: Batch,
    /// The board after it.
    pub(crate) board: Board,
    /// The split messages that became whole, each as read under the record that completed it.
    pub(crate) joined: Vec<ReadRecord>,
    /// What linking looked at on lanes and could not see whole; not empty: it must be looked up and the run linked again.
    pub(crate) unseen: Vec<LaneWindow>,
}

/// The state a batch is linked on: the board as it would be after the commit, and what was written so far.
pub(crate) struct Overlay<'r> {
    registered: &'r Registered,
    /// The board after the batch.
    pub(crate) board: Board,
    log_time: Option<Timestamp>,
    records: HashMap<RecordId, Vec<KnownRecord>>,
    events: HashMap<EventKey, Vec<Observation>>,
    new: Vec<(Observation, [u8; 32])>,
    places: HashMap<ObservationRef, Placement>,
    changes: BTreeMap<CrossingId, (usize, CrossingChange)>,
    change_count: usize,
    outcomes: Vec<NewOutcome>,
    quarantine: Vec<NewQuarantine>,
    parts: Parts,
    joined: Vec<ReadRecord>,
}

impl<'r> Overlay<'r> {
    /// Starts from the committed board and what the database holds; of `lanes` everything was looked up.
    pub(crate) fn new(
        board: &Board,
        registered: &'r Registered,
        log_time: Option<Timestamp>,
        found: Found,
        lanes: &[LaneWindow],
    ) -> Self {
        let mut overlay = Self {
            registered,
            board: board.clone(),
            log_time,
            records: HashMap::new(),
            events: HashMap::new(),
            new: Vec::new(),
            places: HashMap::new(),
            changes: BTreeMap::new(),
            change_count: 0,
            outcomes: Vec::new(),
            quarantine: Vec::new(),
            parts: Parts::new(found.parts),
            joined: Vec::new(),
        };
        for known in found.records {
            overlay
                .records
                .entry(known.record_id)
                .or_default()
                .push(known);
        }
        let mut unlinked = found.unlinked;
        for (observation, crossing_id) in found.events {
            overlay.note_event(&observation);
            if crossing_id.is_none() {
                unlinked.push(observation);
            }
        }
        overlay
            .board
            .load(found.crossings, unlinked, found.tombstones);
        overlay.board.note_looked_up(lanes.iter().cloned());
        overlay
    }

    /// Takes one record. Log time moves first, so that batch borders change nothing.
    pub(crate) fn take(&mut self, read: &ReadRecord) {
        let received_at = read.logged.record.received_at;
        let log_time = self
            .log_time
            .map_or(received_at, |so_far| so_far.max(received_at));
        self.log_time = Some(log_time);
        let changes = self.board.advance(log_time);
        self.note_changes(changes);
        self.give_up_parts(log_time);
        match &read.content {
            Content::Part(part) => self.take_part(read, part, log_time),
            _ => self.settle(read, self.verdict(read), log_time),
        }
    }

    /// Notes what becomes of a record.
    fn settle(&mut self, read: &ReadRecord, verdict: Verdict<'_>, log_time: Timestamp) {
        match verdict {
            Verdict::Observed(observations) => {
                for observation in observations {
                    self.note_event(observation);
                    self.new.push((observation.clone(), read.body_sha256));
                    let changes = self.board.add(observation.clone(), log_time);
                    self.note_changes(changes);
                }
                self.note_record(read, None);
            }
            Verdict::Nothing { kind, code, detail } => self.note_outcome(read, kind, code, detail),
        }
    }

    fn verdict<'a>(&self, read: &'a ReadRecord) -> Verdict<'a> {
        let observations = match &read.content {
            Content::Nothing { kind, code, detail } => {
                return Verdict::Nothing {
                    kind: *kind,
                    code: code.clone(),
                    detail: detail.clone(),
                };
            }
            Content::Part(_) => {
                return Verdict::quarantined(
                    "vnaccs.split",
                    "the message is still a part when it is put together",
                );
            }
            Content::Observations(observations) => observations,
        };
        if self.is_repeated(read) {
            return Verdict::duplicate("record.duplicate");
        }
        if self.effective(read).next().is_some()
            && observations
                .iter()
                .all(|observation| observation.event_id.is_none())
        {
            return Verdict::quarantined(
                "record.key_reused",
                "the sender used the key of an earlier record for other bytes, and the message names no event",
            );
        }
        self.fresh(observations)
    }

    /// Returns the earlier appearances of the record that count.
    fn effective(&self, read: &ReadRecord) -> impl Iterator<Item = &KnownRecord> {
        let known = self.records.get(&read.logged.record.record_id);
        known.into_iter().flatten().filter(|known| {
            let is_void = known.outcome.as_ref().is_some_and(|outcome| {
                matches!(outcome.kind, OutcomeKind::Quarantined | OutcomeKind::Routed)
            });
            !is_void
        })
    }

    /// Tells whether the record came before with the same bytes.
    fn is_repeated(&self, read: &ReadRecord) -> bool {
        self.effective(read)
            .any(|known| known.body_sha256 == read.body_sha256)
    }

    /// Leaves out the events that were read before, wherever in their record they stood. A record of
    /// which nothing is left is a duplicate; one that tells an event otherwise than before, without a
    /// higher revision, is a conflict.
    fn fresh<'a>(&self, observations: &'a [Observation]) -> Verdict<'a> {
        let mut fresh = Vec::new();
        for observation in observations {
            match self.earlier(observation).as_slice() {
                [] => fresh.push(observation),
                earlier if earlier.iter().any(|known| known.says_the_same(observation)) => {}
                earlier => {
                    let detail = format!(
                        "the event was read before from record {} with another content and no lower revision",
                        earlier[0].record_id
                    );
                    return Verdict::quarantined("event.conflict", detail);
                }
            }
        }
        if fresh.is_empty() {
            Verdict::duplicate("event.duplicate")
        } else {
            Verdict::Observed(fresh)
        }
    }

    /// Returns what was read under the same event id and revision before.
    fn earlier(&self, observation: &Observation) -> Vec<&Observation> {
        let Some(event_id) = observation.event_id.clone() else {
            return Vec::new();
        };
        let known = self.events.get(&(observation.source_id.clone(), event_id));
        let same_revision = |earlier: &&Observation| earlier.revision == observation.revision;
        known.into_iter().flatten().filter(same_revision).collect()
    }

    fn note_event(&mut self, observation: &Observation) {
        if let Some(event_id) = &observation.event_id {
            let known = self
                .events
                .entry((observation.source_id.clone(), event_id.clone()))
                .or_default();
            known.push(observation.clone());
        }
    }

    fn note_record(&mut self, read: &ReadRecord, outcome: Option<Outcome>) {
        let record_id = read.logged.record.record_id;
        let known = KnownRecord {
            record_id,
            offset: read.logged.offset,
            body_sha256: read.body_sha256,
            outcome,
        };
        self.records.entry(record_id).or_default().push(known);
    }

    fn note_outcome(&mut self, read: &ReadRecord, kind: OutcomeKind, code: String, detail: String) {
        let record = &read.logged.record;
        if kind == OutcomeKind::Quarantined {
            self.quarantine.push(NewQuarantine {
                record_id: record.record_id,
                offset: read.logged.offset,
                source_id: record.source_id.clone(),
                gate_id: record.gate_id.clone(),
                format: record.format.clone(),
                received_at: record.received_at,
                code: code.clone(),
                detail,
            });
        }
        let outcome = Outcome { kind, code };
        self.note_record(read, Some(outcome.clone()));
        self.outcomes.push(NewOutcome {
            record_id: record.record_id,
            offset: read.logged.offset,
            source_id: record.source_id.clone(),
            gate_id: record.gate_id.clone(),
            received_at: record.received_at,
            body_sha256: read.body_sha256,
            outcome,
        });
    }

    fn note_changes(&mut self, changes: Changes) {
        for placement in changes.placements {
            self.places.insert(placement.reference, placement);
        }
        for change in changes.crossings {
            self.change_count += 1;
            self.changes
                .insert(change.crossing.crossing_id, (self.change_count, change));
        }
    }

    /// Returns what a run that was taken whole comes to; `None` for an empty one.
    pub(crate) fn finish(
        mut self,
        tools: &Tools,
        progress: &Progress,
        run: &[ReadRecord],
    ) -> Option<Linked> {
        let last = &run.last()?.logged;
        let mut observations = Vec::with_capacity(self.new.len());
        for (observation, body_sha256) in std::mem::take(&mut self.new) {
            let place = self.places.remove(&observation.reference());
            let (crossing_id, link_key, unlinked) = place.map_or((None, None, None), |place| {
                (place.crossing_id, place.link_key, place.unlinked)
            });
            observations.push(NewObservation {
                observation,
                body_sha256,
                crossing_id,
                link_key,
                unlinked,
            });
        }
        let mut relinks: Vec<Relink> = self
            .places
            .into_values()
            .map(
                |Placement {
                     reference,
                     crossing_id,
                     link_key,
                     unlinked,
                 }| Relink {
                    reference,
                    crossing_id,
                    link_key,
                    unlinked,
                },
            )
            .collect();
        relinks.sort_by_key(|relink| relink.reference);
        let mut changes: Vec<(usize, CrossingChange)> = self.changes.into_values().collect();
        changes.sort_by_key(|(order, _)| *order);
        let crossings = changes
            .into_iter()
            .map(|(_, change)| MeasuredCrossing {
                measures: measure(&change.crossing, &tools.expected),
                encoded: (tools.encode)(&change),
                crossing: change.crossing,
            })
            .collect();
        let batch = Batch {
            shard: progress.shard,
            owner_epoch: progress.owner_epoch,
            from_offset: progress.next_offset,
            next_offset: last.offset + 1,
            last_record_id: last.record.record_id,
            log_time: self.log_time?,
            last_is_replay: last.record.is_replay,
            feed_seq: progress.feed_seq,
            observations,
            relinks,
            outcomes: self.outcomes,
            quarantine: self.quarantine,
            crossings,
            parts: self.parts.finish(),
            routes: RouteChanges::default(),
        };
        let unseen = self.board.unseen().cloned().collect();
        self.board.forget_when_due();
        Some(Linked {
            unseen,
            batch,
            board: self.board,
            joined: self.joined,
        })
    }
}

enum Verdict<'a> {
    Observed(Vec<&'a Observation>),
    Nothing {
        kind: OutcomeKind,
        code: String,
        detail: String,
    },
}

impl Verdict<'_> {
    fn duplicate(code: &str) -> Self {
        Self::Nothing {
            kind: OutcomeKind::Duplicate,
            code: code.to_owned(),
            detail: String::new(),
        }
    }

    fn is_quarantined(&self) -> bool {
        matches!(self, Self::Nothing { kind, .. } if *kind == OutcomeKind::Quarantined)
    }

    fn quarantined(code: &str, detail: impl Into<String>) -> Self {
        Self::Nothing {
            kind: OutcomeKind::Quarantined,
            code: code.to_owned(),
            detail: detail.into(),
        }
    }
}
