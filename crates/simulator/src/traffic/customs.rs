//! What customs does with the declarations of a vehicle, and how long it takes by channel.

use bordergate_model::{Channel, Milestone};

use super::vehicle::{Kind, Visit};
use crate::border::Spot;
use crate::dice::Dice;
use crate::telling::{ContainerList, Declaration, Response, What};
use crate::wall::{HOUR, MINUTE};

/// Share of cleared declarations with containers whose list is asked for.
const LISTED: f64 = 0.6;
/// Share of declarations that the single window answers too.
const ANSWERED: f64 = 0.3;

/// Registers, channels and clears every declaration of the visit; returns when the last one is cleared.
///
/// Registration is before or after `here_at`, when the vehicle is at the gate; nothing is cleared before that.
/// Medians: green 8 minutes, yellow 50 minutes, red 3 hours with an inspection; all declarations of a vehicle are
/// of its channel, or green beside a severer one.
pub(super) fn clear(visit: &mut Visit, dice: &mut Dice, here_at: i64) -> i64 {
    let declarations = visit.declarations.clone();
    let mut cleared_at = here_at;
    for (place, number) in declarations.into_iter().enumerate() {
        let channel = if place == 0 || dice.chance(0.7) {
            visit.channel
        } else {
            Channel::Green
        };
        let registered_at = if dice.chance(0.3) {
            here_at - dice.between(5, 60) * MINUTE
        } else {
            here_at + dice.around(12 * MINUTE, 0.6)
        };
        let registered_at = registered_at.max(visit.offices_open_at());
        let channelled_at = registered_at + dice.between(5, 120);
        let start = channelled_at.max(here_at);
        let (done_at, inspected_at) = match channel {
            Channel::Red => {
                let begun_at = start + dice.around(50 * MINUTE, 0.5);
                let inspected_at = begun_at + dice.around(70 * MINUTE, 0.4);
                report_inspection(visit, begun_at, &number);
                (
                    inspected_at + dice.around(30 * MINUTE, 0.5),
                    Some(inspected_at),
                )
            }
            Channel::Yellow => (start + dice.around(50 * MINUTE, 0.5), None),
            _ => (start + dice.around(8 * MINUTE, 0.5), None),
        };
        let done_at = done_at.min(start + 9 * HOUR);
        let told = Declaration {
            code: code(visit.kind, channel, false),
            number,
            channel,
            registered_at,
            inspected_at: None,
            cleared_at: None,
            truck: visit.plate.clone(),
            containers: visit.containers.clone(),
            gross_kg: visit.gross_kg - visit.tare_kg,
        };
        let permit = Declaration {
            code: code(visit.kind, channel, true),
            inspected_at,
            cleared_at: Some(done_at),
            ..told.clone()
        };
        visit.tell(
            Spot::Customs,
            channelled_at,
            What::Declaration(told.clone()),
        );
        visit.tell(Spot::Customs, done_at, What::Declaration(permit));
        answer(visit, dice, &told, start, done_at);
        cleared_at = cleared_at.max(done_at);
    }
    cleared_at
}

/// Others are asked about the declaration: the container list service once it is cleared, the single window of some.
/// A conditional release precedes the permit of an import that is looked at.
fn answer(visit: &mut Visit, dice: &mut Dice, told: &Declaration, start: i64, done_at: i64) {
    if !told.containers.is_empty() && dice.chance(LISTED) {
        let asked_at = done_at + dice.between(1, 10) * MINUTE;
        let list = ContainerList {
            number: told.number.clone(),
            channel: told.channel,
            registered_at: told.registered_at,
            containers: told.containers.clone(),
            gross_kg: told.gross_kg,
        };
        visit.tell(Spot::ContainerList, asked_at, What::ContainerList(list));
    }
    if dice.chance(ANSWERED) {
        let is_early = matches!(visit.kind, Kind::Import(_)) && told.channel != Channel::Green;
        let (milestone, at) = match is_early {
            true => (Milestone::Released, start + (done_at - start) / 2),
            false => (Milestone::Cleared, done_at + dice.between(2, 40)),
        };
        let number = told.number.clone();
        let response = Response {
            milestone,
            at,
            number,
        };
        visit.tell(Spot::Window, at, What::Response(response));
    }
}

fn report_inspection(visit: &mut Visit, at: i64, number: &str) {
    let mut report = visit.report(Milestone::InspectionStart, at);
    report.declarations = vec![number.to_owned()];
    visit.send(Spot::Lgsp, report);
}

/// Returns the output code. Red has no permit code of its own: the second is used with class 3.
fn code(kind: Kind, channel: Channel, is_permit: bool) -> String {
    let digit = match channel {
        Channel::Red => 3,
        Channel::Yellow => 2,
        _ => 1,
    };
    match (kind, is_permit) {
        (Kind::Import(_), false) => format!("VAD{digit}AC"),
        (Kind::Import(_), true) => format!("VAD{}AG", digit.min(2)),
        (Kind::Export(_), false) => format!("VAE{digit}LD"),
        (Kind::Export(_), true) => format!("VAE{}LF", digit.min(2)),
    }
}
