//! What a crossing is, given its readings: direction, channel, cargo, plate and state (milestones.md, "One visit").

use std::collections::BTreeMap;

use bordergate_model::{Channel, Direction, GateId, Milestone as M, State};

use super::told::{TrueCrossing, TrueReading};
use super::{Group, Reading};
use crate::wall;

/// Describes a crossing.
pub(super) fn crossing(group: &Group<'_>, gate_id: &GateId, visits: &[String]) -> TrueCrossing {
    let readings = &group.readings;
    let first = |what: fn(&Reading<'_>) -> bool| {
        readings
            .iter()
            .find(|reading| what(reading))
            .map(|reading| reading.seen)
    };
    let name = readings
        .first()
        .and_then(|reading| visits.get(reading.seen.visit));
    TrueCrossing {
        name: name.cloned().unwrap_or_default(),
        gate_id: gate_id.clone(),
        direction: direction(group),
        channel: readings
            .iter()
            .filter_map(|reading| reading.seen.channel)
            .max()
            .unwrap_or(Channel::None),
        cargo: first(|reading| reading.seen.cargo.is_some()).and_then(|seen| seen.cargo),
        is_loaded: first(|reading| reading.seen.is_loaded.is_some())
            .and_then(|seen| seen.is_loaded),
        plate_key: plate_key(group),
        state: state(group),
        readings: readings
            .iter()
            .map(|reading| TrueReading {
                record_id: reading.record_id,
                milestone: reading.milestone,
                occurred_at: wall::timestamp(reading.at),
            })
            .collect(),
    }
}

/// CROSSED_IN or MANIFEST_FILED: import; else CROSSED_OUT, GATE_IN or PREDECLARED: export; else GATE_OUT: import;
/// else by declaration number; else what a report says.
pub(super) fn direction(group: &Group<'_>) -> Direction {
    let has = |milestones: &[M]| milestones.iter().any(|&milestone| group.has(milestone));
    if has(&[M::CrossedIn, M::ManifestFiled]) {
        return Direction::Import;
    }
    if has(&[M::CrossedOut, M::GateIn, M::Predeclared]) {
        return Direction::Export;
    }
    if has(&[M::GateOut]) {
        return Direction::Import;
    }
    let mut declarations = group
        .readings
        .iter()
        .flat_map(|reading| &reading.seen.declarations);
    match declarations.find_map(|number| number.get(..2)) {
        Some("10") => Direction::Import,
        Some("30") => Direction::Export,
        _ => group
            .readings
            .iter()
            .find_map(|reading| reading.seen.direction)
            .unwrap_or(Direction::Unknown),
    }
}

/// Returns when it ended, by the earliest reading that ends it.
pub(super) fn ended_at(group: &Group<'_>) -> Option<i64> {
    let by_direction = match direction(group) {
        Direction::Import => group.first(M::GateOut),
        _ => group.first(M::CrossedOut),
    };
    let missed = || {
        [group.first(M::Returned), group.first(M::Delivered)]
            .into_iter()
            .flatten()
            .min()
    };
    group.first(M::TurnedBack).or(by_direction).or_else(missed)
}

fn state(group: &Group<'_>) -> State {
    let closing = match direction(group) {
        Direction::Import => M::GateOut,
        _ => M::CrossedOut,
    };
    if group.is_relieved {
        State::Relieved
    } else if group.has(M::TurnedBack) {
        State::TurnedBack
    } else if group.has(closing) {
        State::Closed
    } else if group.has(M::Returned) || group.has(M::Delivered) {
        State::CloseMissed
    } else {
        State::Open
    }
}

/// The plate that most readings have; of several that as many have, the one read first.
fn plate_key(group: &Group<'_>) -> Option<String> {
    let mut counts: BTreeMap<&str, (usize, std::cmp::Reverse<i64>)> = BTreeMap::new();
    for reading in group.readings.iter().filter(|one| !one.is_superseded) {
        if let Some(plate) = &reading.seen.plate {
            counts
                .entry(&plate.tail)
                .or_insert((0, std::cmp::Reverse(reading.at)))
                .0 += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|&(_, rank)| rank)
        .map(|(tail, _)| tail.to_owned())
}
