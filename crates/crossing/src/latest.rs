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
    last_by(visits, places, |visit| {
        let entered = visit.entered_at().filter(|entered| *entered <= at);
        entered.filter(|_| is_open_to(visit, reading, rules))
    })
}

/// The ended visit that ended last of those that still take the reading.
fn ended(visits: &Visits, places: &[Place], reading: Asking<'_>, rules: &Rules) -> Option<Place> {
    let others = || places.iter().map(|&other| visits.at(other));
    last_by(visits, places, |visit| {
        let (_, ended_at) = visit.end()?;
        let takes = visit.takes_after_end(reading, others(), rules);
        takes.then_some(ended_at)
    })
}

/// The open visit that began last.
fn waiting(visits: &Visits, places: &[Place], reading: Asking<'_>, rules: &Rules) -> Option<Place> {
    last_by(visits, places, |visit| {
        is_open_to(visit, reading, rules).then(|| visit.first_at())
    })
}

/// The visit that went out last, unless a later one is inside (its way out was missed) or has just been
/// turned back.
fn went_out(
    visits: &Visits,
    places: &[Place],
    reading: Asking<'_>,
    rules: &Rules,
) -> Option<Place> {
    let takes = |visit: &Visit| !visit.is_begun_anew_by(reading, rules);
    let out_at = |visit: &Visit| out_by(visit, moment(&reading) + rules.after_close);
    let gone = last_by(visits, places, |visit| {
        out_at(visit).filter(|_| takes(visit))
    });
    let gone_at = gone.and_then(|place| out_at(visits.at(place)));
    let missed = last_by(visits, places, |visit| {
        let is_missed = may_have_gone_out_unseen(visit, gone_at)
            || turned_back_after(visit, gone_at, reading, rules);
        (is_missed && takes(visit)).then(|| visit.first_at())
    });
    missed.or(gone)
}

/// Returns the place whose visit has the last of the moments that `moment_of` gives; of equal ones the later place.
fn last_by(
    visits: &Visits,
    places: &[Place],
    moment_of: impl Fn(&Visit) -> Option<Timestamp>,
) -> Option<Place> {
    let dated = places
        .iter()
        .filter_map(|&place| Some((moment_of(visits.at(place))?, place)));
    dated.max().map(|(_, place)| place)
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
