//! Which readings belong together: shared keys, then swaps, then what comes after an end (milestones.md, "One visit").

use std::collections::BTreeMap;

use bordergate_model::{Milestone, RecordId};

use super::{Group, Reading, Seen, describe};
use crate::identity::fold;
use crate::wall::HOUR;

/// Readings this long after the close still belong to the crossing.
const AFTER_CLOSE_SECONDS: i64 = 60;

/// Groups the messages of one gate, all of which have keys.
pub(super) fn groups<'a>(sent: &[&'a (RecordId, Seen)]) -> Vec<Group<'a>> {
    let mut leader: Vec<usize> = (0..sent.len()).collect();
    let mut first_with: BTreeMap<String, usize> = BTreeMap::new();
    for (place, (_, seen)) in sent.iter().enumerate() {
        for key in seen.keys() {
            let other = *first_with.entry(key).or_insert(place);
            let (one, other) = (find(&mut leader, place), find(&mut leader, other));
            leader[one.max(other)] = one.min(other);
        }
    }
    let mut together: BTreeMap<usize, Vec<Reading<'a>>> = BTreeMap::new();
    for (place, message) in sent.iter().enumerate() {
        together
            .entry(find(&mut leader, place))
            .or_default()
            .extend(Reading::all(message, false));
    }
    let mut groups = Vec::new();
    for mut readings in together.into_values() {
        readings.sort_by_key(Reading::order);
        split(readings, &mut groups);
    }
    groups
}

fn find(leader: &mut [usize], mut place: usize) -> usize {
    while leader[place] != place {
        leader[place] = leader[leader[place]];
        place = leader[place];
    }
    place
}

fn split<'a>(readings: Vec<Reading<'a>>, groups: &mut Vec<Group<'a>>) {
    let takeover = readings
        .iter()
        .find_map(|reading| Some((fold(&reading.seen.to_plate.as_ref()?.tail), reading.at)));
    let is_before = |reading: &Reading<'_>| match (&takeover, &reading.seen.plate) {
        (Some((relief, at)), Some(plate)) => reading.at < *at && fold(&plate.tail) == *relief,
        _ => false,
    };
    let (before, rest): (Vec<_>, Vec<_>) = readings.into_iter().partition(is_before);
    let whole = Group {
        readings: rest,
        is_relieved: false,
    };
    let (own, strays): (Vec<_>, Vec<_>) = whole
        .readings
        .iter()
        .partition(|reading| belongs(&whole, reading));
    groups.extend(strays.into_iter().map(|reading| Group {
        readings: vec![reading],
        is_relieved: false,
    }));
    for (readings, is_relieved) in [(before, true), (own, false)] {
        if !readings.is_empty() {
            groups.push(Group {
                readings,
                is_relieved,
            });
        }
    }
}

/// After an export's end a GATE_OUT belongs to it only within an hour of RETURNED or three of TURNED_BACK; nothing
/// else of this traffic comes after an end without being named as belonging there.
fn belongs(group: &Group<'_>, reading: &Reading<'_>) -> bool {
    if reading.milestone != Milestone::GateOut {
        return true;
    }
    let Some(ended_at) =
        describe::ended_at(group).filter(|ended_at| reading.at > ended_at + AFTER_CLOSE_SECONDS)
    else {
        return true;
    };
    let within = |milestone, seconds| {
        group.readings.iter().any(|other| {
            other.milestone == milestone && (0..=seconds).contains(&(reading.at - other.at))
        })
    };
    debug_assert!(ended_at < reading.at);
    within(Milestone::Returned, HOUR) || within(Milestone::TurnedBack, 3 * HOUR)
}
