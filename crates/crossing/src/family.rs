//! Families: the readings of one event and its corrections, of which the highest revision speaks for all; what a device
//! read first speaks for it still when its last word names nothing.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use bordergate_model::{Observation, SourceId};
use jiff::Timestamp;

use crate::reading::{is_dated, link_keys, moment, order};

/// The readings of one event, the one that speaks first.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// The reading of the highest revision among those that name something; the others follow it wherever it goes and lend
    /// no key.
    pub(crate) speaker: Arc<Observation>,
    /// The superseded readings.
    pub(crate) others: Vec<Arc<Observation>>,
}

/// A reading that asks for its visit, and when it would begin one.
///
/// A revision or correction never begins another crossing: what counts is when the event was first read,
/// and a correction of what was never received begins none. Nor does what is undated: it is in no interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) reading: &'a Observation,
    /// When the event was first read, corrections left out; `None` when nothing dates that.
    pub(crate) begins_at: Option<Timestamp>,
}

impl Deref for Asking<'_> {
    type Target = Observation;

    fn deref(&self) -> &Observation {
        self.reading
    }
}

impl Family {
    /// Returns its readings, the one that speaks first.
    pub(crate) fn readings(&self) -> impl Iterator<Item = &Arc<Observation>> {
        std::iter::once(&self.speaker).chain(&self.others)
    }

    /// Returns what speaks for the family as it asks for its visit.
    pub(crate) fn asking(&self) -> Asking<'_> {
        let first = self
            .readings()
            .filter(|reading| reading.corrects.is_none())
            .min_by_key(|reading| (reading.revision, order(reading)));
        Asking {
            reading: &self.speaker,
            begins_at: first
                .filter(|first| is_dated(first))
                .map(|first| moment(first)),
        }
    }
}

/// Name of an event within a gate: source, event id, index within its record.
pub(crate) type EventName<'a> = (&'a SourceId, &'a str, u16);

/// Returns the names under which a reading belongs to a family: its own event and the one it corrects.
pub(crate) fn event_names(observation: &Observation) -> impl Iterator<Item = EventName<'_>> {
    let ids = [&observation.event_id, &observation.corrects];
    ids.into_iter()
        .flatten()
        .map(|id| (&observation.source_id, id.as_str(), observation.index))
}

/// Groups readings into families, ordered by their speakers' order. The result does not depend on
/// the order of `readings`.
pub(crate) fn families(readings: &[Arc<Observation>]) -> Vec<Family> {
    let mut sorted: Vec<&Arc<Observation>> = readings.iter().collect();
    sorted.sort_by_key(|reading| order(reading));
    let mut group_of: HashMap<EventName<'_>, usize> = HashMap::new();
    let mut groups: Vec<Vec<Arc<Observation>>> = Vec::new();
    for reading in sorted {
        let known: Vec<usize> = event_names(reading)
            .filter_map(|name| group_of.get(&name).copied())
            .collect();
        let group = known.first().copied().unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        for &other in known.iter().filter(|&&other| other != group) {
            let moved = std::mem::take(&mut groups[other]);
            groups[group].extend(moved);
            group_of
                .values_mut()
                .filter(|value| **value == other)
                .for_each(|value| *value = group);
        }
        group_of.extend(event_names(reading).map(|name| (name, group)));
        groups[group].push(Arc::clone(reading));
    }
    let mut families: Vec<Family> = groups
        .into_iter()
        .filter(|group| !group.is_empty())
        .map(family)
        .collect();
    families.sort_by_key(|family| order(&family.speaker));
    families
}

/// The highest revision speaks; of equal ones, one that no other of the family corrects. One that names nothing speaks
/// only where all do, unless it is a correction: a car is not lost because its last picture was blurred.
fn family(mut group: Vec<Arc<Observation>>) -> Family {
    let corrected: HashSet<String> = group
        .iter()
        .filter_map(|reading| reading.corrects.clone())
        .collect();
    let is_corrected = |reading: &Observation| {
        let event_id = reading.event_id.as_ref();
        event_id.is_some_and(|event_id| corrected.contains(event_id))
    };
    let names_something =
        |reading: &Observation| reading.corrects.is_some() || !link_keys(reading).is_empty();
    group.sort_by_cached_key(|reading| {
        let is_last = !is_corrected(reading);
        (
            names_something(reading),
            reading.revision,
            is_last,
            order(reading),
        )
    });
    let speaker = group.pop().expect("a family has at least one reading");
    Family {
        speaker,
        others: group,
    }
}
