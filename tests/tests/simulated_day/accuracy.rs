//! How well misread plates are linked: precision and recall by what was done to the plate.
//!
//! What is right is the vehicle's to say, not the rules': the simulator tells which crossing a reading belongs to
//! whatever was read of it. What the rules of identifiers.md allow is the simulator's truth, which has its own near plates.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::ops::AddAssign;

use bordergate_model::{Crossing, KeyKind, LinkedReading, Observation, RecordId, UnlinkedReason};
use bordergate_simulator::{Day, Disturbance, Noise, TruePlate};

use super::compared::{linked, records};

/// What became of the plate readings of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Readings of which something else of their crossing was read well: a right crossing exists.
    pub(crate) with_crossing: usize,
    /// Of these: given to it and to no other.
    pub(crate) right: usize,
    /// Of these: the rules let them be linked (near plates: the crossing has two events, lacks the milestone, has
    /// room for it, and is the only one).
    pub(crate) allowed: usize,
    /// Of the allowed ones: given to the right crossing.
    pub(crate) allowed_right: usize,
    /// Readings given to a crossing with readings of another vehicle.
    pub(crate) wrong: usize,
    /// Readings that are a crossing of their own, though a right one exists.
    pub(crate) alone: usize,
    /// Of these: the right crossing has the milestone from another device already, which the rules take for a
    /// contradiction.
    pub(crate) alone_as_second: usize,
    /// Readings kept unlinked as ambiguous.
    pub(crate) ambiguous: usize,
    /// Readings of whose crossing nothing else was read well: left out of both measures unless linked wrongly.
    pub(crate) without_crossing: usize,
}

impl Tally {
    /// Returns the share of right ones among those given to a crossing; 1 when none was.
    pub(crate) fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    /// Returns the share linked right among those that the rules let be linked; 1 when there are none.
    pub(crate) fn recall(&self) -> f64 {
        share(self.allowed_right, self.allowed)
    }

    /// Returns the share linked right among all for which a right crossing exists.
    pub(crate) fn raw_recall(&self) -> f64 {
        share(self.right, self.with_crossing)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    match whole {
        0 => 1.0,
        whole => part as f64 / whole as f64,
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.with_crossing += other.with_crossing;
        self.right += other.right;
        self.allowed += other.allowed;
        self.allowed_right += other.allowed_right;
        self.wrong += other.wrong;
        self.alone += other.alone;
        self.alone_as_second += other.alone_as_second;
        self.ambiguous += other.ambiguous;
        self.without_crossing += other.without_crossing;
    }
}

/// A line of the table, without its name; [`HEAD`] is the line above.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.2} %", 100.0 * share);
        write!(
            f,
            "{} | {} | {} | {} | {} ({}) | {} | {} | {} | {} |",
            self.with_crossing,
            self.right,
            self.wrong,
            percent(self.precision()),
            percent(self.recall()),
            self.allowed,
            percent(self.raw_recall()),
            self.alone,
            self.alone_as_second,
            self.ambiguous,
        )
    }
}

/// The head of the table.
pub(crate) const HEAD: &str = "\
| noise | readings | linked right | wrong | precision | recall (of so many allowed) | raw recall | alone | \
of these second readings | ambiguous |\n|---|---|---|---|---|---|---|---|---|---|";

/// Returns what a disturbance is called in the table.
pub(crate) fn name(disturbance: Disturbance) -> &'static str {
    match disturbance {
        Disturbance::None => "one line, as painted",
        Disturbance::Glued => "two lines, glued",
        Disturbance::Apart => "two lines, apart or with separators",
        Disturbance::ProvinceLost => "province character lost",
        Disturbance::WithinClass => "one character misread within its class",
        Disturbance::BeyondClass => "one character misread beyond its class",
        Disturbance::CharacterLost => "one character lost",
    }
}

