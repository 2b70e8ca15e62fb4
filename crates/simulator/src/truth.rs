//! The truth: which crossings the sent messages tell of, derived from milestones.md and identifiers.md.
//!
//! Nothing is taken from what the vehicles really did: only what was sent counts, so a missing message is missing here
//! too. The rules are written anew here, without the linking that the program uses.

mod describe;
mod event;
mod facts;
mod group;
mod lane;
mod near;
mod plates;
mod route;
mod standing;
#[cfg(test)]
mod tests;
mod told;
mod way_out;

use std::collections::{BTreeMap, BTreeSet};

use bordergate_model::{CargoClass, Channel, Direction, Milestone, RecordId, SourceId};

use crate::border::Border;
use crate::identity::{Plate, fold};
use crate::wall;

pub use plates::{Disturbance, TruePlate};
pub use told::{TrueCrossing, TrueFact, TrueMilestone, TrueReading};

/// What one accepted message tells.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) gate: usize,
    /// The visit behind it, for a name only.
    pub(crate) visit: usize,
    pub(crate) is_sensor: bool,
    /// Whether it tells when it happened; else its moment is its reception.
    pub(crate) is_dated: bool,
    /// Whether it corrects an earlier report.
    pub(crate) corrects: bool,
    /// Which car of which hour or minutes, where a device tells of one several times.
    pub(crate) event: Option<(u64, i64)>,
    /// Of several words on one event the one that is worth most speaks.
    pub(crate) worth: [u8; 3],
    /// Whether the source stands at the gate, or the message names it.
    pub(crate) is_placed: bool,
    /// Which device of which lane tells it.
    pub(crate) on_lane: Option<OnLane>,
    /// By the rank of its source.
    pub(crate) rank: u8,
    /// Milestones and their corrected moments.
    pub(crate) readings: Vec<(Milestone, i64)>,
    /// As read.
    pub(crate) plate: Option<Plate>,
    /// What is painted on the vehicle, where a sensor read it.
    pub(crate) painted: Option<Plate>,
    /// The text the sensor made of it, with its separators.
    pub(crate) text: Option<String>,
    pub(crate) to_plate: Option<Plate>,
    pub(crate) trip: Option<String>,
    pub(crate) containers: Vec<String>,
    pub(crate) declarations: Vec<String>,
    pub(crate) seals: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) direction: Option<Direction>,
    pub(crate) channel: Option<Channel>,
    pub(crate) cargo: Option<CargoClass>,
    pub(crate) is_loaded: Option<bool>,
}

impl Seen {
    /// Starts with nothing told.
    pub(crate) fn new(gate: usize, visit: usize, is_sensor: bool) -> Self {
        Self {
            gate,
            visit,
            is_sensor,
            is_dated: true,
            corrects: false,
            event: None,
            worth: [0; 3],
            is_placed: true,
            on_lane: None,
            rank: 0,
            readings: Vec::new(),
            plate: None,
            painted: None,
            text: None,
            to_plate: None,
            trip: None,
            containers: Vec::new(),
            declarations: Vec::new(),
            seals: Vec::new(),
            tags: Vec::new(),
            direction: None,
            channel: None,
            cargo: None,
            is_loaded: None,
        }
    }

    /// Returns the keys by which it links. Plates count folded: no two vehicles of a day share a folded plate.
    fn keys(&self) -> Vec<String> {
        self.keys_with(fold)
    }

    /// Returns its keys, with what plates count as.
    fn keys_with(&self, of_plate: fn(&str) -> String) -> Vec<String> {
        let plates = [&self.plate, &self.to_plate]
            .into_iter()
            .flatten()
            .map(|plate| format!("plate {}", of_plate(&plate.tail)));
        let declarations = self
            .declarations
            .iter()
            .map(|number| format!("declaration {}", &number[..11]));
        let containers = self
            .containers
            .iter()
            .map(|number| format!("container {number}"));
        let seals = self.seals.iter().map(|number| format!("seal {number}"));
        let tags = self.tags.iter().map(|number| format!("tag {number}"));
        let trip = self.trip.iter().map(|code| format!("trip {code}"));
        plates
            .chain(declarations)
            .chain(containers)
            .chain(seals)
            .chain(tags)
            .chain(trip)
            .collect()
    }
}

/// What a sensor on a lane tells, and when it is taken to have told it: by its clock, or on reception without one.
#[derive(Clone, Debug)]
pub(crate) struct OnLane {
    pub(crate) lane: String,
    pub(crate) source_id: SourceId,
    pub(crate) at_ms: i64,
}

