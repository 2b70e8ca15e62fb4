//! Exports: from the pre-declaration over the line and back, turn-backs, swaps of the vehicle.

use bordergate_model::{CargoClass, Direction, Milestone as M};

use super::vehicle::Visit;
use super::{customs, devices};
use crate::border::Spot;
use crate::dice::Dice;
use crate::identity::Registry;
use crate::telling::What;
use crate::wall::{self, HOUR, MINUTE};

/// Share of exports that turn back.
const TURNED_BACK: f64 = 0.03;
/// Share of exports whose goods change to another vehicle.
const SWAPPED: f64 = 0.02;

/// Tells everything up to the queue for the line.
pub(super) fn before_the_line(visit: &mut Visit, dice: &mut Dice, registry: &mut Registry) {
    let plate = visit.plate.clone();
    let gate_in = visit.arrived_at;
    announce(visit, dice, gate_in);
    visit.seen(Spot::GateIn, M::GateIn, gate_in, &plate);
    let yard_in = gate_in + dice.between(3 * MINUTE, 20 * MINUTE);
    visit.seen(Spot::Yard, M::YardIn, yard_in, &plate);
    devices::boxes(visit, dice, yard_in);
    devices::yard(visit, dice, M::YardIn, yard_in + 30);
    let mut ready = yard_in;
    if dice.chance(0.93) {
        ready = yard_in + dice.between(4 * MINUTE, 25 * MINUTE);
        let (gross_kg, tare_kg) = (visit.gross_kg, visit.tare_kg);
        visit.tell(
            Spot::Scale,
            ready,
            What::Weighing {
                plate: plate.clone(),
                gross_kg,
                tare_kg,
            },
        );
    }
    if visit.cargo() == CargoClass::Fruit && dice.chance(0.6) {
        ready = ready.max(quarantine(visit, dice, yard_in + 5 * MINUTE));
    }
    let cleared_at = customs::clear(visit, dice, gate_in);
    if dice.chance(TURNED_BACK) {
        return turn_back(visit, dice, cleared_at.max(ready) + 2 * MINUTE);
    }
    ready = ready.max(cleared_at).max(pay_fee(visit, dice, yard_in))
        + dice.between(2 * MINUTE, 12 * MINUTE);
    supervision(visit, ready);
    if dice.chance(SWAPPED) {
        ready = swap(visit, dice, registry, ready);
    } else {
        let yard_out = ready + dice.between(MINUTE, 5 * MINUTE);
        visit.seen(Spot::Yard, M::YardOut, yard_out, &plate);
        devices::yard(visit, dice, M::YardOut, yard_out + 30);
        ready = yard_out;
    }
    visit.ready_at = Some(ready + dice.between(4 * MINUTE, 12 * MINUTE));
}

fn announce(visit: &mut Visit, dice: &mut Dice, gate_in: i64) {
    let declared_at = (gate_in - dice.between(HOUR, 6 * HOUR))
        .max(visit.offices_open_at() + dice.between(0, 20 * MINUTE));
    let mut report = visit.report(M::Predeclared, declared_at);
    report.trip = Some(visit.trip.clone());
    report.trailer = visit.trailer.clone();
    report.containers = visit.containers.clone();
    report.seals = visit.seal.iter().cloned().collect();
    report.tags = visit.tag.iter().cloned().collect();
    report.direction = Some(Direction::Export);
    report.cargo = Some(visit.cargo());
    report.is_loaded = Some(true);
    visit.send(Spot::Lgsp, report);
    devices::seal(visit, dice, declared_at, gate_in);
    if dice.chance(0.7) {
        let mut report = visit.report(
            M::CalledForward,
            gate_in - dice.between(2 * MINUTE, 8 * MINUTE),
        );
        report.trip = Some(visit.trip.clone());
        visit.send(Spot::Centre, report);
    }
}

fn quarantine(visit: &mut Visit, dice: &mut Dice, from: i64) -> i64 {
    let until = from + dice.around(25 * MINUTE, 0.4);
    for (milestone, at) in [(M::QuarantineStart, from), (M::QuarantineEnd, until)] {
        let mut report = visit.report(milestone, at);
        report.cargo = Some(CargoClass::Fruit);
        report.declarations = visit.declarations.iter().take(1).cloned().collect();
        visit.send(Spot::Lgsp, report);
    }
    until
}

/// The fee is known by the trip alone.
fn pay_fee(visit: &mut Visit, dice: &mut Dice, yard_in: i64) -> i64 {
    let at = yard_in + dice.around(20 * MINUTE, 0.5);
    let mut report = visit.report(M::FeePaid, at);
    report.plate = None;
    report.trip = Some(visit.trip.clone());
    report.direction = Some(Direction::Export);
    visit.send_maybe_corrected(dice, Spot::Centre, report);
    at
}

/// Customs supervision knows goods, not vehicles.
pub(super) fn supervision(visit: &mut Visit, at: i64) {
    let mut report = visit.report(M::SupervisionPassed, at);
    report.plate = None;
    report.declarations = visit.declarations.clone();
    report.containers = visit.containers.clone();
    report.direction = Some(visit.direction());
    visit.send(Spot::Lgsp, report);
}

