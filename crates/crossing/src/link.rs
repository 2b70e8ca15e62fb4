//! The definition of linking: a pure function of the set of readings of one gate and the log time.

use std::collections::HashMap;
use std::sync::Arc;

use bordergate_model::{Crossing, CrossingId, Observation, UnlinkedReason};
use jiff::Timestamp;

use crate::assign::assign;
use crate::describe::describe;
use crate::family::event_names;
use crate::near::settle;
use crate::reading::{link_keys, unlinkable};
use crate::rules::Rules;
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
    let mut visits = Vec::new();
    for group in groups(linkable) {
        let assigned = assign(&group, rules);
        visits.extend(assigned.visits);
        unlinked.extend(
            assigned
                .unlinked
                .into_iter()
                .map(|(reading, reason)| (reading.as_ref().clone(), reason)),
        );
    }
    let settled = settle(visits, log_time, rules);
    let crossings = settled
        .iter()
        .map(|visit| describe(visit, opened(visit), log_time, rules))
        .collect();
    Linked {
        crossings,
        unlinked,
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
    let mut owner: HashMap<String, usize> = HashMap::new();
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

/// Returns what ties a reading to others: its keys and its event. A plate ties by its folded form,
/// which equal plates share.
pub(crate) fn ties(reading: &Observation) -> Vec<String> {
    let keys = link_keys(reading)
        .into_iter()
        .map(|key| format!("{}\n{}", key.kind.code(), key.value));
    let events = event_names(reading)
        .map(|(source, event, index)| format!("event\n{source}\n{event}\n{index}"));
    keys.chain(events).collect()
}
