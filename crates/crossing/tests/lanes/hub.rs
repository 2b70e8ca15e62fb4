//! A hub in miniature: a board, what it has published, and the look-ups by which it is told of what is not in memory.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use bordergate_crossing::{Board, Changes, Linked, Placement, Rules};
use bordergate_model::{
    Crossing, CrossingId, KeyKind, KeyWindow, LaneWindow, Observation, ObservationRef, State,
    UnlinkedReason,
};
use jiff::Timestamp;

use crate::Names;

/// What must come out the same: what is said of each crossing with each reading's key, and why others are in none.
pub(crate) type Essence = (BTreeSet<String>, BTreeMap<ObservationRef, UnlinkedReason>);

/// Returns the essence of what the definition gives.
pub(crate) fn essence(linked: &Linked) -> Essence {
    let unlinked = linked.unlinked.iter();
    let unlinked = unlinked.map(|(reading, reason)| (reading.reference(), *reason));
    (
        linked.crossings.iter().map(words).collect(),
        unlinked.collect(),
    )
}

fn words(crossing: &Crossing) -> String {
    let readings = crossing.readings.iter();
    let readings: BTreeSet<(ObservationRef, bool)> = readings
        .map(|reading| {
            let key = reading.link_key.as_ref();
            let is_by_lane = key.is_some_and(|key| key.kind == KeyKind::Lane);
            (reading.observation.reference(), is_by_lane)
        })
        .collect();
    format!(
        "{readings:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        crossing.state,
        crossing.direction,
        crossing.ended_at,
        crossing.milestones,
        crossing.plate,
        crossing.last_read_log_time,
    )
}

/// What one look-up finds.
#[derive(Default)]
struct Found {
    crossings: Vec<Crossing>,
    unlinked: Vec<Observation>,
    tombstones: Vec<(CrossingId, u64)>,
}

/// A board and its database.
pub(crate) struct Hub {
    rules: Rules,
    board: Board,
    log_time: Timestamp,
    readings: BTreeMap<ObservationRef, Observation>,
    crossings: BTreeMap<CrossingId, Crossing>,
    places: BTreeMap<ObservationRef, Placement>,
    look_up_count: usize,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(Rules::default())
    }
}

