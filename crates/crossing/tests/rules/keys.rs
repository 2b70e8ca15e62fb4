//! identifiers.md: which key decides.

use bordergate_crossing::{Rules, link};
use bordergate_model::Milestone::*;
use bordergate_model::{ContainerNumber, KeyKind, Observation, PlateNumber, Seal};

use crate::common::{crossings, declared, late_enough, seen, with_trip};
use crate::{TRUCK, all, reported};

const OTHER: &str = "29H55512";
const BOX: &str = "MSCU6639870";

fn with_box(mut reading: Observation) -> Observation {
    reading.containers = [ContainerNumber::parse(BOX).expect("a container number")].into();
    reading
}

fn with_trailer(mut reading: Observation, plate: &str) -> Observation {
    reading.trailer_plate = PlateNumber::parse(plate).ok();
    reading
}

fn kinds(readings: &[Observation]) -> Vec<Option<KeyKind>> {
    let found = crossings(readings);
    assert_eq!(found.len(), 1);
    let keys = found[0].readings.iter();
    keys.map(|reading| reading.link_key.as_ref().map(|key| key.kind))
        .collect()
}

#[test]
fn a_trailer_links_when_no_plate_contradicts() {
    let gate = with_trailer(seen(0, GateIn, 0, TRUCK), "12R01234");
    let yard = with_trailer(seen(1, YardIn, 10, ""), "12R-012.34");
    assert_eq!(kinds(&[gate.clone(), yard]), [None, Some(KeyKind::Trailer)]);
    let other = with_trailer(seen(1, YardIn, 10, OTHER), "12R01234");
    assert_eq!(crossings(&[gate, other]).len(), 2);
}

#[test]
fn a_trailer_decides_between_two_provinces() {
    let readings = [
        with_trailer(seen(0, CrossedIn, 0, "桂E9U115"), "桂F1234挂"),
        seen(1, CrossedIn, 5, "粤E9U115"),
        with_trailer(seen(2, Weighed, 20, "E9U115"), "桂F1234挂"),
    ];
    let linked = link(&readings, late_enough(&readings), &Rules::default());
    assert!(linked.unlinked.is_empty());
    assert_eq!(
        all(&crossings(&readings)),
        [vec!["CROSSED_IN", "WEIGHED"], vec!["CROSSED_IN"]]
    );
}

#[test]
fn a_container_that_moved_to_another_vehicle_does_not_join_the_two() {
    let found = crossings(&[
        with_box(seen(0, GateIn, 0, TRUCK)),
        seen(1, GateIn, 5, OTHER),
        with_box(seen(2, YardIn, 20, OTHER)),
        seen(3, CrossedOut, 60, TRUCK),
        seen(4, CrossedOut, 70, OTHER),
    ]);
    assert_eq!(
        all(&found),
        [
            vec!["GATE_IN", "CROSSED_OUT"],
            vec!["GATE_IN", "YARD_IN", "CROSSED_OUT"]
        ]
    );
}

#[test]
fn a_container_read_without_a_plate_links() {
    let gate = with_box(seen(0, GateIn, 0, TRUCK));
    let yard = with_box(reported(seen(1, YardIn, 10, "")));
    assert_eq!(kinds(&[gate, yard]), [None, Some(KeyKind::Container)]);
}

#[test]
fn a_reading_of_seal_and_plate_joins_what_each_alone_had_told() {
    let sealed = |mut reading: Observation| {
        reading.seals.extend(Seal::parse("HQ123456"));
        reading
    };
    let announced = |mut reading: Observation| {
        reading.plate = None;
        sealed(reading)
    };
    let found = crossings(&[
        announced(seen(0, EnRoute, 0, TRUCK)),
        seen(1, GateIn, 60, TRUCK),
        sealed(seen(2, YardIn, 70, TRUCK)),
    ]);
    assert_eq!(all(&found), [["EN_ROUTE", "GATE_IN", "YARD_IN"]]);
    let other = sealed(seen(3, Weighed, 80, OTHER));
    let with_other = [
        announced(seen(0, EnRoute, 0, TRUCK)),
        seen(1, GateIn, 60, TRUCK),
        sealed(seen(2, YardIn, 70, TRUCK)),
        other,
    ];
    assert_eq!(
        crossings(&with_other).len(),
        2,
        "no two trucks are one by a seal"
    );
}

#[test]
fn trip_and_declaration_override_the_plate() {
    let gate = declared(with_trip(seen(0, GateIn, 0, TRUCK), "T1"), "301234567890");
    let by_trip = with_trip(seen(1, Weighed, 10, OTHER), "T1");
    let by_paper = declared(seen(1, Weighed, 10, OTHER), "301234567890");
    assert_eq!(kinds(&[gate.clone(), by_trip]), [None, Some(KeyKind::Trip)]);
    assert_eq!(kinds(&[gate, by_paper]), [None, Some(KeyKind::Declaration)]);
}

#[test]
fn of_several_vehicles_of_one_declaration_each_keeps_its_own_readings() {
    let number = "301234567890";
    let found = crossings(&[
        declared(with_trip(seen(0, Predeclared, 0, TRUCK), "T1"), number),
        declared(with_trip(seen(1, Predeclared, 5, OTHER), "T2"), number),
        seen(2, GateIn, 60, TRUCK),
        seen(3, GateIn, 65, OTHER),
        declared(reported(seen(4, Weighed, 70, TRUCK)), number),
        declared(reported(seen(5, Weighed, 75, OTHER)), number),
        seen(6, CrossedOut, 90, TRUCK),
        seen(7, CrossedOut, 95, OTHER),
    ]);
    let each = ["PREDECLARED", "GATE_IN", "WEIGHED", "CROSSED_OUT"];
    assert_eq!(all(&found), [each, each]);
    assert!(found.iter().all(|crossing| {
        let plates = crossing
            .readings
            .iter()
            .map(|reading| reading.observation.plate.as_ref());
        plates
            .flatten()
            .all(|plate| Some(plate.normal()) == crossing.plate.as_deref())
    }));
}

#[test]
fn a_plate_on_two_lines_or_glued_is_one_plate() {
    let readings = [
        seen(0, GateIn, 0, "12C-123.45"),
        seen(1, YardIn, 10, "12C1\n2345"),
        seen(2, Weighed, 20, "12c 12345"),
        seen(3, CrossedOut, 60, "12C12345"),
    ];
    let plate = Some(KeyKind::Plate);
    assert_eq!(kinds(&readings), [None, plate, plate, plate]);
}

#[test]
fn a_lost_province_character_is_no_other_vehicle() {
    let readings = [
        seen(0, CrossedIn, 0, "桂E9U115"),
        seen(1, Weighed, 10, "E9U115"),
    ];
    assert_eq!(crossings(&readings).len(), 1);
    let readings = [
        seen(0, CrossedIn, 0, "桂E9U115"),
        seen(1, Weighed, 10, "粤E9U115"),
    ];
    assert_eq!(crossings(&readings).len(), 2);
}
