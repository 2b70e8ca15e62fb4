//! The way out of a vehicle whose RETURNED was misread: a GATE_OUT of its own until near plates are decided, then the
//! returned vehicle's within the hour (milestones.md, "After the end").

use std::collections::BTreeSet;

use bordergate_model::Milestone as M;

use super::Group;
use crate::identity::fold;
use crate::wall::HOUR;

/// Joins what is nothing but a way out with the one group that a misread RETURNED has joined; `returned` are the places
/// of those groups.
pub(super) fn join(groups: &mut [Group<'_>], returned: &BTreeSet<usize>) {
    let is_way_out = |group: &Group<'_>| {
        let mut readings = group.readings.iter();
        !group.readings.is_empty() && readings.all(|reading| reading.milestone == M::GateOut)
    };
    let joins: Vec<(usize, usize)> = (0..groups.len())
        .filter(|&place| is_way_out(&groups[place]))
        .filter_map(|place| {
            let mut fitting = returned
                .iter()
                .filter(|&&other| is_of(&groups[place], &groups[other]));
            match (fitting.next(), fitting.next()) {
                (Some(&only), None) => Some((place, only)),
                _ => None,
            }
        })
        .collect();
    for (place, only) in joins {
        let readings = std::mem::take(&mut groups[place].readings);
        groups[only].take(readings);
    }
}

/// Tells whether all of a way out is of a vehicle of the other group, and within the hour of its return.
fn is_of(way_out: &Group<'_>, other: &Group<'_>) -> bool {
    let Some(returned_at) = other.first(M::Returned) else {
        return false;
    };
    way_out.readings.iter().all(|reading| {
        let has_plate = reading.seen.plate.as_ref().is_some_and(|plate| {
            let mut known = other
                .readings
                .iter()
                .filter_map(|known| known.seen.plate.as_ref());
            known.any(|known| fold(&known.tail) == fold(&plate.tail))
        });
        has_plate && (0..=HOUR).contains(&(reading.at - returned_at))
    })
}
