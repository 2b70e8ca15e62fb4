//! Where each segment begins and ends, by direction (indicators.md, C1 to C6).

use bordergate_model::{Crossing, Direction, Milestone, State};

use super::interval::{Ends, Moment};
use crate::Segment;

/// Milestones seen at the place; paper ones would double the crossing time (C4).
const AT_THE_PLACE: &[Milestone] = &[
    Milestone::HealthChecked,
    Milestone::GateIn,
    Milestone::GateOut,
    Milestone::YardIn,
    Milestone::YardOut,
    Milestone::Weighed,
    Milestone::QuarantineStart,
    Milestone::QuarantineEnd,
    Milestone::InspectionStart,
    Milestone::InspectionEnd,
    Milestone::SupervisionPassed,
    Milestone::Transshipped,
    Milestone::TractorSwapped,
    Milestone::DriverSwapped,
    Milestone::BorderControlled,
    Milestone::CrossedOut,
    Milestone::CrossedIn,
];

/// Returns the segments of a crossing's direction with their ends, in the order of [`Segment::ALL`].
pub(super) fn of(crossing: &Crossing) -> Vec<(Segment, Ends)> {
    let at = |milestone| Moment::of(crossing, milestone);
    let ends = |start, end| Ends { start, end };
    let place = (Segment::C4, at_the_place(crossing));
    match crossing.direction {
        Direction::Export => {
            let arrival = at(Milestone::GateIn).or(at(Milestone::YardIn));
            let crossed = ends(arrival, at(Milestone::CrossedOut));
            vec![
                (Segment::C2, ends(arrival, at(Milestone::Cleared))),
                (Segment::C3, crossed),
                place,
                (Segment::C6, crossed),
            ]
        }
        Direction::Import => {
            let arrival = at(Milestone::CrossedIn);
            let released = at(Milestone::Released).earlier(at(Milestone::Cleared));
            vec![
                (Segment::C1, ends(arrival, released)),
                place,
                (Segment::C6, ends(arrival, at(Milestone::GateOut))),
            ]
        }
        Direction::Unknown => vec![place],
    }
}

/// Returns the ends of C4: the first milestone seen at the place, up to the close, and the close.
///
/// The close is the milestone that closes the direction and is only there once the crossing is
/// `closed`. A moment that is not believed cannot be put in order and is passed over; the start is
/// suspect when only such ones are left, and missing when nothing but the close was seen.
fn at_the_place(crossing: &Crossing) -> Ends {
    let closing = closing(crossing.direction);
    let end = match (crossing.state, closing) {
        (State::Closed, Some(closing)) => Moment::of(crossing, closing),
        _ => Moment::Missing,
    };
    let seen = || {
        AT_THE_PLACE
            .iter()
            .filter(|milestone| end == Moment::Missing || Some(**milestone) != closing)
            .map(|milestone| Moment::of(crossing, *milestone))
    };
    let is_before_close =
        |at: &jiff::Timestamp| end.believed().is_none_or(|closed_at| *at <= closed_at);
    let first = seen()
        .filter_map(Moment::believed)
        .filter(is_before_close)
        .min();
    let start = match first {
        Some(at) => Moment::At(at),
        None => seen()
            .find(|moment| matches!(moment, Moment::Suspect(_)))
            .unwrap_or(Moment::Missing),
    };
    Ends { start, end }
}

/// Returns the milestone that closes a crossing of this direction (milestones.md, "Ends").
pub(super) fn closing(direction: Direction) -> Option<Milestone> {
    match direction {
        Direction::Export => Some(Milestone::CrossedOut),
        Direction::Import => Some(Milestone::GateOut),
        Direction::Unknown => None,
    }
}
