//! milestones.md, "After the end".

use bordergate_model::Milestone::*;
use bordergate_model::{Direction, State};

use crate::common::{crossings, declared, seen, with_trip};
use crate::{FOREIGN, TRUCK, all, at};

#[test]
fn the_returned_vehicle_leaves_within_an_hour() {
    for (seconds, count) in [(21_600, 1), (21_601, 2)] {
        let found = crossings(&[
            at(0, GateIn, 0, TRUCK),
            at(1, CrossedOut, 3_600, TRUCK),
            at(2, Returned, 18_000, TRUCK),
            at(3, GateOut, seconds, TRUCK),
        ]);
        assert_eq!(found.len(), count, "at {seconds} s");
        assert_eq!(found[0].direction, Direction::Export);
    }
}

#[test]
fn the_turned_back_vehicle_is_read_at_the_gate_for_three_hours() {
    for (seconds, count) in [(14_400, 1), (14_401, 2)] {
        let found = crossings(&[
            at(0, GateIn, 0, TRUCK),
            at(1, TurnedBack, 3_600, TRUCK),
            at(2, GateOut, seconds, TRUCK),
        ]);
        assert_eq!(found.len(), count, "at {seconds} s");
        assert_eq!(found[0].state, State::TurnedBack);
    }
}

#[test]
fn the_lane_for_returning_vehicles_may_read_a_turned_back_one() {
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        seen(1, CrossedOut, 60, TRUCK),
        seen(2, Returned, 300, TRUCK),
        seen(3, GateIn, 3_000, TRUCK),
        seen(4, TurnedBack, 3_100, TRUCK),
        seen(5, Returned, 3_160, TRUCK),
    ]);
    assert_eq!(
        all(&found),
        [
            vec!["GATE_IN", "CROSSED_OUT", "RETURNED"],
            vec!["GATE_IN", "TURNED_BACK", "RETURNED"]
        ]
    );
    assert_eq!(found[1].state, State::TurnedBack);
}

#[test]
fn the_foreign_vehicle_goes_home_within_thirty_six_hours() {
    for (seconds, count) in [(133_200, 1), (133_201, 2)] {
        let found = crossings(&[
            at(0, CrossedIn, 0, FOREIGN),
            at(1, GateOut, 3_600, FOREIGN),
            at(2, CrossedOut, seconds, FOREIGN),
        ]);
        assert_eq!(found.len(), count, "at {seconds} s");
        assert_eq!(
            (found[0].state, found[0].direction),
            (State::Closed, Direction::Import)
        );
    }
}

#[test]
fn one_misread_plate_makes_no_vehicle_vietnamese() {
    let found = crossings(&[
        seen(0, CrossedIn, 0, "桂B03168"),
        seen(1, GateOut, 60, "BQ3168"),
        seen(2, CrossedOut, 120, "桂B03168"),
    ]);
    assert_eq!(all(&found), [["CROSSED_IN", "GATE_OUT", "CROSSED_OUT"]]);
}

#[test]
fn a_vehicle_of_viet_nam_does_not_go_home_across_the_border() {
    let found = crossings(&[
        seen(0, CrossedIn, 0, TRUCK),
        seen(1, GateOut, 60, TRUCK),
        seen(2, CrossedOut, 600, TRUCK),
    ]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].direction, Direction::Export);
}

#[test]
fn a_gate_in_in_between_makes_the_way_home_an_export() {
    let found = crossings(&[
        seen(0, CrossedIn, 0, FOREIGN),
        seen(1, GateOut, 60, FOREIGN),
        seen(2, GateIn, 300, FOREIGN),
        seen(3, CrossedOut, 600, FOREIGN),
    ]);
    assert_eq!(
        all(&found),
        [
            vec!["CROSSED_IN", "GATE_OUT"],
            vec!["GATE_IN", "CROSSED_OUT"]
        ]
    );
}

#[test]
fn an_import_declaration_in_between_does_not_hinder_the_way_home() {
    let found = crossings(&[
        seen(0, CrossedIn, 0, FOREIGN),
        seen(1, GateOut, 60, FOREIGN),
        declared(seen(2, DeclRegistered, 300, FOREIGN), "101234567890"),
        seen(3, CrossedOut, 600, FOREIGN),
    ]);
    assert_eq!(
        all(&found),
        [
            vec!["CROSSED_IN", "GATE_OUT", "CROSSED_OUT"],
            vec!["DECL_REGISTERED"]
        ]
    );
}

#[test]
fn delivered_goes_to_the_crossing_that_went_out_although_the_next_is_announced() {
    let found = crossings(&[
        with_trip(seen(0, Predeclared, 0, TRUCK), "T1"),
        seen(1, GateIn, 30, TRUCK),
        seen(2, CrossedOut, 60, TRUCK),
        with_trip(seen(3, Predeclared, 120, TRUCK), "T2"),
        seen(4, Delivered, 200, TRUCK),
        seen(5, Returned, 400, TRUCK),
    ]);
    assert_eq!(
        all(&found),
        [
            vec![
                "PREDECLARED",
                "GATE_IN",
                "CROSSED_OUT",
                "DELIVERED",
                "RETURNED"
            ],
            vec!["PREDECLARED"]
        ]
    );
}
