//! Under which moment a crossing is filed (indicators.md, rule 7).
//!
//! A fact takes the crossing milestone, else its own interval's end, else its start; this moment is the
//! crossing's own and serves a fact that has none of these.

use bordergate_model::{Crossing, Milestone, State};
use jiff::Timestamp;

use super::interval::Moment;
use super::{crossed_at, entered_at, segments};

/// Returns the moment under which the crossing is counted and listed: its crossing milestone; else
/// the believed end of the visit (the closing milestone, TURNED_BACK, or the end of a missed close);
/// else its entry; else its earliest believed reading; else its earliest reception.
///
/// An expired crossing is not filed under its expiry, which is no occurrence. `None` only for a
/// crossing without readings.
#[must_use]
pub fn filed_at(crossing: &Crossing) -> Option<Timestamp> {
    crossed_at(crossing)
        .or_else(|| ended_at(crossing))
        .or_else(|| entered_at(crossing))
        .or_else(|| earliest_reading(crossing))
}

fn ended_at(crossing: &Crossing) -> Option<Timestamp> {
    match crossing.state {
        State::Closed => segments::closing(crossing.direction)
            .and_then(|closing| Moment::of(crossing, closing).believed()),
        State::TurnedBack => Moment::of(crossing, Milestone::TurnedBack).believed(),
        State::CloseMissed => crossing.ended_at,
        State::Open | State::Expired | State::Relieved | State::Merged => None,
    }
}

fn earliest_reading(crossing: &Crossing) -> Option<Timestamp> {
    let readings = || crossing.readings.iter().map(|reading| &reading.observation);
    readings()
        .filter(|observation| !observation.is_suspect)
        .map(|observation| observation.ordered_at())
        .min()
        .or_else(|| readings().map(|observation| observation.received_at).min())
}
