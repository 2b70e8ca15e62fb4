//! From a crossing to what the indicators take from it: facts, counting times, completeness.
//!
//! Which intervals a direction has is in [`segments`], the rules of one interval in [`interval`], the
//! filing time in [`filing`]. Definition: indicators.md, rules 1, 2, 6 and 7; T1, T3, Q1.

mod filing;
mod interval;
mod segments;
#[cfg(test)]
mod tests;

use bordergate_model::{Crossing, Direction, Milestone, State};
use jiff::{SignedDuration, Timestamp};

pub use filing::filed_at;

use crate::expected::ExpectedMilestones;
use crate::{Fact, Measures};
use interval::Moment;

/// Readings this long after the close still belong to the crossing as before it (milestones.md, "Ends").
const CLOSE_TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// Returns what the indicators take from one crossing.
///
/// A relieved crossing has no facts; a merged one (a tombstone) has nothing at all. Otherwise there is
/// one fact for each segment of the direction: export C2, C3, C4, C6; import C1, C4, C6; unknown C4.
#[must_use]
pub fn measure(crossing: &Crossing, expected: &ExpectedMilestones) -> Measures {
    let (expected_count, present_count) = completeness(crossing, expected);
    Measures {
        facts: facts(crossing),
        crossed_at: crossed_at(crossing),
        entered_at: entered_at(crossing),
        expected_count,
        present_count,
        reading_count: u32::try_from(crossing.readings.len()).unwrap_or(u32::MAX),
    }
}

fn facts(crossing: &Crossing) -> Vec<Fact> {
    if matches!(crossing.state, State::Relieved | State::Merged) {
        return Vec::new();
    }
    let crossed_at = crossed_at(crossing);
    segments::of(crossing)
        .into_iter()
        .map(|(segment, ends)| {
            let measured = ends.measure(crossing.state);
            Fact {
                crossing_id: crossing.crossing_id,
                segment,
                gate_id: crossing.gate_id.clone(),
                direction: crossing.direction,
                channel: crossing.channel,
                cargo: crossing.cargo,
                is_loaded: crossing.is_loaded,
                start_at: ends.start.read_at(),
                end_at: ends.end.read_at(),
                duration_us: measured.ok().map(|measured| measured.duration_us),
                is_skewed: measured.is_ok_and(|measured| measured.is_skewed),
                exclusion: measured.err(),
                filed_at: crossed_at
                    .or(ends.end.believed())
                    .or(ends.start.believed())
                    .or_else(|| filed_at(crossing)),
            }
        })
        .collect()
}

/// Returns when it crossed the line in its direction (T1); `None` when that was not read, is not
/// believed, or came after it was turned back.
pub(crate) fn crossed_at(crossing: &Crossing) -> Option<Timestamp> {
    let milestone = match crossing.direction {
        Direction::Export => Milestone::CrossedOut,
        Direction::Import => Milestone::CrossedIn,
        Direction::Unknown => return None,
    };
    let crossed_at = Moment::of(crossing, milestone).believed()?;
    let is_after_end = crossing.state == State::TurnedBack
        && crossing
            .ended_at
            .is_some_and(|ended_at| crossed_at.duration_since(ended_at) > CLOSE_TOLERANCE);
    (!is_after_end).then_some(crossed_at)
}

/// Returns when it entered (T3): the earlier believed one of GATE_IN and YARD_IN.
pub(crate) fn entered_at(crossing: &Crossing) -> Option<Timestamp> {
    [Milestone::GateIn, Milestone::YardIn]
        .into_iter()
        .filter_map(|milestone| Moment::of(crossing, milestone).believed())
        .min()
}

/// Returns how many milestones are expected and how many of them are there, dated or not (Q1);
/// (0, 0) unless closed.
fn completeness(crossing: &Crossing, expected: &ExpectedMilestones) -> (u32, u32) {
    if crossing.state != State::Closed {
        return (0, 0);
    }
    let wanted = expected.of(&crossing.gate_id, crossing.direction, crossing.channel);
    let present = wanted
        .iter()
        .filter(|milestone| crossing.has(**milestone))
        .count();
    let count = |n: usize| u32::try_from(n).expect("there are fewer than 2^32 milestones");
    (count(wanted.len()), count(present))
}
