//! The definition of linking: a pure function of the set of readings of one gate and the log time.

use std::collections::HashMap;
use std::sync::Arc;

use bordergate_model::{Crossing, CrossingId, Observation, UnlinkedReason};
use jiff::Timestamp;

use crate::assign::{Assigned, assign};
use crate::describe::describe;
use crate::lane::{decide, told};
use crate::lanes::Lanes;
use crate::near::settle;
use crate::reading::unlinkable;
use crate::rules::Rules;
use crate::tie::{Tie, ties};
use crate::visit::Visit;

/// What linking gives.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// Crossings at revision 0, each named by its reading of the lowest offset.
    pub crossings: Vec<Crossing>,
    /// Readings in no crossing, and why.
    pub unlinked: Vec<(Observation, UnlinkedReason)>,
}

/// Links the readings of one gate. Their order does not matter, and the same reading given twice counts once.
#[must_use]
pub fn link(readings: &[Observation], log_time: Timestamp, rules: &Rules) -> Linked {
    let mut seen = std::collections::HashSet::new();
    let mut linkable = Vec::new();
    let mut unlinked = Vec::new();
    for reading in readings {
        if seen.insert(reading.reference()) {
            match unlinkable(reading) {
                Some(reason) => unlinked.push((reading.clone(), reason)),
                None => linkable.push(Arc::new(reading.clone())),
            }
        }
    }
    let mut all = Assigned::default();
    for group in groups(linkable) {
        let assigned = assign(&group, rules);
        all.visits.extend(assigned.visits);
        all.unlinked.extend(assigned.unlinked);
        all.keyless.extend(assigned.keyless);
    }
    all.visits = settle(all.visits, log_time, rules);
    let names: Vec<CrossingId> = all.visits.iter().map(opened).collect();
    join_by_lanes(&mut all, rules);
    let each = all.visits.iter().zip(names);
    let crossings = each
        .map(|(visit, crossing_id)| describe(visit, crossing_id, log_time, rules))
        .collect();
    for (family, reason) in all.unlinked {
        let readings = family.readings();
        unlinked.extend(readings.map(|reading| (reading.as_ref().clone(), reason)));
    }
    Linked {
        crossings,
        unlinked,
    }
}

/// Links what only its lane may link, or says why not.
fn join_by_lanes(all: &mut Assigned, rules: &Rules) {
    let mut lanes = Lanes::default();
    for told in &told(all, |place| place) {
        lanes.insert(told);
    }
    let mut joining = Vec::new();
    for family in std::mem::take(&mut all.keyless) {
        let speaker = &family.speaker;
        let found = decide(&lanes, speaker, rules, |around| around);
        match found {
            Ok(place) => {
                let counts = all.visits[place].counts_by_lane(family.asking(), rules);
                joining.push((place, family, counts));
            }
            Err(reason) => all.unlinked.push((family, reason)),
        }
    }
    for (place, family, counts) in joining {
        all.visits[place].join_by_lane(&family, counts);
    }
}

/// Returns the name of a visit opened by its reading of the lowest offset.
pub(crate) fn opened(visit: &Visit) -> CrossingId {
    let first = visit
        .members
        .iter()
        .map(|member| &member.observation)
        .min_by_key(|reading| (reading.offset, reading.index));
    let first = first.expect("a visit has at least one reading");
    CrossingId::opened_by(&first.gate_id, first.record_id, first.index)
}

/// Groups readings that share a key or an event, directly or through others: only these can matter to each other.
fn groups(readings: Vec<Arc<Observation>>) -> Vec<Vec<Arc<Observation>>> {
    let mut parent: Vec<usize> = (0..readings.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let mut owner: HashMap<Tie, usize> = HashMap::new();
    for (place, reading) in readings.iter().enumerate() {
        for tie in ties(reading) {
            let other = *owner.entry(tie).or_insert(place);
            let (a, b) = (root(&mut parent, place), root(&mut parent, other));
            parent[a] = b;
        }
    }
    let mut grouped: HashMap<usize, Vec<Arc<Observation>>> = HashMap::new();
    for (place, reading) in readings.into_iter().enumerate() {
        grouped
            .entry(root(&mut parent, place))
            .or_default()
            .push(reading);
    }
    grouped.into_values().collect()
}
