//! A visit: the readings linked so far to one crossing, and what they say about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::plate::Country;
use bordergate_model::{Direction, KeyKind, MatchKey, Milestone, Observation, PlateNumber, State};
use jiff::Timestamp;

use crate::family::Family;
use crate::reading::{link_keys, moment};
use crate::rules::Rules;
use crate::standing;

/// A reading in its visit.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) observation: Arc<Observation>,
    /// The key by which it came; `None` for the one that opened the visit.
    pub(crate) link_key: Option<MatchKey>,
    /// Whether it lends its keys: not when superseded by a correction or linked by a near plate.
    pub(crate) lends: bool,
    /// Whether a correction has taken its place.
    pub(crate) is_superseded: bool,
}

/// The readings of one crossing while it is being linked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    pub(crate) members: Vec<Member>,
    pub(crate) keys: BTreeSet<MatchKey>,
    /// When another vehicle took over the goods that this one came for.
    pub(crate) relieved_at: Option<Timestamp>,
    /// When the vehicle's next start showed that the end was missed.
    pub(crate) next_start_at: Option<Timestamp>,
}

impl Visit {
    /// Adds a family of readings that came by `link_key`.
    pub(crate) fn add(&mut self, family: &Family, link_key: Option<MatchKey>) {
        self.keys.extend(link_keys(&family.speaker));
        let member = |observation: &Arc<Observation>, is_superseded: bool| Member {
            observation: Arc::clone(observation),
            link_key: link_key.clone(),
            lends: !is_superseded,
            is_superseded,
        };
        self.members.push(member(&family.speaker, false));
        self.members
            .extend(family.others.iter().map(|other| member(other, true)));
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

    /// Returns the readings that count, those superseded left out.
    pub(crate) fn effective(&self) -> impl Iterator<Item = &Observation> {
        self.members
            .iter()
            .filter(|member| !member.is_superseded)
            .map(|member| member.observation.as_ref())
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

    /// Returns every vehicle plate of its readings that lend keys.
    pub(crate) fn plates(&self) -> impl Iterator<Item = &PlateNumber> {
        self.members
            .iter()
            .filter(|member| member.lends)
            .flat_map(|member| [&member.observation.plate, &member.observation.to_plate])
            .flatten()
    }

    /// Tells whether a plate names another vehicle than those it has (a folded equal is the same).
    pub(crate) fn plate_contradicts(&self, plate: &PlateNumber) -> bool {
        let mut plates = self.plates().peekable();
        plates.peek().is_some()
            && !plates
                .any(|mine| mine.folded() == plate.folded() && !mine.province_contradicts(plate))
    }

    /// Returns its direction (milestones.md, "Direction").
    pub(crate) fn direction(&self) -> Direction {
        use Milestone::{CrossedIn, CrossedOut, GateIn, GateOut, ManifestFiled, Predeclared};
        if self.has(CrossedIn) || self.has(ManifestFiled) {
            return Direction::Import;
        }
        if self.has(CrossedOut) || self.has(GateIn) || self.has(Predeclared) {
            return Direction::Export;
        }
        if self.has(GateOut) {
            return Direction::Import;
        }
        let declared = self
            .effective()
            .flat_map(|reading| &reading.declarations)
            .find_map(|number| number.direction());
        let said = || {
            self.effective()
                .find_map(|reading| reading.direction.filter(|said| *said != Direction::Unknown))
        };
        declared.or_else(said).unwrap_or(Direction::Unknown)
    }

    /// Returns how and when it ended; `None` while it is open. Expiry is decided elsewhere, by log time.
    pub(crate) fn end(&self) -> Option<(State, Timestamp)> {
        if let Some(at) = standing::moment_of(self, Milestone::TurnedBack) {
            return Some((State::TurnedBack, at));
        }
        let closing = self.closing_milestone();
        if let Some(at) = closing.and_then(|milestone| standing::moment_of(self, milestone)) {
            return Some((State::Closed, at));
        }
        if let Some(at) = self.relieved_at {
            return Some((State::Relieved, at));
        }
        let after = [Milestone::Returned, Milestone::Delivered]
            .into_iter()
            .filter_map(|m| self.first_of(m))
            .min();
        let missed = if self.direction() == Direction::Import {
            None
        } else {
            after
        };
        let missed_at = [missed, self.next_start_at].into_iter().flatten().min();
        missed_at.map(|at| (State::CloseMissed, at))
    }

    /// Returns the milestone that closes it.
    pub(crate) fn closing_milestone(&self) -> Option<Milestone> {
        match self.direction() {
            Direction::Export => Some(Milestone::CrossedOut),
            Direction::Import => Some(Milestone::GateOut),
            Direction::Unknown => None,
        }
    }

    /// Tells whether the vehicle is foreign: none of its plates has a Vietnamese shape.
    pub(crate) fn is_foreign(&self) -> bool {
        self.plates().next().is_some()
            && self
                .plates()
                .all(|plate| plate.country() != Country::VietNam)
    }

    /// Tells whether a reading would begin another crossing if this one were its (milestones.md, "Starts").
    pub(crate) fn is_begun_anew_by(&self, observation: &Observation, rules: &Rules) -> bool {
        if let Some(trip) = &observation.trip_code {
            if self.trips().any(|mine| mine == trip.as_str()) {
                return false;
            }
            if self.has_other_trip(trip.as_str()) {
                return true;
            }
        }
        let Some(milestone) = observation.milestone else {
            return false;
        };
        let at = moment(observation);
        if matches!(
            milestone,
            Milestone::GateIn | Milestone::CrossedIn | Milestone::Predeclared
        ) {
            return self
                .first_of(milestone)
                .is_some_and(|first| at.duration_since(first) > rules.restart);
        }
        let last = self
            .of(milestone)
            .filter(|earlier| is_about_the_same(milestone, earlier, observation))
            .map(moment)
            .max();
        last.is_some_and(|last| at.duration_since(last) > rules.reread)
    }

    /// Two open visits may be one; an ended one takes papers alone, told before its end.
    fn ends_allow_joining(&self, other: &Self) -> bool {
        let takes_papers = |ended: &Self, papers: &Self| {
            let is_paper = papers.end().is_none() && papers.plates().next().is_none();
            is_paper && ended.end().is_some_and(|(_, at)| papers.first_at() <= at)
        };
        match (self.end(), other.end()) {
            (None, None) => true,
            (Some(_), None) => takes_papers(self, other),
            (None, Some(_)) => takes_papers(other, self),
            (Some(_), Some(_)) => false,
        }
    }

    /// Tells whether two visits can be one: no other trip, no other vehicle, no start twice.
    pub(crate) fn can_be_one_with(&self, other: &Self, rules: &Rules) -> bool {
        let is_other_trip = other.trips().any(|trip| self.has_other_trip(trip));
        let have_plates = self.plates().next().is_some() && other.plates().next().is_some();
        let is_other_vehicle =
            have_plates && other.plates().all(|plate| self.plate_contradicts(plate));
        !is_other_trip
            && !is_other_vehicle
            && self.ends_allow_joining(other)
            && !other
                .effective()
                .any(|reading| self.is_begun_anew_by(reading, rules))
            && !self
                .effective()
                .any(|reading| other.is_begun_anew_by(reading, rules))
    }
}

/// A milestone that comes once per declaration is read again only for the same declaration.
fn is_about_the_same(milestone: Milestone, earlier: &Observation, later: &Observation) -> bool {
    if !milestone.is_per_declaration()
        || earlier.declarations.is_empty()
        || later.declarations.is_empty()
    {
        return true;
    }
    earlier.declarations.iter().any(|mine| {
        later
            .declarations
            .iter()
            .any(|theirs| mine.link_part() == theirs.link_part())
    })
}
