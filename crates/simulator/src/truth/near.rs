//! Misread plates one further character away (identifiers.md, "near plate").
//!
//! A reading that stayed alone, from a sensor, joins the only crossing with a near plate that lacks its milestone and
//! has room for it: no reading of an earlier milestone after it, none of a later one before it, and after an export's
//! end only what follows an end. Lone readings do not attract each other.

use std::collections::BTreeSet;

use bordergate_model::{Direction, Milestone as M};

use super::{Group, Reading, describe, way_out};
use crate::identity::{Plate, fold};
use crate::wall::HOUR;

/// Clocks and times to the minute may differ by so much, in seconds.
const TOLERANCE: i64 = 60;
/// A crossing takes a near plate within so many seconds of what else was read of it.
const REACH: i64 = 36 * HOUR;
const EXPORT: [M; 9] = [
    M::Predeclared,
    M::CalledForward,
    M::GateIn,
    M::YardIn,
    M::Weighed,
    M::YardOut,
    M::CrossedOut,
    M::Delivered,
    M::Returned,
];
const IMPORT: [M; 7] = [
    M::ManifestFiled,
    M::CrossedIn,
    M::BorderControlled,
    M::YardIn,
    M::Weighed,
    M::YardOut,
    M::GateOut,
];

/// Joins lone readings with their crossings, and what they make known to be these vehicles' way out.
pub(super) fn decide(groups: &mut Vec<Group<'_>>) {
    let plates: Vec<Vec<String>> = groups.iter().map(folded_plates).collect();
    let lone: Vec<usize> = (0..groups.len())
        .filter(|&place| is_lone(&groups[place]))
        .collect();
    let mut joins = Vec::new();
    for &place in &lone {
        let fits = |&other: &usize| {
            other != place
                && !is_lone(&groups[other])
                && !groups[other].is_relieved
                && plates[other]
                    .iter()
                    .any(|plate| is_near(&plates[place][0], plate))
                && has_room(&groups[other], &groups[place].readings[0])
        };
        let mut fitting = (0..groups.len()).filter(fits);
        if let (Some(only), None) = (fitting.next(), fitting.next()) {
            joins.push((place, only));
        }
    }
    let mut returned = BTreeSet::new();
    for &(place, only) in &joins {
        let reading = groups[place].readings[0];
        groups[only].take([reading]);
        groups[place].readings.clear();
        if reading.milestone == M::Returned {
            returned.insert(only);
        }
    }
    way_out::join(groups, &returned);
    groups.retain(|group| !group.readings.is_empty());
}

fn is_lone(group: &Group<'_>) -> bool {
    matches!(group.readings.as_slice(), [only] if only.seen.is_sensor && only.seen.plate.is_some())
        && !group.is_relieved
}

fn folded_plates(group: &Group<'_>) -> Vec<String> {
    let mut plates: Vec<String> = group
        .readings
        .iter()
        .filter_map(|reading| Some(fold(&reading.seen.plate.as_ref()?.tail)))
        .collect();
    plates.sort();
    plates.dedup();
    plates
}

/// Tells whether one character of `read` differs from `plate`, or one of `plate` was lost.
fn is_near(read: &str, plate: &str) -> bool {
    let (read, plate): (Vec<char>, Vec<char>) = (read.chars().collect(), plate.chars().collect());
    if read.len() == plate.len() {
        return read
            .iter()
            .zip(&plate)
            .filter(|(one, other)| one != other)
            .count()
            == 1;
    }
    let common = read
        .iter()
        .zip(&plate)
        .take_while(|(one, other)| one == other)
        .count();
    read.len() + 1 == plate.len() && read[common..] == plate[common + 1..]
}

fn has_room(group: &Group<'_>, read: &Reading<'_>) -> bool {
    let (milestone, at) = (read.milestone, read.at);
    let is_within_reach = |reading: &Reading<'_>| (reading.at - at).abs() <= REACH;
    if group.has(milestone) || !group.readings.iter().any(is_within_reach) {
        return false;
    }
    let direction = describe::direction(group);
    let within = |milestone, seconds| {
        group
            .first(milestone)
            .is_some_and(|other| (-TOLERANCE..=seconds).contains(&(at - other)))
    };
    if direction != Direction::Import && milestone == M::GateOut {
        let is_before = |reading: &Reading<'_>| {
            !EXPORT.contains(&reading.milestone) || reading.at <= at + TOLERANCE
        };
        let is_open = describe::ended_at(group).is_none_or(|ended_at| at < ended_at);
        return within(M::Returned, HOUR)
            || within(M::TurnedBack, 3 * HOUR)
            || is_open && (handed_over(group, read) || group.readings.iter().all(is_before));
    }
    if direction == Direction::Import && milestone == M::CrossedOut {
        // Where the way out was missed too, the import is still open and takes it as its next reading.
        return match group.has(M::GateOut) {
            true => is_foreign(group) && within(M::GateOut, REACH),
            false => group.readings.iter().all(|reading| {
                !IMPORT.contains(&reading.milestone) || reading.at <= at + TOLERANCE
            }),
        };
    }
    let order: &[M] = if direction == Direction::Import {
        &IMPORT
    } else {
        &EXPORT
    };
    let place = |milestone: M| order.iter().position(|&known| known == milestone);
    let Some(here) = place(milestone) else {
        return false;
    };
    group
        .readings
        .iter()
        .all(|reading| match place(reading.milestone) {
            Some(there) if there < here => reading.at <= at + TOLERANCE,
            Some(there) if there > here => reading.at >= at - TOLERANCE,
            _ => true,
        })
}

/// Tells whether the vehicle that was read had handed its goods over: it goes out while they go on.
fn handed_over(group: &Group<'_>, read: &Reading<'_>) -> bool {
    let Some(plate) = &read.seen.plate else {
        return false;
    };
    let is_its = |given: &Plate| is_near(&fold(&plate.tail), &fold(&given.tail));
    let mut swaps = group
        .readings
        .iter()
        .filter(|swap| swap.seen.to_plate.is_some() && swap.at <= read.at);
    swaps.any(|swap| swap.seen.plate.as_ref().is_some_and(is_its))
}

/// Tells whether the vehicle goes home when it crosses out: Chinese plates begin with a letter, Vietnamese ones with
/// the province's number.
fn is_foreign(group: &Group<'_>) -> bool {
    let mut plates = group
        .readings
        .iter()
        .filter_map(|reading| reading.seen.plate.as_ref());
    plates.all(|plate| {
        plate
            .tail
            .starts_with(|first: char| first.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_one_substitution_or_one_lost_character() {
        for (read, plate, expected) in [
            ("12C12345", "12C12745", true),
            ("12C1234", "12C12345", true),
            ("12C2345", "12C12345", true),
            ("12C12345", "12C12345", false),
            ("12C12345", "12C1234", false),
            ("12C11745", "12C12345", false),
        ] {
            assert_eq!(is_near(read, plate), expected, "{read} {plate}");
        }
    }
}