fn turn_back(visit: &mut Visit, dice: &mut Dice, not_before: i64) {
    let plate = visit.plate.clone();
    let at = not_before.max(visit.arrived_at + 40 * MINUTE);
    let mut report = visit.report(M::TurnedBack, at);
    report.direction = Some(Direction::Export);
    visit.send(Spot::Lgsp, report);
    let yard_out = at + dice.between(5 * MINUTE, 40 * MINUTE);
    visit.seen(Spot::Yard, M::YardOut, yard_out, &plate);
    devices::yard(visit, dice, M::YardOut, yard_out + 30);
    visit.seen(
        Spot::GateOut,
        M::GateOut,
        yard_out + dice.between(5 * MINUTE, 60 * MINUTE),
        &plate,
    );
}

/// Goods change to a Chinese lorry that came empty, or the tractor to one that waits at the gate; the first
/// vehicle leaves for the inland. Returns when the goods are ready again.
fn swap(visit: &mut Visit, dice: &mut Dice, registry: &mut Registry, from: i64) -> i64 {
    let at = from + dice.between(30 * MINUTE, 60 * MINUTE);
    let came_at = at - dice.between(20 * MINUTE, 25 * MINUTE);
    let (relief, milestone) = if visit.containers.is_empty() {
        let relief = registry.chinese(dice);
        visit.seen(Spot::Line, M::CrossedIn, came_at, &relief);
        visit.seen(
            Spot::Yard,
            M::YardIn,
            came_at + dice.between(3 * MINUTE, 12 * MINUTE),
            &relief,
        );
        (relief, M::Transshipped)
    } else {
        let relief = registry.vietnamese(dice);
        visit.seen(Spot::GateIn, M::GateIn, came_at, &relief);
        (relief, M::TractorSwapped)
    };
    let mut report = visit.report(milestone, at);
    report.to_plate = Some(relief.clone());
    report.trip = Some(visit.trip.clone());
    let spot = if milestone == M::Transshipped {
        Spot::Lgsp
    } else {
        Spot::Centre
    };
    visit.send(spot, report);
    let plate = visit.plate.clone();
    visit.seen(
        Spot::GateOut,
        M::GateOut,
        at + dice.between(2 * MINUTE, 4 * MINUTE),
        &plate,
    );
    visit.relief = Some((relief, milestone));
    at + 5 * MINUTE
}

/// Tells of the line and what comes after it.
pub(super) fn after_the_line(visit: &mut Visit, dice: &mut Dice) {
    let Some(passed_at) = visit.passed_at else {
        return;
    };
    let relief = visit.relief.clone();
    let plate = relief
        .as_ref()
        .map_or(&visit.plate, |(plate, _)| plate)
        .clone();
    let mut report = visit.report(M::BorderControlled, passed_at - dice.between(100, 200));
    report.plate = Some(plate.clone());
    report.direction = Some(Direction::Export);
    report.is_loaded = Some(true);
    visit.send_maybe_corrected(dice, Spot::Lgsp, report);
    visit.seen(Spot::Line, M::CrossedOut, passed_at, &plate);
    if relief.is_none() {
        devices::antenna(visit, dice, M::CrossedOut, passed_at);
    }
    if dice.chance(0.5) {
        let number = format!("7{}", dice.digits(11));
        visit.tell(
            Spot::Customs,
            passed_at,
            What::Passage {
                code: "VAA352",
                plate: plate.clone(),
                number,
            },
        );
    }
    if relief.is_some_and(|(_, milestone)| milestone == M::Transshipped) || !dice.chance(0.65) {
        return;
    }
    come_back(visit, dice, passed_at);
}

fn come_back(visit: &mut Visit, dice: &mut Dice, passed_at: i64) {
    let plate = visit
        .relief
        .as_ref()
        .map_or(&visit.plate, |(plate, _)| plate)
        .clone();
    let returned_at = passed_at + dice.around(2 * HOUR + 30 * MINUTE, 0.35);
    if returned_at > wall::local(visit.day, 19, 0) {
        return;
    }
    if dice.chance(0.5) {
        let mut report = visit.report(M::Delivered, passed_at + (returned_at - passed_at) / 2);
        report.plate = Some(plate.clone());
        report.trip = Some(visit.trip.clone());
        visit.send(Spot::Lgsp, report);
    }
    let is_empty = dice.chance(0.9);
    let told_by = dice.unit();
    if told_by < 0.8 {
        visit.seen(Spot::ReturnLane, M::Returned, returned_at, &plate);
    }
    if told_by > 0.4 {
        let mut report = visit.report(M::Returned, returned_at + dice.between(5, 50));
        report.plate = Some(plate.clone());
        report.is_loaded = Some(!is_empty);
        visit.send(Spot::Lgsp, report);
    }
    visit.seen(
        Spot::GateOut,
        M::GateOut,
        returned_at + dice.between(5 * MINUTE, 40 * MINUTE),
        &plate,
    );
}
