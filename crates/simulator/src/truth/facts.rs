//! What the durations of a crossing are, from the moments of its milestones (indicators.md: C1 to C4, C6, rules 1, 2, 6).

use std::collections::BTreeMap;

use bordergate_model::{Direction, Milestone as M, State};

use super::told::{TrueCrossing, TrueFact};
use crate::wall;

/// Clocks disagree a little: so many seconds the wrong way round count as none.
const SKEW_SECONDS: i64 = 60;
/// What is seen at the place, not on paper (indicators.md, C4).
const AT_THE_PLACE: [M; 17] = [
    M::HealthChecked,
    M::GateIn,
    M::GateOut,
    M::YardIn,
    M::YardOut,
    M::Weighed,
    M::QuarantineStart,
    M::QuarantineEnd,
    M::InspectionStart,
    M::InspectionEnd,
    M::SupervisionPassed,
    M::Transshipped,
    M::TractorSwapped,
    M::DriverSwapped,
    M::BorderControlled,
    M::CrossedOut,
    M::CrossedIn,
];

type Moments = BTreeMap<M, i64>;

/// Returns a fact for each duration that the crossing's direction has; none of a relief vehicle's earlier visit.
pub(super) fn facts(crossing: &TrueCrossing, moments: &Moments) -> Vec<TrueFact> {
    if crossing.state == State::Relieved {
        return Vec::new();
    }
    let at = |milestone: M| moments.get(&milestone).copied();
    let place = ("C4", at_the_place(crossing, moments));
    let ends = match crossing.direction {
        Direction::Export => {
            let arrived = at(M::GateIn).or(at(M::YardIn));
            let crossed = (arrived, at(M::CrossedOut));
            vec![
                ("C2", (arrived, at(M::Cleared))),
                ("C3", crossed),
                place,
                ("C6", crossed),
            ]
        }
        Direction::Import => {
            let arrived = at(M::CrossedIn);
            let released = at(M::Released).into_iter().chain(at(M::Cleared)).min();
            vec![
                ("C1", (arrived, released)),
                place,
                ("C6", (arrived, at(M::GateOut))),
            ]
        }
        Direction::Unknown => vec![place],
    };
    let fact = |(segment, (start, end)): (&'static str, (Option<i64>, Option<i64>))| {
        let measured = measure(crossing.state, start, end);
        TrueFact {
            crossing: crossing.name.clone(),
            gate_id: crossing.gate_id.clone(),
            segment,
            start_at: start.map(wall::timestamp),
            end_at: end.map(wall::timestamp),
            duration_seconds: measured.ok(),
            excluded: measured.err(),
        }
    };
    ends.into_iter().map(fact).collect()
}

/// The first thing seen at the place up to the close, and the close, which is there once the crossing is closed.
fn at_the_place(crossing: &TrueCrossing, moments: &Moments) -> (Option<i64>, Option<i64>) {
    let closing = match crossing.direction {
        Direction::Export => Some(M::CrossedOut),
        Direction::Import => Some(M::GateOut),
        Direction::Unknown => None,
    };
    let end = closing
        .filter(|_| crossing.state == State::Closed)
        .and_then(|closing| moments.get(&closing).copied());
    let is_start = |milestone: &M| end.is_none() || Some(*milestone) != closing;
    let seen = AT_THE_PLACE.iter().filter(|milestone| is_start(milestone));
    let start = seen
        .filter_map(|milestone| moments.get(milestone).copied())
        .filter(|at| end.is_none_or(|end| *at <= end))
        .min();
    (start, end)
}

/// Returns the seconds between, or the first reason that applies why there are none.
fn measure(state: State, start: Option<i64>, end: Option<i64>) -> Result<i64, &'static str> {
    if state == State::TurnedBack {
        return Err("turned_back");
    }
    let start = start.ok_or("missing_start")?;
    let is_over = matches!(state, State::Closed | State::CloseMissed);
    let end = end.ok_or(if is_over { "missing_end" } else { "open" })?;
    match end - start {
        seconds if seconds < -SKEW_SECONDS => Err("negative"),
        seconds => Ok(seconds.max(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_a_duration_or_the_first_reason_why_not() {
        let cases = [
            (State::Closed, Some(100), Some(160), Ok(60)),
            (State::Closed, Some(100), Some(40), Ok(0)),
            (State::Closed, Some(100), Some(39), Err("negative")),
            (State::Open, Some(100), None, Err("open")),
            (State::Open, Some(100), Some(130), Ok(30)),
            (State::CloseMissed, Some(100), None, Err("missing_end")),
            (State::Closed, None, None, Err("missing_start")),
            (State::TurnedBack, Some(100), Some(130), Err("turned_back")),
        ];
        for (state, start, end, expected) in cases {
            assert_eq!(
                measure(state, start, end),
                expected,
                "{state} {start:?} {end:?}"
            );
        }
    }
}
