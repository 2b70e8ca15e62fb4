//! Hikvision ISAPI alerts (`hikvision-anpr`): XML, bare or as parts of a multipart body.
//!
//! Decides what is a reading, its time, plate, lane and direction word. Local names only: three namespaces and
//! prefixes are in use. `DeviceGPSInfo` is never read (default rubbish), and `country` is a vendor's index.
//! `isDataRetransmission` is kept as a detail, outside of what is compared. Source: formats.md, Hikvision ISAPI.

use bordergate_model::{Basis, Observation, Occurred};

use crate::identifiers::{detail, plate};
use crate::text::{Text, last_step, lower_case};
use crate::xml::{self, Element};
use crate::{Context, Error, Read, event_id, time_text};

const ROOT: &str = "EventNotificationAlert";
/// Details of the alert, by their paths.
const ALERT_DETAILS: [&str; 7] = [
    "macAddress",
    "deviceID",
    "channelID",
    "channelName",
    "eventType",
    "picNum",
    "isDataRetransmission",
];
/// Details of the plate reading, by their paths. `originalLicensePlate` is left out: details are not masked.
const READING_DETAILS: [&str; 10] = [
    "line",
    "plateCharBelieve",
    "plateColor",
    "plateType",
    "country",
    "vehicleType",
    "vehicleInfo/color",
    "vehicleInfo/vehicleLogoRecog",
    "vehicleListName",
    "detectDir",
];

/// Reads an alert or a stream of several.
///
/// # Errors
/// `hikvision.no_xml`, `hikvision.root`, and those of the text, XML and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::new();
    let mut ignored = None;
    let mut document_count = 0;
    for (content, offset) in documents(context)? {
        let text = Text::check(content, offset)?;
        for root in xml::parse(text)? {
            document_count += 1;
            let alert = alert_of(&root).ok_or_else(|| unknown_root(text))?;
            match kind(alert) {
                Kind::Reading => observations.push(reading(context, alert)?),
                Kind::Heartbeat => ignored = Some("hikvision.heartbeat"),
                Kind::Other => ignored = ignored.or(Some("hikvision.other_event")),
            }
        }
    }
    match ignored {
        _ if !observations.is_empty() => context.finish(observations),
        Some(code) => Ok(Read::Ignored { code }),
        None => {
            let length = context.sent_bytes();
            let detail = format!("no alert in {length} bytes ({document_count} documents)");
            Err(Error::new("hikvision.no_xml", detail))
        }
    }
}

/// Returns the XML documents of the body with their offsets: the parts that start with `<`, whatever their
/// declared type and name, or the body itself.
fn documents<'a>(context: &Context<'a>) -> Result<Vec<(&'a [u8], usize)>, Error> {
    let body = context.body();
    let is_xml = |content: &[u8]| {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        content.trim_ascii_start().starts_with(b"<")
    };
    if is_xml(body) {
        return Ok(vec![(body, 0)]);
    }
    let parts = context.parts()?.unwrap_or_default();
    let documents = parts.iter().filter(|part| is_xml(part.content));
    Ok(documents.map(|part| (part.content, part.offset)).collect())
}

/// Returns the alert, also from inside one wrapping element.
fn alert_of<'e, 'a>(root: &'e Element<'a>) -> Option<&'e Element<'a>> {
    if root.name == ROOT {
        Some(root)
    } else {
        root.child(ROOT)
    }
}

fn unknown_root(text: Text<'_>) -> Error {
    Error::new(
        "hikvision.root",
        format!("/: the document is no {ROOT} at {}", text.place(0)),
    )
}

enum Kind {
    Reading,
    Heartbeat,
    Other,
}

fn kind(alert: &Element<'_>) -> Kind {
    let is = |name: &str, word: &str| {
        alert
            .text_at(name)
            .is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    if is("eventState", "inactive") || is("eventType", "heartBeat") {
        return Kind::Heartbeat;
    }
    let tells_plate = alert.child("ANPR").is_some() || alert.child("licensePlate").is_some();
    if tells_plate || is("eventType", "ANPR") || is("eventType", "vehicledetection") {
        return Kind::Reading;
    }
    Kind::Other
}

fn reading(context: &Context<'_>, alert: &Element<'_>) -> Result<Observation, Error> {
    // Some old firmware writes the reading's fields beside the alert's.
    let anpr = alert.child("ANPR").unwrap_or(alert);
    let direction = anpr
        .text_at("direction")
        .map(|word| lower_case(word.into()));
    let mut observation = context.directed(direction.as_deref());
    observation.occurred = occurred(context, alert, anpr)?;
    observation.lane = context.lane(anpr.text_at("line").or_else(|| anpr.text_at("laneNo")));
    observation.event_id = event_id_of(alert, anpr);
    plate(&mut observation, plate_text(anpr));
    confidence(&mut observation, anpr.text_at("confidenceLevel"));
    for name in ALERT_DETAILS {
        detail(
            &mut observation.details,
            name,
            alert.text_at(name).unwrap_or_default(),
        );
    }
    for path in READING_DETAILS {
        let name = last_step(path, b'/');
        detail(
            &mut observation.details,
            name,
            anpr.text_at(path).unwrap_or_default(),
        );
    }
    Ok(observation)
}

/// Returns what the camera takes for the plate, else what it first read.
fn plate_text<'e>(anpr: &'e Element<'_>) -> Option<&'e str> {
    ["licensePlate", "originalLicensePlate"]
        .iter()
        .find_map(|name| anpr.text_at(name).filter(|text| !text.trim().is_empty()))
}

/// Dates by `dateTime`, else by the first picture's `absTime` (local, no zone), else by reception.
fn occurred(
    context: &Context<'_>,
    alert: &Element<'_>,
    anpr: &Element<'_>,
) -> Result<Occurred, Error> {
    let date_time = alert.text_at("dateTime");
    if let Some(occurred) = date_time
        .map(|text| context.iso(text))
        .transpose()?
        .flatten()
    {
        return Ok(occurred);
    }
    let picture_time = first_picture(anpr).and_then(|picture| picture.text_at("absTime"));
    if let Some((text, wall)) =
        picture_time.and_then(|text| Some((text, time_text::compact(text)?)))
        && let Some(occurred) = context.local(wall, text, Basis::Configured)?
    {
        return Ok(occurred);
    }
    Ok(context.received(date_time))
}

fn first_picture<'e, 'a>(anpr: &'e Element<'a>) -> Option<&'e Element<'a>> {
    anpr.child("pictureInfoList")?.child("pictureInfo")
}

/// The device's `UUID`; else derived from time text, plate, lane and the first picture's `pId`; none where
/// there is neither time nor plate.
fn event_id_of(alert: &Element<'_>, anpr: &Element<'_>) -> Option<String> {
    if let Some(id) = alert.text_at("UUID").and_then(event_id::own) {
        return Some(id);
    }
    let (time, plate) = (alert.text_at("dateTime"), plate_text(anpr));
    if time.is_none() && plate.is_none() {
        return None;
    }
    let sequence = first_picture(anpr).and_then(|picture| picture.text_at("pId"));
    let fields = [time, plate, anpr.text_at("line"), sequence];
    Some(event_id::derived(&fields.map(Option::unwrap_or_default)))
}

/// Keeps 0 to 100, whole or not; anything else stays a text.
fn confidence(observation: &mut Observation, text: Option<&str>) {
    let Some(text) = text else { return };
    match text.parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => {
            observation.confidence_percent = Some(percent)
        }
        _ => detail(&mut observation.details, "confidenceLevel", text),
    }
}
