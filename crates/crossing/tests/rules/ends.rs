//! milestones.md, "Ends".

use bordergate_crossing::{Board, Rules};
use bordergate_model::Milestone::*;
use bordergate_model::State;
use jiff::SignedDuration;

use crate::common::{crossings, declared, second, seen};
use crate::{TRUCK, all, at, suspect};

#[test]
fn readings_up_to_a_minute_after_the_close_belong_to_it() {
    for (seconds, count) in [(3_660, 1), (3_661, 2)] {
        let found = crossings(&[
            at(0, GateIn, 0, TRUCK),
            at(1, CrossedOut, 3_600, TRUCK),
            at(2, BorderControlled, seconds, TRUCK),
        ]);
        assert_eq!(found.len(), count, "at {seconds} s");
        assert_eq!(found[0].ended_at, Some(second(3_600)));
    }
}

#[test]
fn a_second_closing_reading_belongs_to_it_for_ten_minutes() {
    for (seconds, count) in [(4_200, 1), (4_201, 2)] {
        let found = crossings(&[
            at(0, GateIn, 0, TRUCK),
            at(1, CrossedOut, 3_600, TRUCK),
            at(2, CrossedOut, seconds, TRUCK),
        ]);
        assert_eq!(found.len(), count, "at {seconds} s");
    }
}

#[test]
fn an_import_closes_at_gate_out_and_takes_a_second_one_for_ten_minutes() {
    let found = crossings(&[
        at(0, CrossedIn, 0, TRUCK),
        at(1, GateOut, 3_600, TRUCK),
        at(2, GateOut, 4_200, TRUCK),
        at(3, GateOut, 20_000, TRUCK),
    ]);
    assert_eq!(
        all(&found),
        [vec!["CROSSED_IN", "GATE_OUT", "GATE_OUT"], vec!["GATE_OUT"]]
    );
    assert_eq!(found[0].state, State::Closed);
}

#[test]
fn two_reports_of_one_turn_back_are_one_outcome() {
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        seen(1, TurnedBack, 60, TRUCK),
        seen(2, TurnedBack, 65, TRUCK),
    ]);
    assert_eq!(all(&found), [["GATE_IN", "TURNED_BACK", "TURNED_BACK"]]);
    assert_eq!(found[0].state, State::TurnedBack);
}

#[test]
fn a_paper_within_a_minute_of_the_turn_back_belongs_to_it() {
    let found = crossings(&[
        at(0, GateIn, 0, TRUCK),
        at(1, TurnedBack, 3_600, TRUCK),
        at(2, FeePaid, 3_630, TRUCK),
    ]);
    assert_eq!(all(&found), [["GATE_IN", "TURNED_BACK", "FEE_PAID"]]);
}

#[test]
fn a_close_by_a_clock_that_cannot_be_believed_counts_by_its_reception() {
    for ahead in [
        SignedDuration::from_hours(240),
        SignedDuration::from_hours(-2_000),
    ] {
        let found = crossings(&[
            seen(0, GateIn, 0, TRUCK),
            suspect(seen(1, CrossedOut, 60, TRUCK), ahead),
            seen(2, BorderControlled, 61, TRUCK),
            seen(3, Weighed, 300, TRUCK),
        ]);
        assert_eq!(
            all(&found),
            [
                vec!["GATE_IN", "CROSSED_OUT", "BORDER_CONTROLLED"],
                vec!["WEIGHED"]
            ],
            "{ahead}"
        );
        assert_eq!(found[0].ended_at, Some(second(3_600)), "{ahead}");
    }
}

#[test]
fn a_declaration_first_seen_after_the_close_belongs_to_the_next_trip() {
    let found = crossings(&[
        declared(at(0, DeclRegistered, 0, TRUCK), "301234567890"),
        at(1, GateIn, 600, TRUCK),
        at(2, CrossedOut, 3_600, TRUCK),
        declared(at(3, DeclRegistered, 3_630, TRUCK), "309999999990"),
        at(4, GateIn, 20_000, TRUCK),
    ]);
    assert_eq!(
        all(&found),
        [
            vec!["DECL_REGISTERED", "GATE_IN", "CROSSED_OUT"],
            vec!["DECL_REGISTERED", "GATE_IN"]
        ]
    );
}

#[test]
fn delivered_without_a_way_out_ends_as_missed_at_that_time() {
    let found = crossings(&[seen(0, GateIn, 0, TRUCK), seen(1, Delivered, 300, TRUCK)]);
    assert_eq!((found.len(), found[0].state), (1, State::CloseMissed));
    assert_eq!(found[0].ended_at, Some(second(18_000)));
}

#[test]
fn a_milestone_told_late_joins_the_closed_crossing_and_revises_it() {
    let rules = Rules::default();
    let mut board = Board::new(rules);
    let mut late = seen(2, Weighed, 30, TRUCK);
    late.received_at = second(40_000);
    for reading in [seen(0, GateIn, 0, TRUCK), seen(1, CrossedOut, 60, TRUCK)] {
        let log_time = reading.received_at;
        board.add(reading, log_time);
    }
    let changes = board.add(late.clone(), late.received_at);
    let [change] = changes.crossings.as_slice() else {
        panic!("one crossing changes");
    };
    assert_eq!(change.crossing.revision, 3);
    assert_eq!(change.crossing.state, State::Closed);
    assert_eq!(change.crossing.at(Weighed), late.occurred.at);
}

#[test]
fn another_entry_ends_what_was_inside_although_it_joins_the_announced_visit() {
    use crate::common::with_trip;
    let found = crossings(&[
        with_trip(seen(0, Predeclared, 0, TRUCK), "T1"),
        seen(1, GateIn, 60, TRUCK),
        seen(2, YardIn, 70, TRUCK),
        with_trip(seen(3, Predeclared, 1_500, TRUCK), "T2"),
        seen(4, YardIn, 2_000, TRUCK),
        seen(5, CrossedOut, 2_100, TRUCK),
    ]);
    assert_eq!(
        all(&found),
        [
            vec!["PREDECLARED", "GATE_IN", "YARD_IN"],
            vec!["PREDECLARED", "YARD_IN", "CROSSED_OUT"]
        ]
    );
    assert_eq!(
        (found[0].state, found[0].ended_at),
        (State::CloseMissed, Some(second(120_000)))
    );
    assert_eq!(found[1].state, State::Closed);
}
