//! A visit: the readings linked so far to one crossing, and plain questions about them.
//!
//! What they mean for the crossing is decided elsewhere: `course` (direction and end), `anew` (what begins
//! another), `after_end` (what still belongs to it), `one` (when two are one), `standing` (milestones).

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::{KeyKind, MatchKey, Milestone, Observation, PlateNumber};
use jiff::Timestamp;

use crate::family::{Asking, Family};
use crate::reading::moment;

/// A reading in its visit.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) observation: Arc<Observation>,
    /// The key by which it came; `None` for the one that opened the visit.
    pub(crate) link_key: Option<MatchKey>,
    /// Whether it lends its keys: not when superseded by a correction, or linked by a near plate or its lane.
    pub(crate) lends: bool,
    /// Whether it counts: not when a correction has taken its place, or its lane joined it out of time or order.
    pub(crate) counts: bool,
    /// When its event was first read; `None` when nothing dates that, or only corrections of it were read.
    begins_at: Option<Timestamp>,
}

impl Member {
    /// Returns the readings of a family that came by `link_key`.
    pub(crate) fn all(family: &Family, link_key: Option<&MatchKey>) -> impl Iterator<Item = Self> {
        let begins_at = family.asking().begins_at;
        let speaker = family.speaker.reference();
        family.readings().map(move |observation| {
            let speaks = observation.reference() == speaker;
            Self {
                observation: Arc::clone(observation),
                link_key: link_key.cloned(),
                lends: speaks,
                counts: speaks,
                begins_at,
            }
        })
    }

    /// Returns it as it would ask for its visit.
    pub(crate) fn asking(&self) -> Asking<'_> {
        Asking {
            reading: &self.observation,
            begins_at: self.begins_at,
        }
    }
}

/// The readings of one crossing while it is being linked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    pub(crate) members: Vec<Member>,
    /// The keys of the readings that lend them.
    pub(crate) keys: BTreeSet<MatchKey>,
    /// When another vehicle took over the goods that this one came for.
    pub(crate) relieved_at: Option<Timestamp>,
    /// When the vehicle's next start showed that the end was missed.
    pub(crate) next_start_at: Option<Timestamp>,
}

impl Visit {
    /// Adds a family of readings that came by `link_key`; `keys` are its speaker's.
    pub(crate) fn add(&mut self, family: &Family, keys: Vec<MatchKey>, link_key: Option<MatchKey>) {
        self.keys.extend(keys);
        self.members.extend(Member::all(family, link_key.as_ref()));
    }

    /// Takes another visit found to be the same; what had opened it counts as linked by `key`.
    pub(crate) fn absorb(&mut self, other: Self, key: &MatchKey) {
        self.keys.extend(other.keys);
        self.members
            .extend(other.members.into_iter().map(|mut member| {
                member.link_key.get_or_insert_with(|| key.clone());
                member
            }));
        self.next_start_at = self.next_start_at.or(other.next_start_at);
    }

    /// Returns the readings that count.
    pub(crate) fn effective(&self) -> impl Iterator<Item = &Observation> {
        self.asking().map(|asking| asking.reading)
    }

    /// Returns the readings that count as they would ask for their visit.
    pub(crate) fn asking(&self) -> impl Iterator<Item = Asking<'_>> {
        let counting = self.members.iter().filter(|member| member.counts);
        counting.map(Member::asking)
    }

    /// Returns the readings of a milestone that count.
    pub(crate) fn of(&self, milestone: Milestone) -> impl Iterator<Item = &Observation> {
        self.effective()
            .filter(move |observation| observation.milestone == Some(milestone))
    }

    /// Tells whether it has a milestone.
    pub(crate) fn has(&self, milestone: Milestone) -> bool {
        self.of(milestone).next().is_some()
    }

    /// Returns the earliest moment of a milestone.
    pub(crate) fn first_of(&self, milestone: Milestone) -> Option<Timestamp> {
        self.of(milestone).map(moment).min()
    }

    /// Returns the latest moment of a milestone.
    pub(crate) fn last_of(&self, milestone: Milestone) -> Option<Timestamp> {
        self.of(milestone).map(moment).max()
    }

    /// Returns the moment of its earliest reading.
    pub(crate) fn first_at(&self) -> Timestamp {
        self.effective().map(moment).min().unwrap_or(Timestamp::MAX)
    }

    /// Returns when the vehicle came in: GATE_IN, YARD_IN or CROSSED_IN; `None` while it was not seen inside.
    pub(crate) fn entered_at(&self) -> Option<Timestamp> {
        [Milestone::GateIn, Milestone::YardIn, Milestone::CrossedIn]
            .into_iter()
            .filter_map(|m| self.first_of(m))
            .min()
    }

    /// Returns the trip codes it has.
    pub(crate) fn trips(&self) -> impl Iterator<Item = &str> {
        self.keys
            .iter()
            .filter(|key| key.kind == KeyKind::Trip)
            .map(|key| key.value.as_str())
    }

    /// Tells whether a trip code is another than the one it has.
    pub(crate) fn has_other_trip(&self, trip: &str) -> bool {
        let mut trips = self.trips().peekable();
        trips.peek().is_some() && !trips.any(|mine| mine == trip)
    }

    /// Returns every vehicle plate of its readings that lend keys: an undated one lends its declaration only.
    pub(crate) fn plates(&self) -> impl Iterator<Item = &PlateNumber> {
        self.members
            .iter()
            .filter(|member| member.lends && member.observation.occurred.at.is_some())
            .flat_map(|member| [&member.observation.plate, &member.observation.to_plate])
            .flatten()
    }

    /// Tells whether a plate names another vehicle than those it has (a folded equal is the same).
    pub(crate) fn plate_contradicts(&self, plate: &PlateNumber) -> bool {
        self.plates().next().is_some() && !self.has_plate(plate)
    }

    /// Tells whether it has a plate or its folded equal.
    pub(crate) fn has_plate(&self, plate: &PlateNumber) -> bool {
        self.plates()
            .any(|mine| mine.folded() == plate.folded() && !mine.province_contradicts(plate))
    }
}
