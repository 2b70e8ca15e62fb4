//! Whether a reading without an exact key fits into a visit in time and order: asked of near plates and of lanes.

use bordergate_model::{Direction, Milestone};

use crate::family::Asking;
use crate::reading::moment;
use crate::rules::Rules;
use crate::visit::Visit;

/// Returns what usually comes before and what after a milestone of a visit; `None` when it has no place in that order.
pub(crate) fn around(
    visit: &Visit,
    milestone: Milestone,
) -> Option<(&'static [Milestone], &'static [Milestone])> {
    let order = usual_order(visit, milestone);
    let mine = order.iter().position(|step| *step == milestone)?;
    Some((&order[..mine], &order[mine + 1..]))
}

/// Tells whether a visit takes the reading although it ended more than a minute before it, or did not end so.
/// `others` are the vehicle's visits, itself among them or not.
pub(crate) fn is_taken_after_end<'a>(
    visit: &Visit,
    others: impl Iterator<Item = &'a Visit>,
    reading: Asking<'_>,
    rules: &Rules,
) -> bool {
    let at = moment(&reading);
    let is_after_end = visit
        .end()
        .is_some_and(|(_, ended_at)| at.duration_since(ended_at) > rules.after_close);
    if !is_after_end {
        return true;
    }
    match reading.milestone {
        Some(Milestone::Returned | Milestone::Delivered) => visit.has(Milestone::CrossedOut),
        _ => visit.takes_after_end(reading, others, rules),
    }
}

/// Returns the usual order of what is seen at the place, with `milestone` where it can stand.
fn usual_order(visit: &Visit, milestone: Milestone) -> &'static [Milestone] {
    use Milestone as M;
    const EXPORT: &[Milestone] = &[
        M::GateIn,
        M::YardIn,
        M::Weighed,
        M::YardOut,
        M::BorderControlled,
        M::CrossedOut,
        M::Delivered,
        M::Returned,
        M::GateOut,
    ];
    const IMPORT: &[Milestone] = &[
        M::CrossedIn,
        M::BorderControlled,
        M::YardIn,
        M::Weighed,
        M::YardOut,
        M::GateOut,
        M::CrossedOut,
    ];
    let is_import = visit.direction() == Direction::Import
        || (visit.direction() == Direction::Unknown && milestone == M::CrossedIn);
    if is_import { IMPORT } else { EXPORT }
}
