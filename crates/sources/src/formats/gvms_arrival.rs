//! Goods movements that arrived (`gvms-arrival`): a JSON array of movement records, or one of them.
//!
//! The moment is the actual crossing's, local without zone; a movement that only was planned or checked in is kept
//! undated and without a milestone. The same id repeats, so the event id is id and time. The registration says which
//! milestone it is, CROSSED_IN by default. Source: formats.md, Goods movement (land border).

use bordergate_model::{Milestone, Observation};

use crate::context::MOST;
use crate::identifiers::{containers, detail, named_plate, plate};
use crate::json::{self, Fields, Value};
use crate::text::Text;
use crate::{Context, Error, Read, event_id};

/// Most trailers or containers of one movement.
const LONGEST_LIST: usize = 200;
const ARRIVAL: &str = "actualCrossing.localDateTimeOfArrival";

/// Reads the movements.
///
/// # Errors
/// `gvms.shape` (no object with a movement), `gvms.time`, and those of the text and JSON layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let document = json::parse(Text::decoded(context.body(), 0)?)?;
    let root = document.root();
    let movements = match root.value() {
        Value::List => root.held(),
        _ if root.at("gmrs").is_some() => root.elements("gmrs"),
        _ => root.alone(),
    };
    if movements.is_empty() {
        return Ok(Read::Ignored { code: "gvms.empty" });
    }
    let readings: Result<Vec<_>, Error> = movements
        .take(MOST + 1)
        .map(|movement| reading(context, &movement))
        .collect();
    context.finish(readings?)
}

fn reading(context: &Context<'_>, movement: &Fields<'_>) -> Result<Observation, Error> {
    if movement.at("gmrId").is_none() && movement.at("vehicleRegNum").is_none() {
        return Err(movement.error(
            "gvms.shape",
            "",
            "must be an object with gmrId or vehicleRegNum",
        ));
    }
    let arrival = movement
        .string(ARRIVAL)?
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let milestone = || context.source.meaning(None).unwrap_or(Milestone::CrossedIn);
    let mut observation = context.observation(arrival.map(|_| milestone()));
    observation.occurred = match arrival {
        None => context.undated(None),
        Some(text) => context
            .iso(text)?
            .ok_or_else(|| movement.error("gvms.time", ARRIVAL, "must be a date and time"))?,
    };
    let id = movement.text("gmrId")?.unwrap_or_default();
    let vehicle = movement.string("vehicleRegNum")?;
    let about = if id.trim().is_empty() {
        vehicle.unwrap_or_default()
    } else {
        &id
    };
    observation.event_id = Some(event_id::derived(&[about, arrival.unwrap_or_default()]));
    let is_unaccompanied = movement.boolean("isUnaccompanied")?;
    match vehicle {
        None if is_unaccompanied == Some(true) => {
            detail(&mut observation.details, "plate_state", "absent")
        }
        text => plate(&mut observation, text),
    }
    let trailers = movement.strings("trailerRegistrationNums", LONGEST_LIST)?;
    if let Some(first) = trailers.clone().next() {
        observation.trailer_plate = named_plate(&mut observation.details, "trailer_plate", first);
    }
    containers(
        &mut observation,
        movement.strings("containerReferenceNums", LONGEST_LIST)?,
    );
    let word = |flag: Option<bool>| flag.map(|flag| flag.to_string()).unwrap_or_default();
    let route = movement.text("actualCrossing.routeId")?.unwrap_or_default();
    for (name, value) in [
        ("gmrId", id.as_ref()),
        ("isUnaccompanied", &word(is_unaccompanied)),
        (
            "inspectionRequired",
            &word(movement.boolean("inspectionRequired")?),
        ),
        ("routeId", &route),
        (
            "direction",
            &movement.text("direction")?.unwrap_or_default(),
        ),
        ("state", &movement.text("state")?.unwrap_or_default()),
        (
            "trailers",
            &match trailers.count() {
                0 | 1 => String::new(),
                count => count.to_string(),
            },
        ),
    ] {
        detail(&mut observation.details, name, value);
    }
    Ok(observation)
}
