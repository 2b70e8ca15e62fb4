//! Plate Recognizer Stream (`platerecognizer-stream`): webhooks as form field `json` (beside an image, or
//! alone in a URL-encoded form), or plain JSON.
//!
//! `{hook, data}` or the data alone; each of `results` is a reading, none of them makes the record `ignored`. The
//! plate is `plate`, or in newer versions the first of `props.plate` (also inside an object `plate`). `direction`
//! is in degrees: the registration maps sectors (`315-45`). Source: formats.md, Plate Recognizer Stream.

use std::borrow::Cow;

use bordergate_model::{Basis, Observation, Occurred};
use jiff::tz::TimeZone;

use crate::camera::{candidates, confidence, details, each_document, messages};
use crate::identifiers::plate;
use crate::json::{Fields, Path, Value, paths};
use crate::time_text::{self, Iso};
use crate::{Context, Error, Read, event_id};

const PLATES: [&str; 4] = [
    "plate",
    "props.plate[0].value",
    "plate.props.plate[0].value",
    "plate.plate",
];
const SCORES: [Path; 4] = paths([
    "props.plate[0].score",
    "plate.props.plate[0].score",
    "score",
    "plate.score",
]);
/// Lists of what was weighed for a plate, with the path of its text in each.
const CANDIDATES: [(&str, &str); 3] = [
    ("candidates", "plate"),
    ("props.plate", "value"),
    ("plate.props.plate", "value"),
];
const DATA_DETAILS: [Path; 3] = paths(["camera_id", "timestamp_local", "timestamp_camera"]);
/// Details of a result with their names; of two paths to one name the later holds.
const DETAILS: [Path; 9] = [
    Path::named("vehicle.type", "vehicle_type"),
    Path::named("region.code", "region"),
    Path::named("plate.props.region[0].value", "region"),
    Path::named("dscore", "dscore"),
    Path::named("direction_score", "direction_score"),
    Path::named("speed", "speed"),
    Path::named("position_sec", "position_sec"),
    Path::named("model_make[0].make", "model_make"),
    Path::named("color[0].color", "color"),
];

/// Reads every result of a webhook.
///
/// # Errors
/// `platerecognizer.shape` (no `results`), and those of the text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::new();
    let mut ignored = "platerecognizer.no_result";
    each_document(context, "platerecognizer.shape", |document| {
        for message in messages(document.root()) {
            if tells_else(&message) {
                ignored = "platerecognizer.other_event";
                continue;
            }
            let data = data_of(message)?;
            for (index, result) in data.elements("results").enumerate() {
                observations.push(reading(context, &data, &result, index)?);
            }
        }
        Ok(())
    })?;
    if observations.is_empty() {
        return Ok(Read::Ignored { code: ignored });
    }
    context.finish(observations)
}

/// Tells whether a webhook is of another event than a recognition, such as a heartbeat, and has no results.
fn tells_else(message: &Fields<'_>) -> bool {
    let event = message.scalar("hook.event");
    event.is_some_and(|event| !event.eq_ignore_ascii_case("recognition"))
        && message.at("data.results").is_none()
}

/// Returns the data of a webhook, whether or not it is wrapped.
///
/// # Errors
/// `platerecognizer.shape` when there is no list of results.
pub(super) fn data_of(message: Fields<'_>) -> Result<Fields<'_>, Error> {
    let data = message
        .child("data")
        .filter(Fields::is_object)
        .unwrap_or(message);
    match data.at("results") {
        Some(Value::List) => Ok(data),
        _ => Err(data.error("platerecognizer.shape", "results", "must be a list")),
    }
}

/// Dates by `timestamp`, else by what else tells the time, else by reception.
pub(super) fn occurred(context: &Context<'_>, data: &Fields<'_>) -> Result<Occurred, Error> {
    let mut unread = None;
    for name in ["timestamp", "timestamp_local", "timestamp_camera"] {
        let Some(text) = data.scalar(name) else {
            continue;
        };
        let occurred = match time_text::iso(&text) {
            // UTC, also where it lacks the `Z`; the others without an offset are of the registered zone.
            Some(Iso::Wall(wall)) if name == "timestamp" => {
                let at = TimeZone::UTC.to_timestamp(wall).ok();
                at.and_then(|at| context.dated(at, &text, Basis::Explicit))
            }
            _ => context.iso(&text)?,
        };
        if let Some(occurred) = occurred {
            return Ok(occurred);
        }
        unread = unread.or(Some(text));
    }
    Ok(context.received(unread.as_deref()))
}

fn reading(
    context: &Context<'_>,
    data: &Fields<'_>,
    result: &Fields<'_>,
    index: usize,
) -> Result<Observation, Error> {
    let direction = result.scalar("direction");
    let mut observation = context.directed(direction.as_deref());
    let plate_text = plate_text(result)?;
    observation.occurred = occurred(context, data)?;
    observation.event_id = event_id_of(data, plate_text.as_deref(), index);
    plate(&mut observation, plate_text.as_deref());
    let mut scores = SCORES.iter().map(|path| (path.name, result.prepared(path)));
    if let Some(score) = scores.find(|(_, score)| score.figure().is_some()) {
        confidence(&mut observation, score, 1.0);
    }
    let weighed = CANDIDATES.map(|(path, text)| (result.elements(path), text));
    if let Some((weighed, text)) = weighed.into_iter().find(|(list, _)| !list.is_empty()) {
        candidates(&mut observation, weighed, (text, "score"), 1.0);
    }
    details(&mut observation, data, &DATA_DETAILS);
    details(&mut observation, result, &DETAILS);
    Ok(observation)
}

/// The first path that holds a text; a plate that is an object holds it deeper.
///
/// # Errors
/// `json.type` when none does and the plate is neither text, object nor null.
fn plate_text<'v>(result: &Fields<'v>) -> Result<Option<Cow<'v, str>>, Error> {
    if let Some(text) = result.first_scalar(&PLATES) {
        return Ok(Some(text));
    }
    match result.at("plate") {
        Some(Value::Map) => Ok(None),
        _ => result.text("plate"),
    }
}

/// Camera, time, picture, plate and place among the results, by hash; none where there is neither time nor plate.
fn event_id_of(data: &Fields<'_>, plate: Option<&str>, index: usize) -> Option<String> {
    let time = data.first_scalar(&["timestamp", "timestamp_local", "timestamp_camera"]);
    if time.is_none() && plate.is_none() {
        return None;
    }
    let [camera, file] =
        ["camera_id", "filename"].map(|name| data.scalar(name).unwrap_or_default());
    let index = index.to_string();
    let fields = [
        &camera,
        time.as_deref().unwrap_or_default(),
        &file,
        plate.unwrap_or_default(),
        &index,
    ];
    Some(event_id::derived(&fields))
}
