//! milestones.md, "Direction", "Channel" and "Cargo class, loaded".

use bordergate_model::Milestone::*;
use bordergate_model::{CargoClass, Channel, Direction, Observation};

use crate::common::{crossings, declared, seen};
use crate::{FOREIGN, TRUCK, reported};

fn direction(readings: &[Observation]) -> Direction {
    let found = crossings(readings);
    assert_eq!(found.len(), 1);
    found[0].direction
}

#[test]
fn crossed_in_or_a_manifest_is_an_import_whatever_else_is_read() {
    for milestone in [CrossedIn, ManifestFiled] {
        let readings = [seen(0, milestone, 0, FOREIGN), seen(1, GateIn, 20, FOREIGN)];
        assert_eq!(direction(&readings), Direction::Import, "{milestone}");
    }
}

#[test]
fn else_the_way_out_the_gate_or_a_pre_declaration_is_an_export() {
    for milestone in [CrossedOut, GateIn, Predeclared] {
        let reading = declared(seen(0, milestone, 0, TRUCK), "101234567890");
        assert_eq!(direction(&[reading]), Direction::Export, "{milestone}");
    }
}

#[test]
fn else_gate_out_is_an_import() {
    let reading = declared(seen(0, GateOut, 0, TRUCK), "301234567890");
    assert_eq!(direction(&[reading]), Direction::Import);
}

#[test]
fn else_the_declaration_tells_then_a_report_then_nothing() {
    let mut report = reported(seen(0, Weighed, 0, TRUCK));
    report.direction = Some(Direction::Import);
    assert_eq!(direction(&[report.clone()]), Direction::Import);
    let export = declared(seen(1, Cleared, 10, TRUCK), "301234567890");
    assert_eq!(direction(&[report, export]), Direction::Export);
    let import = declared(seen(0, Cleared, 10, TRUCK), "101234567890");
    assert_eq!(direction(&[import]), Direction::Import);
    assert_eq!(direction(&[seen(0, Weighed, 0, TRUCK)]), Direction::Unknown);
}

#[test]
fn there_is_no_channel_before_channelled() {
    let mut registered = declared(seen(1, DeclRegistered, 10, TRUCK), "301234567890");
    registered.channel = Some(Channel::Red);
    let found = crossings(&[seen(0, GateIn, 0, TRUCK), registered.clone()]);
    assert_eq!(found[0].channel, Channel::None);
    let mut channelled = declared(seen(2, Channelled, 20, TRUCK), "301234567890");
    channelled.channel = Some(Channel::Green);
    let found = crossings(&[registered, channelled]);
    assert_eq!(found[0].channel, Channel::Green);
}

#[test]
fn the_class_of_a_clearance_tells_red() {
    // formats.md: red has no clearance code of its own.
    let mut cleared = declared(seen(1, Cleared, 10, TRUCK), "301234567890");
    cleared.channel = Some(Channel::Red);
    assert_eq!(crossings(&[cleared])[0].channel, Channel::Red);
}

#[test]
fn cargo_and_load_are_what_the_earliest_report_says() {
    let mut late = reported(seen(0, Weighed, 60, TRUCK));
    (late.cargo, late.is_loaded) = (Some(CargoClass::Other), Some(false));
    let mut early = reported(seen(1, YardIn, 30, TRUCK));
    (early.cargo, early.is_loaded) = (Some(CargoClass::Fruit), Some(true));
    let found = crossings(&[seen(2, GateIn, 0, TRUCK), late, early]);
    assert_eq!(
        (found[0].cargo, found[0].is_loaded),
        (Some(CargoClass::Fruit), Some(true))
    );
}
