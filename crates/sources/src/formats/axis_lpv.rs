//! Axis License Plate Verifier (`axis-lpv`): JSON pushes, one or a list, bare or as a part beside images.
//!
//! A car is told several times under one `carID`: `new`, `update` ..., `lost`. All are revisions of one event, `lost`
//! the last. `carID` counts from 1 again after a reboot, so the event id also holds the camera's serial number and
//! the hour of the capture; a car seen across a full hour gives two events, which link as two readings of one
//! vehicle do. The revision is 0 for `new`, 1 and the millisecond within the hour for `update`, the greatest for
//! `lost`, so that it does not depend on the order of arrival. Source: formats.md, Axis; field names: VAPIX.

use bordergate_model::{Basis, Observation, Occurred};

use crate::camera::{confidence, details, documents, epoch, messages, one_per_event};
use crate::identifiers::{detail, plate};
use crate::json::{self, Fields};
use crate::text::lower_case;
use crate::{Context, Error, Read, event_id, time_text};

const HOUR_MS: i64 = 3_600_000;
/// Revision of the last word on a car: above every `update` of the same hour.
const LAST: u32 = HOUR_MS as u32 + 1;
const PLATES: [&str; 4] = ["plateUTF8", "plateUnicode", "plateText", "plateASCII"];
const SERIALS: [&str; 3] = [
    "camera_info.SerialNumber",
    "SerialNumber",
    "sensorProviderID",
];
/// In about the order in which cameras write them.
const DETAILS: [&str; 11] = [
    "packetCounter",
    "datetime",
    "capture_timestamp",
    "plateCountry",
    "plateRegion",
    "carState",
    "carID",
    "roiID",
    "vehicle_info.type",
    "vehicle_info.color",
    "camera_info.SerialNumber",
];

/// Reads one push or a list of them.
///
/// # Errors
/// `axis.no_reading` (nothing names a plate, a car or a capture), and those of the text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::new();
    for text in documents(context, "axis.no_reading")? {
        let document = json::parse(text)?;
        for push in messages(document.root()) {
            let is_reading = ["carID", "carState", "capture_timestamp"]
                .iter()
                .chain(&PLATES)
                .any(|name| push.at(name).is_some());
            if !is_reading {
                return Err(push.error("axis.no_reading", "", "names no plate, car or capture"));
            }
            observations.push(reading(context, &push)?);
        }
    }
    if observations.is_empty() {
        return Ok(Read::Ignored { code: "axis.empty" });
    }
    context.finish(one_per_event(observations))
}

fn reading(context: &Context<'_>, push: &Fields<'_>) -> Result<Observation, Error> {
    let direction = push.scalar("carMoveDirection").map(lower_case);
    let mut observation = context.directed(direction.as_deref());
    let plate_text = plate_text(push)?;
    observation.occurred = occurred(context, push)?;
    name(&mut observation, context, push, plate_text);
    plate(&mut observation, plate_text);
    confidence(&mut observation, push, "plateConfidence", 1.0);
    details(&mut observation, push, &DETAILS);
    let pictures = push.length("imagesURI");
    if pictures > 0 {
        detail(
            &mut observation.details,
            "imagesURI_count",
            &pictures.to_string(),
        );
    }
    Ok(observation)
}

fn plate_text<'v>(push: &Fields<'v>) -> Result<Option<&'v str>, Error> {
    for name in PLATES {
        if let Some(text) = push.string(name)?.filter(|text| !text.trim().is_empty()) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// `capture_timestamp` (or `capture_ts`), an epoch; else `datetime`, `yyyyMMdd HHmmssSSS` of the registered zone.
fn occurred(context: &Context<'_>, push: &Fields<'_>) -> Result<Occurred, Error> {
    let capture = push.first_scalar(&["capture_timestamp", "capture_ts"]);
    if let Some(occurred) = capture.as_deref().and_then(|text| epoch(context, text)) {
        return Ok(occurred);
    }
    let local = push.scalar("datetime");
    if let Some(text) = local.as_deref() {
        if let Some(wall) = time_text::compact(&text.replace([' ', 'T'], ""))
            && let Some(occurred) = context.local(wall, text, Basis::Configured)?
        {
            return Ok(occurred);
        }
        if let Some(occurred) = context.iso(text)? {
            return Ok(occurred);
        }
    }
    Ok(context.received(capture.or(local).as_deref()))
}

/// Names the event and its revision; without a car's number each capture is an event of its own.
fn name(
    observation: &mut Observation,
    context: &Context<'_>,
    push: &Fields<'_>,
    plate_text: Option<&str>,
) {
    let serial = push.first_scalar(&SERIALS).unwrap_or_default();
    let at = observation
        .occurred
        .at
        .filter(|_| observation.occurred.basis != Basis::Received);
    // The device's own clock, so that a later correction of it leaves the ids as they were.
    let device_ms = at.map(|at| at.as_millisecond() + context.source.clock_offset_seconds * 1_000);
    let hour = device_ms
        .map(|ms| ms.div_euclid(HOUR_MS).to_string())
        .unwrap_or_default();
    let state = push.scalar("carState").map(lower_case).unwrap_or_default();
    match push.scalar("carID") {
        Some(car) => {
            let plate_text = if hour.is_empty() {
                plate_text.unwrap_or_default()
            } else {
                ""
            };
            observation.event_id = Some(event_id::derived(&[&serial, &car, &hour, plate_text]));
            observation.revision = match state.as_ref() {
                "new" | "" => 0,
                "lost" => LAST,
                _ => device_ms.map_or(1, |ms| ms.rem_euclid(HOUR_MS) as u32 + 1),
            };
        }
        None => {
            let time = observation.occurred.text.as_deref().unwrap_or_default();
            if !time.is_empty() || plate_text.is_some() {
                let fields = [&serial, time, plate_text.unwrap_or_default(), &state];
                observation.event_id = Some(event_id::derived(&fields));
            }
        }
    }
}
