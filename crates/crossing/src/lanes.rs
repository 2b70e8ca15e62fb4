//! What was told on each lane, by time.

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::{GateId, Observation, ObservationRef, RecordId};
use imbl::{HashMap, OrdMap};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::lane::{Says, Told};
use crate::reading::moment;

/// A reading's place on its lane.
type Place = (Timestamp, ObservationRef);

/// The readings of one lane.
#[derive(Clone, Debug)]
struct Lane<V> {
    told: OrdMap<Place, Told<V>>,
    /// Those of them that name nothing: most lanes have none.
    keyless: OrdMap<Place, Arc<Observation>>,
}

/// The readings of every lane of every gate. Cloning is cheap: the maps share what did not change.
#[derive(Clone, Debug)]
pub(crate) struct Lanes<V>(HashMap<(GateId, String), Lane<V>>);

impl<V> Default for Lanes<V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<V: Clone> Lanes<V> {
    /// Puts what a group's readings tell in the place of what they told, and returns those that differ.
    pub(crate) fn replace(&mut self, before: &[Told<V>], now: &[Told<V>]) -> Vec<Arc<Observation>>
    where
        V: Copy + Ord,
    {
        let each = |told: &[Told<V>]| -> BTreeSet<(ObservationRef, Says<V>)> {
            let names = told
                .iter()
                .map(|(reading, says)| (reading.reference(), *says));
            names.collect()
        };
        let (old, new) = (each(before), each(now));
        let mut changed = Vec::new();
        for (reading, says) in before {
            if !new.contains(&(reading.reference(), *says)) {
                self.remove(reading);
                changed.push(Arc::clone(reading));
            }
        }
        for told in now {
            if !old.contains(&(told.0.reference(), told.1)) {
                self.insert(told);
                changed.push(Arc::clone(&told.0));
            }
        }
        changed
    }

    /// Adds what a reading tells of its lane; nothing when it names none.
    pub(crate) fn insert(&mut self, told: &Told<V>) {
        let (reading, says) = told;
        let Some(name) = name(reading) else {
            return;
        };
        let lane = self.0.entry(name).or_insert_with(|| Lane {
            told: OrdMap::new(),
            keyless: OrdMap::new(),
        });
        lane.told.insert(place(reading), told.clone());
        if matches!(says, Says::Nothing) {
            lane.keyless.insert(place(reading), Arc::clone(reading));
        }
    }

    /// Takes a reading away.
    pub(crate) fn remove(&mut self, reading: &Observation) {
        let Some(name) = name(reading) else {
            return;
        };
        if let Some(lane) = self.0.get_mut(&name) {
            lane.told.remove(&place(reading));
            lane.keyless.remove(&place(reading));
            if lane.told.is_empty() {
                self.0.remove(&name);
            }
        }
    }

    /// Returns what was told on a reading's lane within `span` of it, itself included, by time.
    pub(crate) fn around(&self, reading: &Observation, span: SignedDuration) -> Vec<Told<V>> {
        let lane = name(reading).and_then(|name| self.0.get(&name));
        lane.map_or_else(Vec::new, |lane| within(&lane.told, reading, span))
    }

    /// Returns the readings without a key on a reading's lane within `span` of it, itself included, by time.
    pub(crate) fn keyless_around(
        &self,
        reading: &Observation,
        span: SignedDuration,
    ) -> Vec<Arc<Observation>> {
        let lane = name(reading).and_then(|name| self.0.get(&name));
        lane.map_or_else(Vec::new, |lane| within(&lane.keyless, reading, span))
    }
}

fn name(reading: &Observation) -> Option<(GateId, String)> {
    Some((reading.gate_id.clone(), reading.lane.clone()?))
}

fn place(reading: &Observation) -> Place {
    (moment(reading), reading.reference())
}

fn within<T: Clone>(
    told: &OrdMap<Place, T>,
    reading: &Observation,
    span: SignedDuration,
) -> Vec<T> {
    let at = moment(reading);
    let first = ObservationRef {
        record_id: RecordId(Uuid::nil()),
        offset: i64::MIN,
        index: 0,
    };
    let from = at.saturating_sub(span).unwrap_or(Timestamp::MIN);
    let until = at.saturating_add(span).unwrap_or(Timestamp::MAX);
    told.range((from, first)..)
        .take_while(|((at, _), _)| *at <= until)
        .map(|(_, told)| told.clone())
        .collect()
}
