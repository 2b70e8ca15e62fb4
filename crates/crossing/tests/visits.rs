//! The rules of one visit, by examples of whole visits through the public surface.

mod common;

use bordergate_crossing::{Rules, link};
use bordergate_model::{
    Channel, Direction, KeyKind, Milestone, PlateNumber, State, UnlinkedReason,
};
use common::{crossings, declared, late_enough, milestones, seen, with_trip};

use Milestone::*;

#[test]
fn an_export_opens_at_the_gate_and_closes_at_the_line() {
    let plate = "12C-123.45";
    let readings = [
        with_trip(seen(0, Predeclared, 0, plate), "T1"),
        seen(1, GateIn, 60, plate),
        seen(2, YardIn, 70, plate),
        declared(seen(3, DeclRegistered, 80, ""), "301234567890"),
        declared(seen(4, Cleared, 100, plate), "301234567890"),
        seen(5, CrossedOut, 150, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].state, found[0].direction),
        (State::Closed, Direction::Export)
    );
    assert_eq!(found[0].ended_at, readings[5].occurred.at);
    assert_eq!(found[0].plate.as_deref(), Some("12C12345"));
}

#[test]
fn a_second_gate_in_later_than_ten_minutes_starts_another_crossing() {
    for (minute, count) in [(5, 1), (10, 1), (11, 2)] {
        let readings = [
            seen(0, GateIn, 0, "12C12345"),
            seen(1, GateIn, minute, "12C12345"),
        ];
        let found = crossings(&readings);
        assert_eq!(found.len(), count, "second GATE_IN after {minute} min");
        if count == 2 {
            assert_eq!(found[0].state, State::CloseMissed);
            assert_eq!(found[0].ended_at, readings[1].occurred.at);
        }
    }
}

#[test]
fn another_trip_code_starts_another_crossing() {
    let readings = [
        with_trip(seen(0, Predeclared, 0, "12C12345"), "T1"),
        with_trip(seen(1, Predeclared, 5, "12C12345"), "T2"),
    ];
    assert_eq!(crossings(&readings).len(), 2);
}

#[test]
fn the_same_trip_code_never_splits() {
    let readings = [
        with_trip(seen(0, Predeclared, 0, "12C12345"), "T1"),
        with_trip(seen(1, Predeclared, 3000, "12C12345"), "T1"),
    ];
    assert_eq!(crossings(&readings).len(), 1);
}

#[test]
fn the_returned_vehicle_belongs_to_the_crossing_that_went_out() {
    let plate = "12C12345";
    let readings = [
        seen(0, GateIn, 0, plate),
        seen(1, CrossedOut, 60, plate),
        with_trip(seen(2, Predeclared, 200, plate), "T2"),
        seen(3, Returned, 300, plate),
        seen(4, GateOut, 320, plate),
        seen(5, GateIn, 900, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert_eq!(
        milestones(&found[0]),
        ["GATE_IN", "CROSSED_OUT", "RETURNED", "GATE_OUT"]
    );
    assert_eq!(milestones(&found[1]), ["PREDECLARED", "GATE_IN"]);
    assert_eq!(found[0].state, State::Closed);
}

#[test]
fn a_return_without_a_way_out_closes_as_missed() {
    let readings = [
        seen(0, GateIn, 0, "12C12345"),
        seen(1, Returned, 300, "12C12345"),
    ];
    let found = crossings(&readings);
    assert_eq!((found.len(), found[0].state), (1, State::CloseMissed));
    assert_eq!(found[0].ended_at, readings[1].occurred.at);
}

#[test]
fn turned_back_is_the_outcome_and_takes_the_way_out() {
    let plate = "12C12345";
    let readings = [
        seen(0, GateIn, 0, plate),
        seen(1, TurnedBack, 60, plate),
        seen(2, GateOut, 120, plate),
        seen(3, GateIn, 600, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].state, State::TurnedBack);
    assert_eq!(
        milestones(&found[0]),
        ["GATE_IN", "TURNED_BACK", "GATE_OUT"]
    );
}

#[test]
fn a_foreign_vehicle_going_home_belongs_to_its_import() {
    let plate = "桂E9U115";
    let readings = [
        seen(0, CrossedIn, 0, plate),
        seen(1, GateOut, 200, plate),
        seen(2, CrossedOut, 900, "E9U115"),
    ];
    let found = crossings(&readings);
    assert_eq!(
        (found.len(), found[0].direction, found[0].state),
        (1, Direction::Import, State::Closed)
    );
    assert_eq!(found[0].ended_at, readings[1].occurred.at);
}

#[test]
fn an_export_declaration_in_between_makes_the_way_home_an_export() {
    let plate = "桂E9U115";
    let readings = [
        seen(0, CrossedIn, 0, plate),
        seen(1, GateOut, 200, plate),
        declared(seen(2, DeclRegistered, 300, plate), "301234567890"),
        seen(3, CrossedOut, 900, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert_eq!(milestones(&found[1]), ["DECL_REGISTERED", "CROSSED_OUT"]);
}

#[test]
fn a_swap_gives_the_goods_both_vehicles_and_relieves_the_second() {
    let mut swap = seen(3, TractorSwapped, 60, "12C11111");
    swap.to_plate = PlateNumber::parse("12C99999").ok();
    let readings = [
        seen(0, GateIn, 0, "12C11111"),
        seen(1, GateIn, 30, "12C99999"),
        swap,
        seen(4, CrossedOut, 120, "12C99999"),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].state, milestones(&found[0])),
        (
            State::Closed,
            vec!["GATE_IN", "TRACTOR_SWAPPED", "CROSSED_OUT"]
        )
    );
    assert_eq!(found[1].state, State::Relieved);
}

#[test]
fn a_folded_plate_links_only_when_no_open_crossing_has_the_text_itself() {
    let alone = [
        seen(0, GateIn, 0, "12C12385"),
        seen(1, YardIn, 10, "12C123B5"),
    ];
    let found = crossings(&alone);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].readings[1].link_key.as_ref().map(|key| key.kind),
        Some(KeyKind::PlateFolded)
    );
    let both = [
        seen(0, GateIn, 0, "12C12385"),
        seen(1, GateIn, 1, "12C123B5"),
        seen(2, YardIn, 10, "12C123B5"),
    ];
    let found = crossings(&both);
    assert!(
        found
            .iter()
            .any(|crossing| milestones(crossing).contains(&"YARD_IN")
                && crossing.plate.as_deref() == Some("12C123B5"))
            || found.len() == 1
    );
}

