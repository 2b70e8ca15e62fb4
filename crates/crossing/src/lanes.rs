//! What was told on each lane, by time.

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::{EcoString, GateId, Observation, ObservationRef, RecordId};
use imbl::{HashMap, OrdMap, OrdSet};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::lane::{Says, Told};
use crate::reading::moment;
use crate::rules::Rules;

/// A reading's place on its lane.
type Place = (Timestamp, ObservationRef);

/// The readings of one lane.
#[derive(Clone, Debug)]
struct Lane<V> {
    told: OrdMap<Place, Told<V>>,
    /// Those of them that name nothing: most lanes have none.
    keyless: OrdMap<Place, Arc<Observation>>,
    /// The places of those that name a vehicle, whichever it is: lanes of a scale alone have none.
    sighted: OrdSet<Place>,
}

/// A reading that came to a lane, went, or tells something else than before.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    pub(crate) reading: Arc<Observation>,
    /// Whether it tells of a vehicle, or did.
    pub(crate) is_sighting: bool,
}

/// The readings of every lane of every gate. Cloning is cheap: the maps share what did not change.
#[derive(Clone, Debug)]
pub(crate) struct Lanes<V>(HashMap<(GateId, EcoString), Lane<V>>);

impl<V> Default for Lanes<V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<V: Clone> Lanes<V> {
    /// Puts what a group's readings tell in the place of what they told, and returns those that differ.
    pub(crate) fn replace(&mut self, before: &[Told<V>], now: &[Told<V>]) -> Vec<Changed>
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
                changed.push(Changed::new(reading, *says));
            }
        }
        for told in now {
            if !old.contains(&(told.0.reference(), told.1)) {
                self.insert(told);
                changed.push(Changed::new(&told.0, told.1));
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
            sighted: OrdSet::new(),
        });
        lane.told.insert(place(reading), told.clone());
        if matches!(says, Says::Nothing) {
            lane.keyless.insert(place(reading), Arc::clone(reading));
        } else {
            lane.sighted.insert(place(reading));
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
            lane.sighted.remove(&place(reading));
            if lane.told.is_empty() {
                self.0.remove(&name);
            }
        }
    }

    /// Returns what was told on a reading's lane within two windows of it, itself included, by time; `None` when that is
    /// a crowd.
    pub(crate) fn around(&self, reading: &Observation, rules: &Rules) -> Option<Vec<Told<V>>> {
        let Some(lane) = self.of(reading) else {
            return Some(Vec::new());
        };
        let span = Span::around(reading, rules.lane_window * 2);
        let told = span.of(&lane.told).take(rules.lane_crowd + 1);
        let told: Vec<Told<V>> = told.map(|(_, told)| told.clone()).collect();
        (told.len() <= rules.lane_crowd).then_some(told)
    }

    /// Tells whether a vehicle was told of on a reading's lane within `span` of it.
    pub(crate) fn is_sighted(&self, reading: &Observation, span: SignedDuration) -> bool {
        let span = Span::around(reading, span);
        self.of(reading).is_some_and(|lane| {
            let mut behind = lane.sighted.range(span.first()..);
            behind.next().is_some_and(|(at, _)| *at <= span.until)
        })
    }

    /// Returns the readings without a key that must be decided again after a change on their lane, some of them twice.
    ///
    /// Those within two windows. One that names nothing changes what is said of others by a sighting near both only, and of
    /// none in a crowd, which stays one without it: a scale that repeats itself costs no more for every reading.
    pub(crate) fn asked_again(&self, changed: &Changed, rules: &Rules) -> Vec<Arc<Observation>> {
        let (reading, window) = (&changed.reading, rules.lane_window);
        let Some(lane) = self.of(reading) else {
            return Vec::new();
        };
        let keyless = |span: &Span| {
            let each = span.of(&lane.keyless);
            each.map(|(_, reading)| Arc::clone(reading)).collect()
        };
        if changed.is_sighting {
            return keyless(&Span::around(reading, window * 2));
        }
        let mut asked: Vec<_> = lane
            .keyless
            .get(&place(reading))
            .cloned()
            .into_iter()
            .collect();
        if self.is_sighted(reading, window * 3) {
            // What lies in one of these spans has all of it within two windows.
            for span in Span::around(reading, window * 2).quarters() {
                let crowd = span.of(&lane.told).take(rules.lane_crowd + 2).count();
                if crowd <= rules.lane_crowd + 1 {
                    asked.extend::<Vec<_>>(keyless(&span));
                }
            }
        }
        asked
    }

    fn of(&self, reading: &Observation) -> Option<&Lane<V>> {
        self.0.get(&name(reading)?)
    }
}

impl Changed {
    fn new<V>(reading: &Arc<Observation>, says: Says<V>) -> Self {
        Self {
            reading: Arc::clone(reading),
            is_sighting: !matches!(says, Says::Nothing),
        }
    }
}

fn name(reading: &Observation) -> Option<(GateId, EcoString)> {
    Some((reading.gate_id.clone(), reading.lane.clone()?))
}

fn place(reading: &Observation) -> Place {
    (moment(reading), reading.reference())
}

/// A span of time on a lane, both ends included.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: Timestamp,
    until: Timestamp,
}

impl Span {
    fn around(reading: &Observation, span: SignedDuration) -> Self {
        let at = moment(reading);
        Self {
            from: at.saturating_sub(span).unwrap_or(Timestamp::MIN),
            until: at.saturating_add(span).unwrap_or(Timestamp::MAX),
        }
    }

    /// Returns its four quarters, each with both its ends.
    fn quarters(self) -> [Self; 4] {
        let quarter = self.until.duration_since(self.from) / 4;
        [0, 1, 2, 3].map(|number| Self {
            from: self.from + quarter * number,
            until: match number {
                3 => self.until,
                _ => self.from + quarter * (number + 1),
            },
        })
    }

    /// The first place that may lie in it.
    fn first(self) -> Place {
        let first = ObservationRef {
            record_id: RecordId(Uuid::nil()),
            offset: i64::MIN,
            index: 0,
        };
        (self.from, first)
    }

    /// Returns what lies in it, by time.
    fn of<T: Clone>(self, map: &OrdMap<Place, T>) -> impl Iterator<Item = (&Place, &T)> {
        map.range(self.first()..)
            .take_while(move |((at, _), _)| *at <= self.until)
    }
}