impl Hub {
    /// A hub that links by these rules.
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            board: Board::new(rules.clone()),
            rules,
            log_time: Timestamp::MIN,
            readings: BTreeMap::new(),
            crossings: BTreeMap::new(),
            places: BTreeMap::new(),
            look_up_count: 0,
        }
    }

    /// Takes a reading as the role `process` does: looks up, links on an overlay, looks up what lanes were not whole, and
    /// links again.
    pub(crate) fn take(&mut self, reading: Observation) {
        self.log_time = self.log_time.max(reading.received_at);
        let mut windows: Vec<LaneWindow> = Vec::new();
        let (board, changes) = loop {
            let found = self.look_up(&reading, &windows);
            let mut overlay = self.board.clone();
            overlay.load(found.crossings, found.unlinked, found.tombstones);
            overlay.note_looked_up(windows.iter().cloned());
            let changes = overlay.add(reading.clone(), self.log_time);
            let unseen: Vec<LaneWindow> = overlay.unseen().cloned().collect();
            if unseen.is_empty() {
                break (overlay, changes);
            }
            self.look_up_count += 1;
            windows.extend(unseen);
        };
        self.readings.insert(reading.reference(), reading);
        self.apply(changes);
        self.board = board;
        self.board.forget_when_due();
    }

    /// Lets log time pass.
    pub(crate) fn end(&mut self, log_time: Timestamp) {
        self.log_time = log_time;
        let changes = self.board.advance(log_time);
        assert!(
            self.board.unseen().next().is_none(),
            "nothing old is decided by time alone"
        );
        self.apply(changes);
    }

    /// Takes the shard over: memory holds what is open or was lately read.
    pub(crate) fn restart(&mut self) {
        let since = self.log_time - self.rules.horizon();
        let live = self.live();
        let crossings = live.filter(|crossing| {
            crossing.state == State::Open || crossing.last_read_log_time >= since
        });
        let crossings = crossings.cloned().collect();
        let unlinked = self.unlinked();
        let unlinked = unlinked.filter(|reading| reading.received_at >= since);
        let unlinked = unlinked.cloned().collect();
        let tombstones = self.merged().collect();
        self.board = Board::resumed(self.rules.clone(), self.log_time);
        self.board.load(crossings, unlinked, tombstones);
    }

    /// Returns what came out.
    pub(crate) fn essence(&self) -> Essence {
        let unlinked = self.places.iter();
        let unlinked =
            unlinked.filter_map(|(reference, place)| Some((*reference, place.unlinked?)));
        (self.live().map(words).collect(), unlinked.collect())
    }

    /// Returns where each reading stands.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&ObservationRef, &Placement)> {
        self.places.iter()
    }

    /// Returns the crossings that are not merged.
    pub(crate) fn crossings(&self) -> impl Iterator<Item = &Crossing> {
        self.live()
    }

    /// Tells whether memory holds a crossing of a plate.
    pub(crate) fn remembers(&self, plate: &str) -> bool {
        self.board
            .crossings()
            .any(|crossing| crossing.plate.as_deref() == Some(plate))
    }

    /// Returns how often lanes had to be looked up.
    pub(crate) fn look_up_count(&self) -> usize {
        self.look_up_count
    }

    fn apply(&mut self, changes: Changes) {
        for change in changes.crossings {
            self.crossings
                .insert(change.crossing.crossing_id, change.crossing);
        }
        for placement in changes.placements {
            self.places.insert(placement.reference, placement);
        }
    }

    fn live(&self) -> impl Iterator<Item = &Crossing> {
        let all = self.crossings.values();
        all.filter(|crossing| crossing.state != State::Merged)
    }

    fn merged(&self) -> impl Iterator<Item = (CrossingId, u64)> {
        let all = self.crossings.values();
        all.filter(|crossing| crossing.state == State::Merged)
            .map(|crossing| (crossing.crossing_id, crossing.revision))
    }

    fn unlinked(&self) -> impl Iterator<Item = &Observation> {
        let places = self.places.iter();
        places
            .filter(|(_, place)| place.crossing_id.is_none())
            .map(|(reference, _)| &self.readings[reference])
    }

    /// Finds what the database holds about a reading's event and keys, about lanes, and about the keys of what is found.
    fn look_up(&self, reading: &Observation, lanes: &[LaneWindow]) -> Found {
        let mut found = Found::default();
        let mut names = Names::new();
        let mut keys = self.board.wanted(reading);
        let mut asked: HashSet<_> = keys
            .iter()
            .map(|window| (window.gate_id.clone(), window.key.clone()))
            .collect();
        let is_event = |other: &Observation| {
            let ids = [&reading.event_id, &reading.corrects].into_iter().flatten();
            let theirs = [&other.event_id, &other.corrects].into_iter().flatten();
            other.source_id == reading.source_id
                && ids
                    .into_iter()
                    .any(|id| theirs.clone().any(|their| their == id))
        };
        let is_on_lane = |other: &Observation| {
            lanes.iter().any(|window| {
                let is_there = other.lane.as_deref() == Some(window.lane.as_str());
                is_there
                    && other.gate_id == window.gate_id
                    && (window.from..=window.until).contains(&placed_at(other))
            })
        };
        let is_near = |other: &Observation| is_event(other) || is_on_lane(other);
        let mut next: Vec<Crossing> = self
            .live()
            .filter(|crossing| crossing.readings.iter().any(|r| is_near(&r.observation)))
            .cloned()
            .collect();
        found
            .unlinked
            .extend(self.unlinked().filter(|other| is_near(other)).cloned());
        loop {
            next.extend(self.by_keys(&keys));
            let unlinked = self.unlinked().filter(|other| carries(other, &keys));
            found.unlinked.extend(unlinked.cloned());
            keys.clear();
            for crossing in next.drain(..) {
                let anchor = crossing.readings[0].observation.reference();
                if !names.insert(anchor) {
                    continue;
                }
                let windows = crossing.readings.iter();
                let windows = windows.flat_map(|r| self.board.wanted(&r.observation));
                keys.extend(
                    windows.filter(|window| {
                        asked.insert((window.gate_id.clone(), window.key.clone()))
                    }),
                );
                found.crossings.push(crossing);
            }
            if keys.is_empty() {
                break;
            }
        }
        found.tombstones = self.merged().collect();
        found
    }

    fn by_keys(&self, keys: &[KeyWindow]) -> Vec<Crossing> {
        let matters = |crossing: &&Crossing| {
            keys.iter().any(|window| {
                let is_open = crossing.is_open_by_keys();
                let is_then = crossing.first_at <= window.until && crossing.last_at >= window.from;
                crossing.gate_id == window.gate_id
                    && crossing.keys.contains(&window.key)
                    && (is_open || is_then)
            })
        };
        self.live().filter(matters).cloned().collect()
    }
}

fn carries(reading: &Observation, keys: &[KeyWindow]) -> bool {
    keys.iter().any(|window| {
        window.gate_id == reading.gate_id
            && reading.match_keys().contains(&window.key)
            && (window.from..=window.until).contains(&reading.ordered_at())
    })
}

/// When a reading was on its lane.
fn placed_at(reading: &Observation) -> Timestamp {
    match reading.occurred.at {
        Some(at) if !reading.is_suspect => at,
        _ => reading.received_at,
    }
}
