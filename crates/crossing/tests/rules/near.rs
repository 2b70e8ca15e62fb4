//! identifiers.md, "near plate".

use bordergate_crossing::{Rules, link};
use bordergate_model::Milestone::*;
use bordergate_model::State;

use crate::common::{crossings, late_enough, seen};
use crate::{FOREIGN, TRUCK, all, reported};

const MISREAD: &str = "12C12745";
const FOREIGN_MISREAD: &str = "桂E9U175";

#[test]
fn a_misread_way_out_joins_the_turned_back_visit_for_three_hours() {
    for (minute, count) in [(240, 1), (241, 2)] {
        let found = crossings(&[
            seen(0, GateIn, 0, TRUCK),
            seen(1, TurnedBack, 60, TRUCK),
            seen(2, GateOut, minute, MISREAD),
        ]);
        assert_eq!(found.len(), count, "at {minute} min");
        assert_eq!(found[0].state, State::TurnedBack);
    }
}

#[test]
fn a_misread_way_home_joins_an_import_only() {
    let home = seen(2, CrossedOut, 900, FOREIGN_MISREAD);
    let found = crossings(&[
        seen(0, CrossedIn, 0, FOREIGN),
        seen(1, GateOut, 60, FOREIGN),
        home.clone(),
    ]);
    assert_eq!(all(&found), [["CROSSED_IN", "GATE_OUT", "CROSSED_OUT"]]);
    assert_eq!(found[0].state, State::Closed);
    let found = crossings(&[
        seen(0, GateIn, 0, FOREIGN),
        seen(1, TurnedBack, 60, FOREIGN),
        home,
    ]);
    assert_eq!(found.len(), 2);
    let found = crossings(&[
        seen(0, CrossedIn, 0, TRUCK),
        seen(1, GateOut, 60, TRUCK),
        seen(2, CrossedOut, 900, MISREAD),
    ]);
    assert_eq!(found.len(), 2, "a vehicle of Viet Nam is at home");
}

#[test]
fn a_lost_character_is_near_and_an_added_one_is_not() {
    for (read, count) in [("12C1234", 1), ("12C123455", 2), ("12C12799", 2)] {
        let found = crossings(&[
            seen(0, GateIn, 0, TRUCK),
            seen(1, Weighed, 20, read),
            seen(2, CrossedOut, 60, TRUCK),
        ]);
        assert_eq!(found.len(), count, "{read}");
    }
}

#[test]
fn only_a_sensor_misreads() {
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        reported(seen(1, Weighed, 20, MISREAD)),
        seen(2, CrossedOut, 60, TRUCK),
    ]);
    assert_eq!(found.len(), 2);
}

#[test]
fn a_misreading_that_fits_two_stays_alone() {
    let found = crossings(&[
        seen(0, GateIn, 0, "12C12345"),
        seen(1, YardIn, 5, "12C12345"),
        seen(2, GateIn, 1, "12C12945"),
        seen(3, YardIn, 6, "12C12945"),
        seen(4, Weighed, 20, MISREAD),
    ]);
    assert_eq!(found.len(), 3);
}

#[test]
fn a_misreading_told_in_several_revisions_is_still_one_reading() {
    let mut provisional = seen(1, Weighed, 20, MISREAD);
    provisional.event_id = Some("car 7".to_owned());
    let mut last = seen(2, Weighed, 20, MISREAD);
    last.event_id = Some("car 7".to_owned());
    last.revision = 3_600_001;
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        provisional,
        last,
        seen(3, CrossedOut, 60, TRUCK),
    ]);
    assert_eq!(
        all(&found),
        [["GATE_IN", "WEIGHED", "WEIGHED", "CROSSED_OUT"]]
    );
}

#[test]
fn a_near_reading_lends_no_key() {
    let readings = [
        seen(0, GateIn, 0, TRUCK),
        seen(1, YardIn, 10, MISREAD),
        seen(2, CrossedOut, 60, TRUCK),
    ];
    let linked = link(&readings, late_enough(&readings), &Rules::default());
    assert_eq!(linked.crossings.len(), 1);
    assert!(
        linked.crossings[0]
            .keys
            .iter()
            .all(|key| key.value != MISREAD)
    );
}

#[test]
fn the_way_out_follows_a_misread_return_for_an_hour() {
    for (minute, count) in [(339, 2), (340, 1), (400, 1), (401, 2)] {
        let readings = [
            seen(0, GateIn, 0, TRUCK),
            seen(1, CrossedOut, 60, TRUCK),
            seen(2, Returned, 340, MISREAD),
            seen(3, GateOut, minute, TRUCK),
        ];
        let found = crossings(&readings);
        assert_eq!(found.len(), count, "at {minute} min");
        assert_eq!(found[0].state, State::Closed);
        let backwards: Vec<_> = readings.iter().rev().cloned().collect();
        assert_eq!(crossings(&backwards), found, "at {minute} min");
    }
}

#[test]
fn the_way_out_of_another_vehicle_does_not_follow_a_misread_return() {
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        seen(1, CrossedOut, 60, TRUCK),
        seen(2, Returned, 340, MISREAD),
        seen(3, GateOut, 350, MISREAD),
    ]);
    let of_truck = found.iter().find(|found| found.readings.len() == 2);
    assert!(of_truck.is_some(), "{:?}", all(&found));
}
