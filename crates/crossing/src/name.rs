//! Which crossing id a visit bears after a new linking (DESIGN.md, "Linking is a pure function of a set").
//!
//! A crossing keeps the id of the old one that holds its lowest offset with an exactly read key.

use std::collections::{BTreeMap, HashSet};

use bordergate_model::{
    Crossing, CrossingId, KeyKind, LinkedReading, MatchKey, Observation, ObservationRef, Offset,
};

use crate::visit::Visit;

/// Names of visits linked anew.
pub(crate) struct Names {
    /// The visit of each reading.
    pub(crate) visit_of: BTreeMap<ObservationRef, usize>,
    /// By visit.
    pub(crate) of_visit: Vec<CrossingId>,
    /// Names no visit keeps, and the one that took their readings.
    pub(crate) gone: Vec<(CrossingId, Option<CrossingId>)>,
}

/// Names visits: each keeps the old name whose anchor it holds, of several the lowest; the others are
/// named by their own lowest offset. `old` are the crossings their readings were in; `is_elsewhere`
/// tells whether any other crossing bears a name.
pub(crate) fn name<'a>(
    visits: &[Visit],
    old: impl Iterator<Item = &'a Crossing>,
    is_elsewhere: impl Fn(CrossingId) -> bool,
) -> Names {
    let visit_of = visits_by_reading(visits);
    let mut anchors: Vec<(ObservationRef, CrossingId)> = old
        .filter_map(|crossing| Some((anchor(crossing)?, crossing.crossing_id)))
        .collect();
    anchors.sort_by_key(|(anchor, crossing_id)| (in_log(anchor), *crossing_id));
    let mut kept: Vec<Option<CrossingId>> = vec![None; visits.len()];
    let mut left = Vec::new();
    for (anchor, crossing_id) in anchors {
        match visit_of.get(&anchor).copied() {
            Some(place) if kept[place].is_none() => kept[place] = Some(crossing_id),
            place => left.push((crossing_id, place)),
        }
    }
    let mut used: HashSet<CrossingId> = kept.iter().flatten().copied().collect();
    let of_visit: Vec<CrossingId> = visits
        .iter()
        .zip(kept)
        .map(|(visit, kept)| {
            // A crossing elsewhere may still bear the name of a reading that has moved here.
            let is_taken = |name| used.contains(&name) || is_elsewhere(name);
            let crossing_id = kept.unwrap_or_else(|| fresh_name(visit, is_taken));
            used.insert(crossing_id);
            crossing_id
        })
        .collect();
    let gone = left
        .into_iter()
        .filter(|(crossing_id, _)| !used.contains(crossing_id))
        .map(|(crossing_id, place)| (crossing_id, place.map(|place| of_visit[place])))
        .collect();
    Names {
        visit_of,
        of_visit,
        gone,
    }
}

/// Where each reading stands among the visits.
fn visits_by_reading(visits: &[Visit]) -> BTreeMap<ObservationRef, usize> {
    let each = visits.iter().enumerate().flat_map(|(place, visit)| {
        let members = visit.members.iter();
        members.map(move |member| (member.observation.reference(), place))
    });
    each.collect()
}

/// Where a reading stands in the log of its gate's shard.
fn in_log(reading: &ObservationRef) -> (Offset, u16) {
    (reading.offset, reading.index)
}

/// Returns the reading by which a crossing keeps its name: the lowest offset with an exactly read key, else the
/// lowest offset.
fn anchor(crossing: &Crossing) -> Option<ObservationRef> {
    let of = |reading: &LinkedReading| reading.observation.reference();
    let exact = crossing
        .readings
        .iter()
        .filter(|reading| is_exact(reading.link_key.as_ref()));
    exact
        .map(of)
        .min_by_key(in_log)
        .or_else(|| crossing.readings.iter().map(of).min_by_key(in_log))
}

fn is_exact(key: Option<&MatchKey>) -> bool {
    key.is_none_or(|key| {
        !matches!(
            key.kind,
            KeyKind::PlateFolded | KeyKind::PlateNear | KeyKind::Lane
        )
    })
}

/// Names a visit by its reading of the lowest offset whose name is free. Where a crossing that kept an
/// old name left none, the first reading names a second one, as if it stood at a further index.
fn fresh_name(visit: &Visit, is_taken: impl Fn(CrossingId) -> bool) -> CrossingId {
    let mut readings: Vec<&Observation> = visit
        .members
        .iter()
        .map(|member| member.observation.as_ref())
        .collect();
    readings.sort_by_key(|reading| (reading.offset, reading.index));
    let name = |reading: &Observation, further| {
        CrossingId::opened_by(&reading.gate_id, reading.record_id, reading.index + further)
    };
    let own = readings.iter().map(|reading| name(reading, 0));
    let second = (1..=64).map(|step| name(readings[0], step * 1000));
    own.chain(second)
        .find(|name| !is_taken(*name))
        .unwrap_or_else(|| name(readings[0], 0))
}
