//! The way out of a returned vehicle whose RETURNED was misread: known only once near plates are settled
//! (milestones.md, "After the end").
//!
//! Until then its GATE_OUT, read by its own plate, found nobody who had returned and opened a visit of its own.

use bordergate_model::{KeyKind, MatchKey, Milestone, Observation};

use crate::family::Asking;
use crate::reading::{link_keys, moment};
use crate::rules::Rules;
use crate::visit::Visit;

/// Joins every visit that is nothing but a GATE_OUT to the one visit of its vehicle that takes it since a RETURNED was
/// linked to that by a near plate. The result does not depend on the order of `visits`.
pub(crate) fn joined(visits: Vec<Visit>, rules: &Rules) -> Vec<Visit> {
    let hosts: Vec<usize> = (0..visits.len())
        .filter(|place| misread_return(&visits[*place]).is_some())
        .collect();
    if hosts.is_empty() {
        return visits;
    }
    let chosen: Vec<Option<(usize, MatchKey)>> = visits
        .iter()
        .map(|visit| host_of(visit, &visits, &hosts, rules))
        .collect();
    let mut left: Vec<Option<Visit>> = visits.into_iter().map(Some).collect();
    for (place, host) in chosen.into_iter().enumerate() {
        let Some((host, key)) = host else { continue };
        if let Some(absorbed) = left[place].take()
            && let Some(host) = left[host].as_mut()
        {
            host.absorb(absorbed, &key);
        }
    }
    left.into_iter().flatten().collect()
}

/// Returns the earliest RETURNED of a visit that came by a near plate.
fn misread_return(visit: &Visit) -> Option<&Observation> {
    let members = visit.members.iter().filter(|member| member.counts);
    let near = members.filter(|member| {
        member.observation.milestone == Some(Milestone::Returned)
            && member
                .link_key
                .as_ref()
                .is_some_and(|key| key.kind == KeyKind::PlateNear)
    });
    near.map(|member| member.observation.as_ref())
        .min_by_key(|returned| moment(returned))
}

/// Returns the place of the one visit that takes all of a visit, and the key by which.
fn host_of(
    visit: &Visit,
    visits: &[Visit],
    hosts: &[usize],
    rules: &Rules,
) -> Option<(usize, MatchKey)> {
    let first = visit.asking().next()?;
    let is_way_out = |asking: Asking<'_>| asking.milestone == Some(Milestone::GateOut);
    if !visit.asking().all(is_way_out) {
        return None;
    }
    let plate = first.plate.as_ref()?;
    let mut fitting = hosts.iter().filter_map(|&place| {
        let host = &visits[place];
        let after = misread_return(host).map(moment)?;
        let takes = |asking: Asking<'_>| {
            moment(&asking) >= after && host.takes_after_end(asking, visits.iter(), rules)
        };
        let keys = link_keys(&first).into_iter();
        let key = keys
            .filter(|key| matches!(key.kind, KeyKind::Plate | KeyKind::PlateFolded))
            .find(|key| host.keys.contains(key))?;
        (host.has_plate(plate) && visit.asking().all(takes)).then_some((place, key))
    });
    let found = fitting.next()?;
    fitting.next().is_none().then_some(found)
}
