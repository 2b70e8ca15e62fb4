//! milestones.md, "Swaps".

use bordergate_model::Milestone::{self, *};
use bordergate_model::{Observation, PlateNumber, State};

use crate::common::{crossings, seen};
use crate::{TRUCK, all, reported};

const RELIEF: &str = "12C99999";

fn swap(number: u32, milestone: Milestone, minute: i64) -> Observation {
    let mut swap = reported(seen(number, milestone, minute, TRUCK));
    swap.to_plate = PlateNumber::parse(RELIEF).ok();
    swap
}

#[test]
fn the_goods_go_on_with_the_relief_vehicle_although_the_first_starts_again() {
    for milestone in [TractorSwapped, Transshipped] {
        let found = crossings(&[
            seen(0, GateIn, 0, TRUCK),
            swap(1, milestone, 60),
            seen(2, GateIn, 90, TRUCK),
            seen(3, CrossedOut, 120, RELIEF),
            seen(4, CrossedOut, 180, TRUCK),
        ]);
        assert_eq!(
            all(&found),
            [
                vec!["GATE_IN", milestone.code(), "CROSSED_OUT"],
                vec!["GATE_IN", "CROSSED_OUT"]
            ]
        );
        assert!(found.iter().all(|crossing| crossing.state == State::Closed));
    }
}

#[test]
fn the_relief_vehicles_next_start_ends_the_goods_crossing_as_missed() {
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        swap(1, TractorSwapped, 60),
        seen(2, GateIn, 900, RELIEF),
    ]);
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].state, found[0].ended_at),
        (State::CloseMissed, found[1].at(GateIn))
    );
}

#[test]
fn after_a_swap_both_vehicles_keys_belong_to_the_goods() {
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        swap(1, Transshipped, 60),
        seen(2, Weighed, 70, RELIEF),
        seen(3, YardOut, 80, TRUCK),
        seen(4, CrossedOut, 120, RELIEF),
        seen(5, Returned, 400, RELIEF),
    ]);
    assert_eq!(
        all(&found),
        [[
            "GATE_IN",
            "TRANSSHIPPED",
            "WEIGHED",
            "YARD_OUT",
            "CROSSED_OUT",
            "RETURNED"
        ]]
    );
}

#[test]
fn what_the_relief_vehicle_did_before_is_relieved() {
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        seen(1, GateIn, 10, RELIEF),
        seen(2, YardIn, 20, RELIEF),
        swap(3, TractorSwapped, 60),
        seen(4, CrossedOut, 120, RELIEF),
    ]);
    assert_eq!(
        all(&found),
        [
            vec!["GATE_IN", "TRACTOR_SWAPPED", "CROSSED_OUT"],
            vec!["GATE_IN", "YARD_IN"]
        ]
    );
    assert_eq!(found[1].state, State::Relieved);
}
