//! Messages about a vehicle's permit and its passage through the gate.
//!
//! The one milestone is the passage. Its number is the vehicle's own declaration, not a goods declaration and no
//! link key. A permit without a passage yet is kept undated and without a milestone: the vehicle has not passed.

use bordergate_model::Observation;

use super::body::{Body, Dated};
use super::header::Header;
use super::layout::{Layout, Means};
use crate::identifiers::{detail, plate};
use crate::{Context, Error};

/// Returns the one reading of the message.
pub(super) fn read(
    context: &Context<'_>,
    header: &Header<'_>,
    layout: &Layout,
    body: &Body<'_>,
) -> Result<Observation, Error> {
    let mut observation = context.observation(None);
    match body.dated(context, Means::PassageDate, Means::PassageTime)? {
        Dated::Told(occurred) => {
            observation.milestone = layout.tells;
            observation.occurred = occurred;
        }
        Dated::Blank => observation.occurred = context.undated(None),
    }
    observation.event_id = header.event_id(body.value(Means::VehicleDeclaration));
    observation.told_at = header.sent(context)?.and_then(|sent| sent.at);
    observation.direction = layout.direction;
    plate(&mut observation, Some(body.value(Means::Plate)));
    let moment = |date, time| format!("{} {}", body.value(date), body.value(time));
    for (name, value) in [
        ("vehicle_declaration", body.value(Means::VehicleDeclaration)),
        ("gate_code", body.value(Means::GateCode)),
        ("country", body.value(Means::Country)),
        ("chassis", body.value(Means::Chassis)),
        ("arrival", &moment(Means::ArrivalDate, Means::ArrivalTime)),
        (
            "permission",
            &moment(Means::PermissionDate, Means::PermissionTime),
        ),
        ("layout", if layout.is_assumed { "assumed" } else { "" }),
    ] {
        detail(&mut observation.details, name, value);
    }
    header.details(&mut observation);
    Ok(observation)
}
