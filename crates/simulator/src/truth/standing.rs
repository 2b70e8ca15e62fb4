//! When each milestone of a crossing is taken to have happened (milestones.md, "Several readings of one milestone").
//!
//! Of the dated readings of a milestone the correction stands, then the one of the best rank, then the earliest, or
//! the latest of what ends something. What comes once per declaration holds when the last declaration has it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use bordergate_model::Milestone as M;

use super::{Group, Reading};

/// Returns the moments of all milestones that hold, in seconds since the epoch.
pub(super) fn moments(group: &Group<'_>) -> BTreeMap<M, i64> {
    let mut by_milestone: BTreeMap<M, Vec<&Reading<'_>>> = BTreeMap::new();
    let counts = |one: &&Reading<'_>| one.seen.is_dated && !one.is_superseded;
    for reading in group.readings.iter().filter(counts) {
        by_milestone
            .entry(reading.milestone)
            .or_default()
            .push(reading);
    }
    let moments = by_milestone
        .into_iter()
        .filter_map(|(milestone, readings)| {
            let at = match comes_once_per_declaration(milestone) {
                true => of_every_declaration(group, milestone, &readings)?,
                false => best(milestone, readings.iter().copied())?,
            };
            Some((milestone, at))
        });
    moments.collect()
}

fn best<'r, 'a: 'r>(milestone: M, readings: impl Iterator<Item = &'r Reading<'a>>) -> Option<i64> {
    let order = |reading: &&Reading<'_>| {
        let by_time = if ends_something(milestone) {
            -reading.at
        } else {
            reading.at
        };
        (Reverse(reading.seen.corrects), reading.seen.rank, by_time)
    };
    readings.min_by_key(order).map(|reading| reading.at)
}

/// A reading that names no declaration speaks for all of them.
fn of_every_declaration(group: &Group<'_>, milestone: M, readings: &[&Reading<'_>]) -> Option<i64> {
    let all = group
        .readings
        .iter()
        .flat_map(|reading| &reading.seen.declarations);
    let mut linked: Vec<&str> = all.map(|number| &number[..11]).collect();
    linked.sort_unstable();
    linked.dedup();
    if linked.is_empty() {
        return best(milestone, readings.iter().copied());
    }
    let of_one = |declaration: &&str| {
        let about_it = readings.iter().copied().filter(|reading| {
            let named = &reading.seen.declarations;
            named.is_empty() || named.iter().any(|number| number.starts_with(declaration))
        });
        best(milestone, about_it)
    };
    let each: Option<Vec<i64>> = linked.iter().map(of_one).collect();
    each?.into_iter().max()
}

fn comes_once_per_declaration(milestone: M) -> bool {
    matches!(
        milestone,
        M::DeclRegistered | M::Channelled | M::Cleared | M::Released
    )
}

fn ends_something(milestone: M) -> bool {
    matches!(
        milestone,
        M::Cleared
            | M::Released
            | M::QuarantineEnd
            | M::InspectionEnd
            | M::YardOut
            | M::GateOut
            | M::CrossedOut
            | M::TurnedBack
    )
}