#[test]
fn a_lone_misreading_joins_the_one_crossing_that_lacks_it() {
    let plate = "12C12345";
    let readings = [
        seen(0, GateIn, 0, plate),
        seen(1, YardIn, 10, "12C12745"),
        seen(2, Weighed, 20, plate),
        seen(3, CrossedOut, 60, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 1);
    assert_eq!(
        milestones(&found[0]),
        ["GATE_IN", "YARD_IN", "WEIGHED", "CROSSED_OUT"]
    );
    let early = link(&readings, readings[3].received_at, &Rules::default());
    assert_eq!(
        early.crossings.len(),
        2,
        "before its window has passed it stays alone"
    );
}

#[test]
fn two_trucks_one_character_apart_stay_apart() {
    let readings = [
        seen(0, GateIn, 0, "12C12345"),
        seen(1, GateIn, 1, "12C12745"),
        seen(2, YardIn, 10, "12C12345"),
        seen(3, YardIn, 11, "12C12745"),
        seen(4, CrossedOut, 60, "12C12345"),
        seen(5, CrossedOut, 61, "12C12745"),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|crossing| crossing.readings.len() == 3));
}

#[test]
fn a_text_without_province_that_fits_two_is_kept_as_ambiguous() {
    let readings = [
        seen(0, CrossedIn, 0, "桂E9U115"),
        seen(1, CrossedIn, 5, "粤E9U115"),
        seen(2, Weighed, 20, "E9U115"),
    ];
    let linked = link(&readings, late_enough(&readings), &Rules::default());
    assert_eq!(linked.crossings.len(), 2);
    assert_eq!(
        linked
            .unlinked
            .iter()
            .map(|(_, reason)| *reason)
            .collect::<Vec<_>>(),
        [UnlinkedReason::Ambiguous]
    );
}

#[test]
fn a_correction_speaks_whatever_the_order() {
    let mut correction = seen(1, GateIn, 30, "12C12345");
    correction.corrects = Some("e0".to_owned());
    correction.revision = 1;
    for readings in [
        [seen(0, GateIn, 0, "12C12345"), correction.clone()],
        [correction.clone(), seen(0, GateIn, 0, "12C12345")],
    ] {
        let found = crossings(&readings);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at(GateIn), correction.occurred.at);
    }
}

#[test]
fn the_channel_is_the_severest_of_its_declarations() {
    let channelled = |number, minute, declaration, channel| {
        let mut reading = declared(seen(number, Channelled, minute, "12C12345"), declaration);
        reading.channel = Some(channel);
        reading
    };
    let readings = [
        seen(0, GateIn, 0, "12C12345"),
        channelled(1, 10, "301234567890", Channel::Green),
        channelled(2, 20, "301234567990", Channel::Yellow),
    ];
    assert_eq!(crossings(&readings)[0].channel, Channel::Yellow);
}

#[test]
fn papers_told_by_trip_alone_join_the_vehicles_crossing() {
    let plate = "12C12345";
    let mut paper = with_trip(seen(1, FeePaid, 30, ""), "T1");
    paper.rank = 1;
    let readings = [
        seen(0, GateIn, 0, plate),
        paper,
        seen(2, CrossedOut, 60, plate),
        with_trip(seen(3, Delivered, 120, plate), "T1"),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].readings.len(), found[0].state),
        (4, State::Closed)
    );
}

#[test]
fn a_near_gate_out_long_after_the_close_stays_apart() {
    let readings = [
        seen(0, GateIn, 0, "12C12345"),
        seen(1, CrossedOut, 60, "12C12345"),
        seen(2, GateOut, 400, "12C12745"),
    ];
    assert_eq!(crossings(&readings).len(), 2);
}
