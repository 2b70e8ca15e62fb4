//! What an ended visit still takes (milestones.md, "Ends" and "After the end").
//!
//! DELIVERED and RETURNED are chosen by `latest`, among all the visits that went out.

use bordergate_model::{Direction, Milestone, Observation, State};
use jiff::{SignedDuration, Timestamp};

use crate::family::Asking;
use crate::reading::{is_at_the_place, is_start, moment};
use crate::rules::Rules;
use crate::visit::Visit;

impl Visit {
    /// Tells whether it has ended and still takes the reading; `others` are the vehicle's visits,
    /// itself among them or not.
    pub(crate) fn takes_after_end<'a>(
        &self,
        reading: Asking<'_>,
        mut others: impl Iterator<Item = &'a Self>,
        rules: &Rules,
    ) -> bool {
        let (Some((state, ended_at)), Some(milestone)) = (self.end(), reading.milestone) else {
            return false;
        };
        if state == State::Relieved || self.is_begun_anew_by(reading, rules) {
            return false;
        }
        let at = moment(&reading);
        let since_end = at.duration_since(ended_at);
        match state {
            State::Closed | State::TurnedBack
                if self.still_closes(reading, milestone, since_end, rules) =>
            {
                true
            }
            State::TurnedBack if since_end <= rules.leave_after_turn_back => {
                let is_at_the_gate =
                    is_at_the_place(milestone) || milestone == Milestone::TurnedBack;
                is_at_the_gate && !is_start(milestone)
            }
            _ => {
                self.leaves_after_return(milestone, at, rules)
                    || (self.goes_home(reading, milestone, rules)
                        && !others.any(|other| other.exports_after(ended_at)))
            }
        }
    }

    /// Readings up to 60 s after the close, and a second reading of the closing milestone up to 600 s
    /// after it. A new declaration belongs to the next trip, a start begins it.
    fn still_closes(
        &self,
        reading: Asking<'_>,
        milestone: Milestone,
        since_end: SignedDuration,
        rules: &Rules,
    ) -> bool {
        let is_of_the_next_trip = !reading.declarations.is_empty() || is_start(milestone);
        let is_just_after = since_end <= rules.after_close && !is_of_the_next_trip;
        let closes_again =
            self.closing_milestone() == Some(milestone) && since_end <= rules.second_close;
        is_just_after || closes_again
    }

    /// The returned vehicle's GATE_OUT.
    fn leaves_after_return(&self, milestone: Milestone, at: Timestamp, rules: &Rules) -> bool {
        milestone == Milestone::GateOut
            && self.is_since(Milestone::Returned, at, rules.leave_after_return)
    }

    /// The CROSSED_OUT of a foreign vehicle going home after its import.
    fn goes_home(&self, reading: Asking<'_>, milestone: Milestone, rules: &Rules) -> bool {
        milestone == Milestone::CrossedOut
            && self.direction() == Direction::Import
            && self.is_foreign(reading.plate.as_ref())
            && self.is_since(Milestone::GateOut, moment(&reading), rules.going_home)
    }

    /// Tells whether it has `earlier`, last read no longer than `within` before `at`.
    fn is_since(&self, earlier: Milestone, at: Timestamp, within: SignedDuration) -> bool {
        self.last_of(earlier)
            .is_some_and(|earlier| at.duration_since(earlier) <= within)
    }

    /// Tells whether it began after `ended_at` and has an export declaration or a GATE_IN.
    fn exports_after(&self, ended_at: Timestamp) -> bool {
        let is_export = |reading: &Observation| {
            let declares = reading
                .declarations
                .iter()
                .any(|number| number.direction() == Some(Direction::Export));
            declares || reading.milestone == Some(Milestone::GateIn)
        };
        self.first_at() > ended_at && self.effective().any(is_export)
    }
}
