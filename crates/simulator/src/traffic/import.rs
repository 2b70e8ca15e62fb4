//! Imports: from the manifest over the line to the inland; Chinese lorries go home afterwards.

use bordergate_model::{Direction, Milestone as M};

use super::vehicle::Visit;
use super::{customs, devices, export};
use crate::border::Spot;
use crate::dice::Dice;
use crate::telling::What;
use crate::wall::{self, HOUR, MINUTE};

/// The manifest is filed before the vehicle comes.
pub(super) fn before_the_line(visit: &mut Visit, dice: &mut Dice) {
    let filed_at = (visit.arrived_at - dice.between(HOUR, 4 * HOUR))
        .max(visit.offices_open_at() + dice.between(0, 20 * MINUTE));
    let mut report = visit.report(M::ManifestFiled, filed_at);
    report.declarations = visit.declarations.clone();
    report.containers = visit.containers.clone();
    report.tags = visit.tag.iter().cloned().collect();
    report.trailer = visit.trailer.clone();
    report.direction = Some(Direction::Import);
    report.cargo = Some(visit.cargo());
    report.is_loaded = Some(true);
    visit.send(Spot::Lgsp, report);
    visit.ready_at = Some(visit.arrived_at);
}

/// Tells of the line and what comes after it.
pub(super) fn after_the_line(visit: &mut Visit, dice: &mut Dice) {
    let Some(crossed_in) = visit.passed_at else {
        return;
    };
    let plate = visit.plate.clone();
    visit.seen(Spot::Line, M::CrossedIn, crossed_in, &plate);
    devices::antenna(visit, dice, M::CrossedIn, crossed_in);
    if dice.chance(0.8) {
        let number = format!("7{}", dice.digits(11));
        visit.tell(
            Spot::Customs,
            crossed_in,
            What::Passage {
                code: "VAA312",
                plate: plate.clone(),
                number,
            },
        );
    }
    let mut report = visit.report(
        M::BorderControlled,
        crossed_in + dice.between(2 * MINUTE, 8 * MINUTE),
    );
    report.direction = Some(Direction::Import);
    visit.send_maybe_corrected(dice, Spot::Lgsp, report);
    let yard_in = crossed_in + dice.between(10 * MINUTE, 30 * MINUTE);
    visit.seen(Spot::Yard, M::YardIn, yard_in, &plate);
    devices::boxes(visit, dice, yard_in);
    devices::yard(visit, dice, M::YardIn, yard_in + 30);
    let mut ready = yard_in;
    if dice.chance(0.8) {
        ready = yard_in + dice.between(3 * MINUTE, 20 * MINUTE);
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
    let cleared_at = customs::clear(visit, dice, crossed_in);
    ready = ready.max(cleared_at) + dice.between(2 * MINUTE, 15 * MINUTE);
    export::supervision(visit, ready);
    leave(visit, dice, ready);
}

fn leave(visit: &mut Visit, dice: &mut Dice, ready: i64) {
    let plate = visit.plate.clone();
    let closes_at = wall::local(visit.day, 19, 0);
    let yard_out = ready + dice.between(2 * MINUTE, 30 * MINUTE);
    let gate_out = yard_out + dice.between(4 * MINUTE, 15 * MINUTE);
    if gate_out > closes_at {
        return;
    }
    visit.seen(Spot::Yard, M::YardOut, yard_out, &plate);
    devices::yard(visit, dice, M::YardOut, yard_out + 30);
    visit.seen(Spot::GateOut, M::GateOut, gate_out, &plate);
    let home_at = gate_out + dice.around(2 * HOUR, 0.4);
    if plate.is_chinese() && dice.chance(0.5) && home_at < closes_at {
        visit.seen(Spot::Line, M::CrossedOut, home_at, &plate);
    }
}
