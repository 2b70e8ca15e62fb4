//! What devices and systems beside the cameras tell of a vehicle: antennas, readers of container numbers, seals, yards.

use bordergate_model::Milestone;

use super::vehicle::Visit;
use crate::border::Spot;
use crate::dice::Dice;
use crate::telling::{What, YardReport};

/// Share of boxes that the reader at the yard sees.
const BOXES_SEEN: f64 = 0.8;
/// Share of vehicles with containers that the yard's own system reports.
const REPORTED_BY_YARD: f64 = 0.85;

/// The antenna at the line reads the vehicle's tag, some seconds after the camera.
pub(super) fn antenna(visit: &mut Visit, dice: &mut Dice, milestone: Milestone, passed_at: i64) {
    if let Some(tag) = visit.tag.clone() {
        let at = passed_at + dice.between(1, 8);
        visit.tell(Spot::Antenna, at, What::Tag { milestone, tag });
    }
}

/// The seal is locked on the way to the border, between two moments.
pub(super) fn seal(visit: &mut Visit, dice: &mut Dice, from: i64, until: i64) {
    if let Some(seal) = visit.seal.clone() {
        let at = dice.between(from + 60, until - 60);
        let milestone = Milestone::EnRoute;
        visit.tell(Spot::Seals, at, What::Seal { milestone, seal });
    }
}

/// The numbers of the boxes are read behind the entry of the yard.
pub(super) fn boxes(visit: &mut Visit, dice: &mut Dice, yard_in: i64) {
    if !visit.containers.is_empty() && dice.chance(BOXES_SEEN) {
        let numbers = visit.containers.clone();
        let milestone = Milestone::YardIn;
        let at = yard_in + dice.between(2, 25);
        visit.tell(Spot::Boxes, at, What::Boxes { milestone, numbers });
    }
}

/// The yard reports a vehicle with containers at its gate.
pub(super) fn yard(visit: &mut Visit, dice: &mut Dice, milestone: Milestone, at: i64) {
    if visit.containers.is_empty() || !dice.chance(REPORTED_BY_YARD) {
        return;
    }
    let report = YardReport {
        milestone,
        plate: visit.plate.clone(),
        containers: visit.containers.clone(),
        seal: visit.seal.clone(),
        gross_kg: visit.gross_kg - visit.tare_kg,
    };
    visit.tell(Spot::YardSystem, at, What::YardReport(report));
}
