//! identifiers.md, "near plate".

use bordergate_crossing::{Rules, link};
use bordergate_model::Milestone::*;
use bordergate_model::{Milestone, Observation, PlateNumber, State};

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

fn handed_over(
    number: u32,
    milestone: Milestone,
    minute: i64,
    from: &str,
    to: &str,
) -> Observation {
    let mut swap = reported(seen(number, milestone, minute, from));
    swap.to_plate = PlateNumber::parse(to).ok();
    swap
}

#[test]
fn a_misread_way_back_of_the_vehicle_that_handed_its_goods_over_joins_them() {
    for swap in [Transshipped, TractorSwapped] {
        let export = |minute, read| {
            crossings(&[
                seen(0, GateIn, 0, TRUCK),
                handed_over(1, swap, 60, TRUCK, FOREIGN),
                seen(2, GateOut, minute, read),
                seen(3, CrossedOut, 120, FOREIGN),
            ])
        };
        assert_eq!(
            all(&export(63, MISREAD)),
            [["GATE_IN", swap.code(), "GATE_OUT", "CROSSED_OUT"]]
        );
        for (minute, read, why) in [
            (50, MISREAD, "it has its goods still"),
            (63, FOREIGN_MISREAD, "the goods do not go back"),
            (122, MISREAD, "the goods have gone"),
        ] {
            assert_eq!(export(minute, read).len(), 2, "{why}");
        }
        let import = crossings(&[
            seen(0, CrossedIn, 0, FOREIGN),
            handed_over(1, swap, 60, FOREIGN, TRUCK),
            seen(2, CrossedOut, 63, FOREIGN_MISREAD),
            seen(3, GateOut, 120, TRUCK),
        ]);
        assert_eq!(
            all(&import),
            [["CROSSED_IN", swap.code(), "CROSSED_OUT", "GATE_OUT"]]
        );
    }
}

#[test]
fn a_misread_return_of_the_goods_may_follow_the_way_back_of_the_vehicle_that_handed_them_over() {
    let with_way_out_of = |plate| {
        crossings(&[
            seen(0, GateIn, 0, FOREIGN),
            handed_over(1, TractorSwapped, 60, FOREIGN, TRUCK),
            seen(2, GateOut, 63, plate),
            seen(3, CrossedOut, 120, TRUCK),
            seen(4, Returned, 300, MISREAD),
            seen(5, GateOut, 320, TRUCK),
        ])
    };
    let whole = [
        "GATE_IN",
        "TRACTOR_SWAPPED",
        "GATE_OUT",
        "CROSSED_OUT",
        "RETURNED",
        "GATE_OUT",
    ];
    assert_eq!(all(&with_way_out_of(FOREIGN)), [whole]);
    assert_eq!(
        with_way_out_of(TRUCK).len(),
        3,
        "it went out with the goods"
    );
}

#[test]
fn what_was_misread_of_the_relief_vehicle_before_the_swap_is_not_of_the_goods() {
    for (minute, count) in [(40, 3), (70, 2)] {
        let found = crossings(&[
            seen(0, GateIn, 0, TRUCK),
            seen(1, CrossedIn, 30, FOREIGN),
            seen(2, YardIn, minute, FOREIGN_MISREAD),
            handed_over(3, Transshipped, 60, TRUCK, FOREIGN),
            seen(4, CrossedOut, 120, FOREIGN),
        ]);
        assert_eq!(found.len(), count, "at {minute} min");
        assert_eq!(found[0].at(YardIn).is_some(), count == 2, "at {minute} min");
    }
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
