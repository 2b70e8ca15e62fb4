//! milestones.md, "Starts".

use bordergate_model::Milestone::*;
use bordergate_model::State;

use crate::common::{crossings, declared, second, seen, with_trip};
use crate::{FOREIGN, TRUCK, all, at};

#[test]
fn a_milestone_read_again_after_twelve_hours_starts_another() {
    for (seconds, count) in [(43_800, 1), (43_801, 2)] {
        let found = crossings(&[
            at(0, GateIn, 0, TRUCK),
            at(1, Weighed, 600, TRUCK),
            at(2, Weighed, seconds, TRUCK),
        ]);
        assert_eq!(found.len(), count, "at {seconds} s");
        if count == 2 {
            assert!(found[1].entry_unknown);
            assert_eq!(found[0].state, State::CloseMissed);
            assert_eq!(found[0].ended_at, Some(second(seconds)));
        }
    }
}

#[test]
fn waiting_for_weeks_is_no_end() {
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        seen(1, Weighed, 28 * 24 * 60, TRUCK),
        seen(2, CrossedOut, 29 * 24 * 60, TRUCK),
    ]);
    assert_eq!((found.len(), found[0].state), (1, State::Closed));
}

#[test]
fn a_second_crossed_in_or_predeclared_after_ten_minutes_starts_another() {
    for milestone in [CrossedIn, Predeclared] {
        for (seconds, count) in [(600, 1), (601, 2)] {
            let found = crossings(&[at(0, milestone, 0, TRUCK), at(1, milestone, seconds, TRUCK)]);
            assert_eq!(found.len(), count, "{milestone} at {seconds} s");
        }
    }
}

#[test]
fn any_other_first_reading_opens_with_an_unknown_entry() {
    let found = crossings(&[seen(0, Weighed, 0, TRUCK)]);
    assert!(found[0].entry_unknown);
    let found = crossings(&[seen(0, CrossedIn, 0, FOREIGN)]);
    assert!(!found[0].entry_unknown);
}

#[test]
fn a_reading_at_the_place_goes_to_the_visit_inside_not_to_the_announced_one() {
    let found = crossings(&[
        with_trip(seen(0, Predeclared, 0, TRUCK), "T1"),
        seen(1, GateIn, 60, TRUCK),
        with_trip(seen(2, Predeclared, 90, TRUCK), "T2"),
        seen(3, Weighed, 100, TRUCK),
        seen(4, CrossedOut, 200, TRUCK),
        seen(5, YardIn, 900, TRUCK),
    ]);
    assert_eq!(
        all(&found),
        [
            vec!["PREDECLARED", "GATE_IN", "WEIGHED", "CROSSED_OUT"],
            vec!["PREDECLARED", "YARD_IN"]
        ]
    );
}

#[test]
fn registration_may_precede_arrival() {
    let found = crossings(&[
        declared(seen(0, DeclRegistered, 0, TRUCK), "301234567890"),
        seen(1, GateIn, 600, TRUCK),
    ]);
    assert_eq!(all(&found), [["DECL_REGISTERED", "GATE_IN"]]);
}
