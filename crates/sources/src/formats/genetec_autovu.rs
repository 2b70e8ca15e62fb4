//! Genetec AutoVu (`genetec-autovu`): a plate read as JSON, or a list of reads.
//!
//! `DateUtc` is **MM/DD/YYYY** (never day first) with `TimeUtc`; the direction word is the attribute `Relative Motion`.
//! `ConfidenceScore` is a text: a fraction of 1 when it has a decimal point and is at most 1, else percent.
//! Source: formats.md, Genetec AutoVu.

use std::borrow::Cow;

use bordergate_model::{Basis, Observation, Occurred};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::camera::{confidence, details, documents, messages};
use crate::identifiers::plate;
use crate::json::{self, Fields, Path, paths};
use crate::text::{lower_case, trimmed};
use crate::{Context, Error, Read, event_id};

const IDS: [&str; 4] = ["ReadId", "ReadID", "Id", "EventId"];
const MOTION: &str = "Relative Motion";
const DETAILS: [Path; 9] = paths([
    "SharpName",
    "VehicleID",
    "PatrollerName",
    "State",
    "PlateState",
    "DateUtc",
    "TimeUtc",
    "Attributes.Vehicle Type",
    "Attributes.Vehicle Make",
]);

/// Reads each plate read.
///
/// # Errors
/// `genetec.no_read` (nothing names a plate or a time), and those of the text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::new();
    for text in documents(context, "genetec.no_read")? {
        let document = json::parse(text)?;
        let root = document.root();
        let list = ["Reads", "reads", "Read", "LprRead"]
            .iter()
            .find_map(|name| root.child(name));
        for read in messages(list.unwrap_or(root)) {
            if ["Plate", "DateUtc", "SharpName"]
                .iter()
                .all(|name| read.at(name).is_none())
            {
                return Err(read.error("genetec.no_read", "", "names no plate, date or camera"));
            }
            observations.push(reading(context, &read)?);
        }
    }
    if observations.is_empty() {
        return Ok(Read::Ignored {
            code: "genetec.empty",
        });
    }
    context.finish(observations)
}

fn reading(context: &Context<'_>, read: &Fields<'_>) -> Result<Observation, Error> {
    let direction = attribute(read, MOTION).map(lower_case);
    let mut observation = context.directed(direction.as_deref());
    let plate_text = read.text("Plate")?.filter(|text| !trimmed(text).is_empty());
    observation.occurred = occurred(context, read)?;
    observation.event_id = event_id_of(read, plate_text.as_deref());
    plate(&mut observation, plate_text.as_deref());
    let score = read.field("ConfidenceScore");
    let is_fraction = score.scalar().is_some_and(|score| score.contains('.'))
        && score.figure().is_some_and(|score| score <= 1.0);
    let whole = if is_fraction { 1.0 } else { 100.0 };
    confidence(&mut observation, ("ConfidenceScore", score), whole);
    details(&mut observation, read, &DETAILS);
    Ok(observation)
}

/// Returns an attribute, from an object of them or from a list of names with values.
fn attribute<'v>(read: &Fields<'v>, name: &str) -> Option<Cow<'v, str>> {
    let attributes = read.child("Attributes")?;
    if attributes.is_object() {
        return attributes.scalar(name);
    }
    let named = attributes.elements("");
    let mut named = named.filter(|one| one.first_scalar(&["Name", "Key"]).as_deref() == Some(name));
    named.next()?.scalar("Value")
}

fn occurred(context: &Context<'_>, read: &Fields<'_>) -> Result<Occurred, Error> {
    if let Some(text) = time_text(read, "DateUtc", "TimeUtc") {
        let moment = wall(&text).and_then(|wall| TimeZone::UTC.to_timestamp(wall).ok());
        if let Some(occurred) = moment.and_then(|at| context.dated(at, &text, Basis::Explicit)) {
            return Ok(occurred);
        }
        if let Some(occurred) = context.iso(&text)? {
            return Ok(occurred);
        }
    }
    if let Some(text) = time_text(read, "DateLocal", "TimeLocal")
        && let Some(wall) = wall(&text)
        && let Some(occurred) = context.local(wall, &text, Basis::Configured)?
    {
        return Ok(occurred);
    }
    Ok(context.received(time_text(read, "DateUtc", "TimeUtc").as_deref()))
}

fn time_text(read: &Fields<'_>, date: &str, time: &str) -> Option<String> {
    let date = read.scalar(date)?;
    Some(match read.scalar(time) {
        Some(time) => format!("{date} {time}"),
        None => date.into_owned(),
    })
}

/// Reads `MM/DD/YYYY HH:mm:ss[.fff][ AM|PM]`; `None` when it is no date with a time.
fn wall(text: &str) -> Option<DateTime> {
    let mut words = text.split_whitespace();
    let (date, clock, half) = (words.next()?, words.next()?, words.next());
    let mut parts = date.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = parts.next().map_or(Some(0), |second| second.parse().ok())?;
    let hour = match half.map(str::to_ascii_uppercase).as_deref() {
        None => hour,
        Some("AM") if (1..=12).contains(&hour) => hour % 12,
        Some("PM") if (1..=12).contains(&hour) => hour % 12 + 12,
        Some(_) => return None,
    };
    let is_plain = fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let nanoseconds = format!("{fraction:0<9}")
        .parse()
        .ok()
        .filter(|_| is_plain)?;
    Some(date.to_datetime(Time::new(hour, minute, second, nanoseconds).ok()?))
}

/// The read's own id, else camera, time and plate by hash; none where there is neither time nor plate.
fn event_id_of(read: &Fields<'_>, plate: Option<&str>) -> Option<String> {
    if let Some(id) = read.first_scalar(&IDS).as_deref().and_then(event_id::own) {
        return Some(id);
    }
    let local = || time_text(read, "DateLocal", "TimeLocal");
    let time = time_text(read, "DateUtc", "TimeUtc").or_else(local);
    if time.is_none() && plate.is_none() {
        return None;
    }
    let [sharp, vehicle] =
        ["SharpName", "VehicleID"].map(|name| read.scalar(name).unwrap_or_default());
    Some(event_id::derived(&[
        sharp.as_ref(),
        vehicle.as_ref(),
        time.as_deref().unwrap_or_default(),
        plate.unwrap_or_default(),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_come_first() {
        for (text, expected) in [
            ("11/16/2026 04:58:20", Some("2026-11-16T04:58:20")),
            ("1/2/2026 4:05:06.5 PM", Some("2026-01-02T16:05:06.5")),
            ("1/2/2026 12:05 AM", Some("2026-01-02T00:05:00")),
            ("16/11/2026 04:58:20", None),
            ("11/16/26 04:58:20", None),
            ("11/16/2026", None),
            ("11/16/2026 04:58:20 XM", None),
        ] {
            let expected = expected.map(|text| text.parse().expect("ISO 8601"));
            assert_eq!(wall(text), expected, "{text}");
        }
    }
}
