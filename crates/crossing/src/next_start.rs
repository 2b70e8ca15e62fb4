//! Which visits end because their vehicle began another (milestones.md, "Ends": `close_missed` by the
//! vehicle's next start).

use bordergate_model::Milestone;

use crate::family::Asking;
use crate::reading::{is_at_the_place, is_start, moment};
use crate::rules::Rules;
use crate::visit::Visit;
use crate::visits::{Place, Visits};

/// How a reading begins a vehicle's next visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextStart {
    /// GATE_IN or CROSSED_IN: the vehicle is there again, whether its visit was announced before or not.
    AtTheGate,
    /// PREDECLARED or MANIFEST_FILED opens a visit: the vehicle itself may still be in the earlier one.
    OnPaper,
    /// Any other reading opens a visit, `entry unknown`.
    EntryUnknown,
    /// Any other reading at the place goes to a later visit, whose own start was missed.
    FurtherOn,
}

/// Marks the open visits of the reading's plate that it shows to have ended unseen. `joined` is the
/// visit it goes to; `None` when it opens one.
pub(crate) fn note_next_start(
    visits: &mut Visits,
    reading: Asking<'_>,
    joined: Option<Place>,
    rules: &Rules,
) {
    let (Some(start), Some(plate)) = (next_start(reading, joined), &reading.plate) else {
        return;
    };
    let at = moment(&reading);
    let began_at = joined.map_or(at, |place| visits.at(place).first_at());
    let of_vehicle = visits.with_plate(plate, |mine| mine.tail() == plate.tail());
    for place in of_vehicle {
        let visit = visits.at(place);
        let is_earlier = match start {
            NextStart::FurtherOn => visit.first_at() < began_at,
            _ => visit.first_at() <= at,
        };
        if Some(place) != joined
            && visit.end().is_none()
            && is_earlier
            && !visit.is_left_by(at, |mine| mine.folded() == plate.folded())
            && start.ends(visit, reading, rules)
        {
            visits.at_mut(place).next_start_at = Some(at);
        }
    }
}

/// Returns how a reading begins a visit; `None` when it begins none.
fn next_start(reading: Asking<'_>, joined: Option<Place>) -> Option<NextStart> {
    let milestone = reading.milestone?;
    reading.occurred.at?;
    let opens = joined.is_none();
    if matches!(milestone, Milestone::GateIn | Milestone::CrossedIn) {
        Some(NextStart::AtTheGate)
    } else if opens && is_start(milestone) {
        Some(NextStart::OnPaper)
    } else if opens {
        Some(NextStart::EntryUnknown)
    } else if is_at_the_place(milestone) {
        Some(NextStart::FurtherOn)
    } else {
        None
    }
}

impl NextStart {
    /// Tells whether a start of this kind ends an open visit of the same vehicle.
    fn ends(self, visit: &Visit, reading: Asking<'_>, rules: &Rules) -> bool {
        let begins_anew = visit.is_begun_anew_by(reading, rules);
        let was_inside = visit.entered_at().is_some();
        match self {
            Self::AtTheGate => begins_anew || was_inside,
            Self::OnPaper => begins_anew && !was_inside,
            Self::EntryUnknown | Self::FurtherOn => begins_anew,
        }
    }
}
