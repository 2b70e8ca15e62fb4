//! What begins another crossing rather than being one more reading of this one (milestones.md, "Starts").

use bordergate_model::{Milestone, Observation};

use crate::family::Asking;
use crate::reading::{is_dated, moment};
use crate::rules::Rules;
use crate::visit::Visit;

impl Visit {
    /// Tells whether a reading would begin another crossing if this one were its (milestones.md, "Starts").
    pub(crate) fn is_begun_anew_by(&self, asking: Asking<'_>, rules: &Rules) -> bool {
        if let Some(trip) = &asking.trip_code {
            if self.trips().any(|mine| mine == trip.as_str()) {
                return false;
            }
            if self.has_other_trip(trip.as_str()) {
                return true;
            }
        }
        let (Some(milestone), Some(at)) = (asking.milestone, asking.begins_at) else {
            return false;
        };
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
            .filter(|earlier| {
                is_dated(earlier) && is_about_the_same(milestone, earlier, asking.reading)
            })
            .map(moment)
            .max();
        last.is_some_and(|last| at.duration_since(last) > rules.reread)
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