/// One reading of a message.
#[derive(Clone, Copy, Debug)]
struct Reading<'a> {
    record_id: RecordId,
    seen: &'a Seen,
    milestone: Milestone,
    at: i64,
    /// A later word on the same event speaks for it.
    is_superseded: bool,
}

impl<'a> Reading<'a> {
    /// Returns what readings are sorted by.
    fn order(&self) -> (i64, RecordId) {
        (self.at, self.record_id)
    }

    /// Returns all readings of a message.
    fn all(
        (record_id, seen): &'a (RecordId, Seen),
        is_superseded: bool,
    ) -> impl Iterator<Item = Self> {
        seen.readings.iter().map(move |&(milestone, at)| Self {
            record_id: *record_id,
            seen,
            milestone,
            at,
            is_superseded,
        })
    }
}

/// Readings that belong to one crossing.
#[derive(Clone, Debug)]
struct Group<'a> {
    /// By time.
    readings: Vec<Reading<'a>>,
    /// What a relief vehicle did before it took over.
    is_relieved: bool,
}

impl<'a> Group<'a> {
    fn take(&mut self, readings: impl IntoIterator<Item = Reading<'a>>) {
        self.readings.extend(readings);
        self.readings.sort_by_key(Reading::order);
    }

    fn first(&self, milestone: Milestone) -> Option<i64> {
        self.readings
            .iter()
            .find(|reading| reading.milestone == milestone)
            .map(|reading| reading.at)
    }

    fn has(&self, milestone: Milestone) -> bool {
        self.first(milestone).is_some()
    }
}

/// What the sent messages tell of.
#[derive(Default)]
pub(crate) struct Truth {
    /// By gate and first reading.
    pub(crate) crossings: Vec<TrueCrossing>,
    /// By crossing.
    pub(crate) milestones: Vec<TrueMilestone>,
    /// By crossing.
    pub(crate) facts: Vec<TrueFact>,
    /// Records that link to no crossing.
    pub(crate) unlinked: BTreeSet<RecordId>,
    /// Records whose gate nothing tells.
    pub(crate) unrouted: BTreeSet<RecordId>,
    /// Sensors' readings of plates, by gate.
    pub(crate) plates: Vec<TruePlate>,
}

/// Derives the truth from what was sent, in the order of the log.
pub(crate) fn derive(sent: &[(RecordId, Seen)], visits: &[String], borders: &[Border]) -> Truth {
    let mut truth = Truth::default();
    let mut moments = Vec::new();
    for (gate, border) in borders.iter().enumerate() {
        let here: Vec<_> = sent.iter().filter(|(_, seen)| seen.gate == gate).collect();
        let (here, unrouted) = route::parted(here);
        truth.unrouted.extend(unrouted);
        let (speaking, superseded) = event::speakers(&here);
        let (speaking, keyless): (Vec<_>, Vec<_>) = speaking
            .into_iter()
            .partition(|(_, seen)| !seen.keys().is_empty());
        truth.plates.extend(plates::plates(&speaking, &superseded));
        let mut groups = group::groups(&speaking);
        near::decide(&mut groups);
        truth.unlinked.extend(lane::join(&mut groups, &keyless));
        event::follow(&mut groups, &superseded);
        groups.sort_by_key(|group| {
            group
                .readings
                .first()
                .map(|reading| (reading.at, reading.record_id))
        });
        let gate_id = &border.gate.gate_id;
        for group in &groups {
            truth
                .crossings
                .push(describe::crossing(group, gate_id, visits));
            moments.push(standing::moments(group));
        }
    }
    name_apart(&mut truth.crossings);
    for (crossing, moments) in truth.crossings.iter().zip(&moments) {
        let milestone = |(&milestone, &at): (&Milestone, &i64)| TrueMilestone {
            crossing: crossing.name.clone(),
            gate_id: crossing.gate_id.clone(),
            milestone,
            at: wall::timestamp(at),
        };
        truth.milestones.extend(moments.iter().map(milestone));
        truth.facts.extend(facts::facts(crossing, moments));
    }
    truth
}

/// Several crossings of one visit are told apart by a number.
fn name_apart(crossings: &mut [TrueCrossing]) {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for crossing in crossings {
        let count = counts.entry(crossing.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            crossing.name = format!("{} ({count})", crossing.name);
        }
    }
}
