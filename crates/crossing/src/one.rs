//! When two visits are found to be one crossing: a reading names both by its keys, and neither
//! contradicts the other (identifiers.md, "Keys that contradict each other"; milestones.md, "Starts").

use bordergate_model::{KeyKind, MatchKey};

use crate::family::Asking;
use crate::rules::Rules;
use crate::visit::Visit;
use crate::visits::{Place, Visits};

/// Other visits that the strong ones of a reading's keys name are found to be the one at `place`.
pub(crate) fn make_one_by_strong_keys(
    visits: &mut Visits,
    reading: Asking<'_>,
    keys: &[MatchKey],
    place: Place,
    rules: &Rules,
) {
    let is_strong = |key: &&MatchKey| {
        matches!(
            key.kind,
            KeyKind::Trip
                | KeyKind::Declaration
                | KeyKind::Container
                | KeyKind::Seal
                | KeyKind::Tag
        )
    };
    for key in keys.iter().filter(is_strong) {
        for other in visits.places(|visit| visit.keys.contains(key)) {
            make_one(visits, reading, (place, other), key, rules);
        }
    }
}

/// Makes one of two visits that a reading names, if they can be one.
pub(crate) fn make_one(
    visits: &mut Visits,
    reading: Asking<'_>,
    (place, other): (Place, Place),
    key: &MatchKey,
    rules: &Rules,
) {
    if other == place || !visits.holds(place) || !visits.holds(other) {
        return;
    }
    let (one, two) = (visits.at(place), visits.at(other));
    if !two.is_begun_anew_by(reading, rules) && one.can_be_one_with(two, rules) {
        visits.merge(place, other, key);
    }
}

impl Visit {
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
                .asking()
                .any(|reading| self.is_begun_anew_by(reading, rules))
            && !self
                .asking()
                .any(|reading| other.is_begun_anew_by(reading, rules))
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
}
