//! A board as a hub keeps it: one reading after another, made anew from what was published after each restart.

use std::collections::{BTreeMap, BTreeSet};

use bordergate_crossing::{Board, Changes, Rules};
use bordergate_model::{Crossing, CrossingId, Observation, ObservationRef, State};
use jiff::Timestamp;

/// What must come out the same: each crossing's readings with what is said of it, and the unlinked.
pub(crate) type Outcome = (BTreeSet<String>, BTreeSet<ObservationRef>);

pub(crate) fn essence<'a>(
    crossings: impl Iterator<Item = &'a Crossing>,
    unlinked: impl Iterator<Item = ObservationRef>,
) -> Outcome {
    let words = crossings.map(|crossing| {
        let readings: BTreeSet<ObservationRef> = crossing
            .readings
            .iter()
            .map(|reading| reading.observation.reference())
            .collect();
        format!(
            "{readings:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            crossing.state,
            crossing.direction,
            crossing.channel,
            crossing.ended_at,
            crossing.milestones,
            crossing.plate
        )
    });
    (words.collect(), unlinked.collect())
}

/// Adds readings one by one; after each one in `restarts` the board is made anew from what was published.
pub(crate) fn by_board(
    readings: &[Observation],
    restarts: &BTreeSet<usize>,
    end: Timestamp,
) -> Outcome {
    let mut board = Board::new(Rules::default());
    let mut stored: BTreeMap<CrossingId, Crossing> = BTreeMap::new();
    let mut loose: BTreeMap<ObservationRef, Observation> = BTreeMap::new();
    let mut log_time = Timestamp::MIN;
    let apply = |changes: Changes,
                 stored: &mut BTreeMap<CrossingId, Crossing>,
                 loose: &mut BTreeMap<ObservationRef, Observation>,
                 all: &[Observation]| {
        for change in changes.crossings {
            stored.insert(change.crossing.crossing_id, change.crossing);
        }
        for placement in changes.placements {
            if placement.crossing_id.is_some() {
                loose.remove(&placement.reference);
            } else if let Some(observation) = all
                .iter()
                .find(|reading| reading.reference() == placement.reference)
            {
                loose.insert(placement.reference, observation.clone());
            }
        }
    };
    for (place, reading) in readings.iter().enumerate() {
        log_time = log_time.max(reading.received_at);
        let changes = board.add(reading.clone(), log_time);
        apply(changes, &mut stored, &mut loose, readings);
        if restarts.contains(&place) {
            let (live, gone): (Vec<Crossing>, Vec<Crossing>) = stored
                .values()
                .cloned()
                .partition(|crossing| crossing.state != State::Merged);
            board = Board::new(Rules::default());
            let tombstones = gone
                .iter()
                .map(|crossing| (crossing.crossing_id, crossing.revision))
                .collect();
            board.load(live, loose.values().cloned().collect(), tombstones);
        }
    }
    let changes = board.advance(end);
    apply(changes, &mut stored, &mut loose, readings);
    essence(
        stored
            .values()
            .filter(|crossing| crossing.state != State::Merged),
        loose.keys().copied(),
    )
}
