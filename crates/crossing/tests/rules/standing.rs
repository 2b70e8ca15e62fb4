//! milestones.md, "Several readings of one milestone" and "Several declarations".

use bordergate_model::Milestone::{self, *};
use bordergate_model::Observation;
use jiff::{SignedDuration, Timestamp};

use crate::common::{crossings, declared, seen};
use crate::{TRUCK, reported, suspect};

/// What stands for a milestone in the one crossing of the readings.
fn stands(readings: &[Observation], milestone: Milestone) -> Option<Timestamp> {
    let found = crossings(readings);
    assert_eq!(found.len(), 1);
    found[0].at(milestone)
}

#[test]
fn the_sensor_stands_before_the_report_and_the_report_before_customs() {
    let mut customs = seen(0, GateIn, 0, TRUCK);
    customs.rank = 2;
    let report = reported(seen(1, GateIn, 4, TRUCK));
    let sensor = seen(2, GateIn, 8, TRUCK);
    let two = [customs.clone(), report.clone()];
    assert_eq!(stands(&two, GateIn), report.occurred.at);
    let three = [customs, report, sensor.clone()];
    assert_eq!(stands(&three, GateIn), sensor.occurred.at);
}

#[test]
fn of_equal_sources_the_earliest_stands_but_the_latest_of_what_ends_something() {
    let ending = [
        Cleared,
        Released,
        QuarantineEnd,
        InspectionEnd,
        YardOut,
        GateOut,
        CrossedOut,
        TurnedBack,
    ];
    for &milestone in Milestone::ALL {
        let entry = seen(0, Weighed, 0, TRUCK);
        let early = seen(1, milestone, 60, TRUCK);
        let late = seen(2, milestone, 65, TRUCK);
        let expected = if ending.contains(&milestone) {
            late.occurred.at
        } else if milestone == Weighed {
            entry.occurred.at
        } else {
            early.occurred.at
        };
        let readings = [entry, early, late];
        assert_eq!(stands(&readings, milestone), expected, "{milestone}");
    }
}

#[test]
fn a_believed_time_stands_before_a_suspect_one_of_a_better_source() {
    let report = reported(seen(0, GateIn, 4, TRUCK));
    let wild = suspect(seen(1, GateIn, 5, TRUCK), SignedDuration::from_hours(2_000));
    assert_eq!(stands(&[report.clone(), wild], GateIn), report.occurred.at);
}

#[test]
fn a_suspect_time_stands_alone_and_says_so() {
    let wild = suspect(seen(1, GateIn, 5, TRUCK), SignedDuration::from_hours(2_000));
    let found = crossings(&[seen(0, Weighed, 3, TRUCK), wild.clone()]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].at(GateIn), wild.occurred.at);
    assert!(found[0].milestones[&GateIn].is_suspect);
}

#[test]
fn all_readings_are_kept_and_one_of_them_stands() {
    let found = crossings(&[seen(0, GateIn, 0, TRUCK), seen(1, GateIn, 5, TRUCK)]);
    let stand: Vec<bool> = found[0]
        .readings
        .iter()
        .map(|reading| reading.stands)
        .collect();
    assert_eq!(stand, [true, false]);
}

#[test]
fn what_comes_once_per_declaration_holds_when_the_last_has_it() {
    for milestone in [DeclRegistered, Channelled, Cleared, Released] {
        let first = declared(seen(1, milestone, 10, TRUCK), "301234567890");
        let paper = declared(seen(2, SupervisionPassed, 15, TRUCK), "309999999990");
        let second = declared(seen(3, milestone, 20, TRUCK), "309999999990");
        let gate = seen(0, GateIn, 0, TRUCK);
        let waiting = [gate.clone(), first.clone(), paper.clone()];
        assert_eq!(stands(&waiting, milestone), None, "{milestone}");
        let readings = [gate, first, paper, second.clone()];
        assert_eq!(
            stands(&readings, milestone),
            second.occurred.at,
            "{milestone}"
        );
    }
}

#[test]
fn an_amended_declaration_is_the_same_declaration() {
    let readings = [
        seen(0, GateIn, 0, TRUCK),
        declared(seen(1, DeclRegistered, 10, TRUCK), "301234567890"),
        declared(seen(2, Cleared, 20, TRUCK), "301234567891"),
    ];
    assert_eq!(stands(&readings, DeclRegistered), readings[1].occurred.at);
    assert_eq!(stands(&readings, Cleared), readings[2].occurred.at);
}
