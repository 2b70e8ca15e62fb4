//! Axis License Plate Verifier (`axis-lpv`): JSON pushes, one or a list, bare or as a part beside images.
//!
//! A car is told several times under one `carID`: `new`, `update` ..., `lost`. All are revisions of one event, `lost`
//! the last. `carID` counts from 1 again after a reboot, so the event id also holds the camera's serial number and
//! the hour of the capture; a car seen across a full hour gives two events, which link as two readings of one
//! vehicle do. The revision is 0 for `new`, 1 and the millisecond within the hour for `update`, the greatest for
//! `lost`, so that it does not depend on the order of arrival. Source: formats.md, Axis; field names: VAPIX.

use std::borrow::Cow;

use bordergate_model::{Basis, Observation, Occurred};

use crate::camera::{confidence, documents, epoch, messages, named_details, one_per_event};
use crate::identifiers::{detail, plate};
use crate::json::{self, Field, Fields, named};
use crate::text::{lower_case, trimmed};
use crate::{Context, Error, Read, event_id, time_text};

const HOUR_MS: i64 = 3_600_000;
/// Revision of the last word on a car: above every `update` of the same hour.
const LAST: u32 = HOUR_MS as u32 + 1;

/// Reads one push or a list of them.
///
/// # Errors
/// `axis.no_reading` (nothing names a plate, a car or a capture), and those of the text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::with_capacity(1);
    for text in documents(context, "axis.no_reading")? {
        let document = json::parse(text)?;
        for push in messages(document.root()) {
            observations.push(reading(context, &push)?);
        }
    }
    if observations.is_empty() {
        return Ok(Read::Ignored { code: "axis.empty" });
    }
    context.finish(one_per_event(observations))
}

fn reading(context: &Context<'_>, push: &Fields<'_>) -> Result<Observation, Error> {
    // In the order in which cameras write them.
    named!(
        push,
        "packetCounter" => packet,
        "datetime" => local,
        "capture_timestamp" => capture,
        "capture_ts" => capture_ts,
        "plateText" => plain,
        "plateUTF8" => utf8,
        "plateUnicode" => unicode,
        "plateASCII" => ascii,
        "plateCountry" => country,
        "plateRegion" => region,
        "plateConfidence" => score,
        "carState" => state,
        "carID" => car,
        "carMoveDirection" => direction,
        "roiID" => roi,
        "vehicle_info" => vehicle,
        "camera_info" => camera,
        "SerialNumber" => own_serial,
        "sensorProviderID" => sensor,
        "imagesURI" => pictures,
    );
    let texts = [utf8, unicode, plain, ascii];
    let told = [car, state, capture].into_iter().chain(texts);
    if told.into_iter().all(|field| field.value().is_none()) {
        return Err(push.error("axis.no_reading", "", "names no plate, car or capture"));
    }
    let serial = camera.field("SerialNumber");

    let mut observation = context.directed(direction.scalar().map(lower_case).as_deref());
    let plate_text = plate_text(texts)?;
    observation.occurred = occurred(context, [capture, capture_ts], local)?;
    let serials = [serial, own_serial, sensor];
    let named = Car {
        serial: serials.into_iter().find_map(Field::scalar),
        id: car.scalar(),
        state: state.scalar().map(lower_case),
    };
    named.name(&mut observation, context, plate_text);
    plate(&mut observation, plate_text);
    confidence(&mut observation, ("plateConfidence", score), 1.0);
    named_details(
        &mut observation,
        &[
            ("SerialNumber", serial),
            ("capture_timestamp", capture),
            ("carID", car),
            ("carState", state),
            ("color", vehicle.field("color")),
            ("datetime", local),
            ("packetCounter", packet),
            ("plateCountry", country),
            ("plateRegion", region),
            ("roiID", roi),
            ("type", vehicle.field("type")),
        ],
    );
    let pictures = pictures
        .fields()
        .map_or(0, |list| list.elements("").count());
    if pictures > 0 {
        let mut count = itoa::Buffer::new();
        let count = count.format(pictures);
        detail(&mut observation.details, "imagesURI_count", count);
    }
    Ok(observation)
}

fn plate_text<'v>(texts: [Field<'v>; 4]) -> Result<Option<&'v str>, Error> {
    for field in texts {
        if let Some(text) = field.string()?.filter(|text| !trimmed(text).is_empty()) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// `capture_timestamp` (or `capture_ts`), an epoch; else `datetime`, `yyyyMMdd HHmmssSSS` of the registered zone.
fn occurred(
    context: &Context<'_>,
    captures: [Field<'_>; 2],
    local: Field<'_>,
) -> Result<Occurred, Error> {
    let capture = captures.into_iter().find_map(Field::scalar);
    if let Some(occurred) = capture.as_deref().and_then(|text| epoch(context, text)) {
        return Ok(occurred);
    }
    let local = local.scalar();
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

/// The car that a push tells of, as its camera names it.
struct Car<'v> {
    serial: Option<Cow<'v, str>>,
    id: Option<Cow<'v, str>>,
    state: Option<Cow<'v, str>>,
}

impl Car<'_> {
    /// Names the event and its revision; without a car's number each capture is an event of its own.
    fn name(&self, observation: &mut Observation, context: &Context<'_>, plate_text: Option<&str>) {
        let serial = self.serial.as_deref().unwrap_or_default();
        let state = self.state.as_deref().unwrap_or_default();
        let plate_text = plate_text.unwrap_or_default();
        let dated = &observation.occurred;
        let at = dated.at.filter(|_| dated.basis != Basis::Received);
        // The device's own clock, so that a later correction of it leaves the ids as they were.
        let device_ms =
            at.map(|at| at.as_millisecond() + context.source.clock_offset_seconds * 1_000);
        let Some(id) = self.id.as_deref() else {
            let time = dated.text.as_deref().unwrap_or_default();
            if !time.is_empty() || !plate_text.is_empty() {
                let fields = [serial, time, plate_text, state];
                observation.event_id = Some(event_id::derived(&fields));
            }
            return;
        };
        let derived = match device_ms {
            Some(ms) => {
                let mut hour = itoa::Buffer::new();
                let hour = hour.format(ms.div_euclid(HOUR_MS));
                event_id::derived(&[serial, id, hour, ""])
            }
            None => event_id::derived(&[serial, id, "", plate_text]),
        };
        observation.event_id = Some(derived);
        observation.revision = match state {
            "new" | "" => 0,
            "lost" => LAST,
            _ => device_ms.map_or(1, |ms| ms.rem_euclid(HOUR_MS) as u32 + 1),
        };
    }
}
