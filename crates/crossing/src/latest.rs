//! Which of a vehicle's visits takes a reading (milestones.md, "Starts": the latest that is inside, else
//! one only pre-declared; "After the end": DELIVERED and RETURNED go to the one that went out).

use bordergate_model::{Direction, Milestone, Observation, State};
use jiff::Timestamp;

use crate::family::Asking;
use crate::reading::{is_at_the_place, moment};
use crate::rules::Rules;
use crate::visit::Visit;
use crate::visits::{Place, Visits};

/// Chooses among the visits at `places`: the latest inside, then one that ended and still takes the
/// reading, then the latest that is only pre-declared. `None`: the reading begins another.
pub(crate) fn latest(
    visits: &Visits,
    places: &[Place],
    reading: Asking<'_>,
    rules: &Rules,
) -> Option<Place> {
    if is_after_the_way_out(&reading) {
        return went_out(visits, places, reading, rules);
    }
    inside(visits, places, reading, rules)
        .or_else(|| ended(visits, places, reading, rules))
        .or_else(|| waiting(visits, places, reading, rules))
}

/// DELIVERED and RETURNED follow the vehicle that went out.
fn is_after_the_way_out(reading: &Observation) -> bool {
    matches!(
        reading.milestone,
        Some(Milestone::Returned | Milestone::Delivered)
    )
}

/// Tells whether a visit is open and the reading does not begin another.
fn is_open_to(visit: &Visit, reading: Asking<'_>, rules: &Rules) -> bool {
    visit.end().is_none() && !visit.is_begun_anew_by(reading, rules)
}

/// The open visit whose vehicle was the last to come in, at or before the reading.
fn inside(visits: &Visits, places: &[Place], reading: Asking<'_>, rules: &Rules) -> Option<Place> {
    let at = moment(&reading);
    let is_inside = |visit: &Visit| visit.entered_at().is_some_and(|entered| entered <= at);
    places
        .iter()
        .copied()
        .filter(|&place| is_inside(visits.at(place)))
        .filter(|&place| is_open_to(visits.at(place), reading, rules))
        .max_by_key(|&place| (visits.at(place).entered_at(), place))
}

/// The ended visit that ended last of those that still take the reading.
fn ended(visits: &Visits, places: &[Place], reading: Asking<'_>, rules: &Rules) -> Option<Place> {
    let others = || places.iter().map(|&other| visits.at(other));
    places
        .iter()
        .copied()
        .filter(|&place| visits.at(place).takes_after_end(reading, others(), rules))
        .max_by_key(|&place| (visits.at(place).end().map(|(_, at)| at), place))
}

/// The open visit that began last.
fn waiting(visits: &Visits, places: &[Place], reading: Asking<'_>, rules: &Rules) -> Option<Place> {
    places
        .iter()
        .copied()
        .filter(|&place| is_open_to(visits.at(place), reading, rules))
        .max_by_key(|&place| (visits.at(place).first_at(), place))
}

/// The visit that went out last, unless a later one is inside (its way out was missed) or has just been
/// turned back.
fn went_out(
    visits: &Visits,
    places: &[Place],
    reading: Asking<'_>,
    rules: &Rules,
) -> Option<Place> {
    let takes = |place: &Place| !visits.at(*place).is_begun_anew_by(reading, rules);
    let out_at = |place: Place| out_by(visits.at(place), moment(&reading) + rules.after_close);
    let gone = places
        .iter()
        .copied()
        .filter(takes)
        .filter(|&place| out_at(place).is_some())
        .max_by_key(|&place| out_at(place));
    let gone_at = gone.and_then(out_at);
    let missed = places.iter().copied().filter(takes).filter(|&place| {
        let visit = visits.at(place);
        may_have_gone_out_unseen(visit, gone_at)
            || turned_back_after(visit, gone_at, reading, rules)
    });
    missed
        .max_by_key(|&place| visits.at(place).first_at())
        .or(gone)
}

/// Returns when a visit went out, if it did so by `at`.
fn out_by(visit: &Visit, at: Timestamp) -> Option<Timestamp> {
    visit
        .last_of(Milestone::CrossedOut)
        .filter(|out| *out <= at)
}

/// Tells whether a visit later than `gone_at` was turned back so shortly before that it takes the reading.
fn turned_back_after(
    visit: &Visit,
    gone_at: Option<Timestamp>,
    reading: Asking<'_>,
    rules: &Rules,
) -> bool {
    let is_turned_back = matches!(visit.end(), Some((State::TurnedBack, _)));
    is_turned_back
        && Some(visit.first_at()) > gone_at
        && visit.takes_after_end(reading, std::iter::empty(), rules)
}

/// Tells whether a visit's way out may have been missed: seen at the place, later than `gone_at`, and
/// not known to have ended otherwise.
fn may_have_gone_out_unseen(visit: &Visit, gone_at: Option<Timestamp>) -> bool {
    let was_here = visit
        .effective()
        .filter_map(|other| other.milestone)
        .any(is_at_the_place);
    let is_later = visit.entered_at().or(Some(visit.first_at())) > gone_at;
    let is_out = matches!(visit.end(), None | Some((State::CloseMissed, _)));
    is_out && was_here && is_later && visit.direction() != Direction::Import
}