/// Reads and links a day and tells what became of every plate reading, by what was done to the plate.
pub(crate) fn tallies(day: &Day) -> BTreeMap<Disturbance, Tally> {
    let (crossings, unlinked) = linked(day);
    let found: HashMap<RecordId, &Crossing> = crossings
        .iter()
        .flat_map(|one| records(one).map(move |record_id| (record_id, one)))
        .collect();
    let ambiguous: HashSet<RecordId> = unlinked
        .iter()
        .filter(|(_, reason)| *reason == UnlinkedReason::Ambiguous)
        .map(|(reading, _)| reading.record_id)
        .collect();
    let by_rules: HashMap<RecordId, BTreeSet<RecordId>> = by_rules(day);
    let spoiled: HashSet<RecordId> = day
        .plates
        .iter()
        .filter(|plate| plate.disturbance >= Disturbance::BeyondClass)
        .map(|plate| plate.record_id)
        .collect();
    let mut tallies: BTreeMap<Disturbance, Tally> = BTreeMap::new();
    for plate in &day.plates {
        let mut one = Tally::default();
        let is_ambiguous = ambiguous.contains(&plate.record_id);
        let companions = found
            .get(&plate.record_id)
            .map(|crossing| companions(crossing, plate.record_id, &spoiled))
            .unwrap_or_default();
        let is_right = !companions.is_empty() && companions.is_subset(&plate.belongs_with);
        let is_wrong = !companions.is_subset(&plate.belongs_with);
        let is_alone = companions.is_empty() && !is_ambiguous;
        one.wrong += usize::from(is_wrong);
        one.ambiguous += usize::from(is_ambiguous);
        if plate.belongs_with.is_empty() {
            one.without_crossing += 1;
        } else {
            let rules = by_rules.get(&plate.record_id);
            let is_allowed = rules.is_some_and(|with| !with.is_disjoint(&plate.belongs_with));
            one.with_crossing += 1;
            one.right += usize::from(is_right);
            one.allowed += usize::from(is_allowed);
            one.allowed_right += usize::from(is_allowed && is_right);
            one.alone += usize::from(is_alone);
            one.alone_as_second += usize::from(is_alone && is_second(plate, &found));
        }
        *tallies.entry(plate.disturbance).or_default() += one;
    }
    tallies
}

/// Returns, for each record, those that the truth has in its crossing.
fn by_rules(day: &Day) -> HashMap<RecordId, BTreeSet<RecordId>> {
    let of_crossing = day.truth.iter().flat_map(|one| {
        let readings = one.readings.iter();
        let all: BTreeSet<RecordId> = readings.map(|reading| reading.record_id).collect();
        all.clone()
            .into_iter()
            .map(move |record_id| (record_id, all.clone()))
    });
    of_crossing.collect()
}

/// Returns the records in a crossing beside one: other events, whose own plates, if any, were not read so wrong that
/// they are themselves in question; what its lane joined says nothing of plates.
fn companions(
    crossing: &Crossing,
    record_id: RecordId,
    spoiled: &HashSet<RecordId>,
) -> BTreeSet<RecordId> {
    let mut readings = crossing.readings.iter();
    let own = readings.find(|one| one.observation.record_id == record_id);
    let own = own.map(|one| one.observation.as_ref());
    let is_other = |reading: &&Observation| {
        let same_event = own.is_some_and(|own| {
            own.source_id == reading.source_id
                && own.event_id.is_some()
                && own.event_id == reading.event_id
        });
        reading.record_id != record_id && !same_event
    };
    let is_by_lane = |reading: &LinkedReading| {
        let key = reading.link_key.as_ref();
        key.is_some_and(|key| key.kind == KeyKind::Lane)
    };
    let by_own_keys = crossing.readings.iter().filter(|one| !is_by_lane(one));
    by_own_keys
        .map(|one| one.observation.as_ref())
        .filter(is_other)
        .map(|reading| reading.record_id)
        .filter(|other| !spoiled.contains(other))
        .collect()
}

/// Tells whether another reading of the right crossing tells the same milestone.
fn is_second(plate: &TruePlate, found: &HashMap<RecordId, &Crossing>) -> bool {
    let milestones = |record_id: &RecordId| -> Vec<_> {
        let crossing = found.get(record_id);
        let readings = crossing.into_iter().flat_map(|crossing| &crossing.readings);
        readings
            .map(|reading| &reading.observation)
            .filter(|reading| reading.record_id == *record_id)
            .filter_map(|reading| reading.milestone)
            .collect()
    };
    let own = milestones(&plate.record_id);
    let mut others = plate.belongs_with.iter().flat_map(milestones);
    others.any(|milestone| own.contains(&milestone))
}

/// Returns each kind of noise alone, with the disturbances it makes; `share` of the plates are misread.
pub(crate) fn kinds(share: f64) -> Vec<(Noise, &'static [Disturbance])> {
    let none = Noise::none;
    let misread = |within_class| Noise {
        misread: share,
        within_class,
        ..none()
    };
    vec![
        (misread(1.0), &[Disturbance::WithinClass]),
        (misread(0.0), &[Disturbance::BeyondClass]),
        (
            Noise {
                lost_character: share,
                ..none()
            },
            &[Disturbance::CharacterLost],
        ),
        (
            Noise {
                lost_province: 0.3,
                ..none()
            },
            &[Disturbance::ProvinceLost],
        ),
        (none(), &[Disturbance::Glued, Disturbance::Apart]),
    ]
}

/// Returns all of it together: the noise of the demo, and lost characters.
pub(crate) fn mixed() -> Noise {
    Noise {
        lost_character: 0.01,
        ..Noise::default()
    }
}
