//! One event of the carriers (a) and (b): their fields have the same names.

use std::borrow::Cow;

use bordergate_model::{Basis, Observation, Occurred};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::frames;
use super::lines::Lines;
use crate::identifiers::{detail, plate};
use crate::json::Fields;
use crate::text::{last_step, lower_case};
use crate::{Context, Error};

/// The least offset, in seconds, that is a zone's and not a wrong clock's.
const SMALLEST_ZONE_SECONDS: i64 = 1800;

/// Details, by their paths.
const DETAILS: [&str; 17] = [
    "Lane",
    "EventID",
    "EventSeq",
    "GroupID",
    "IndexInGroup",
    "CountInGroup",
    "LocaleTime",
    "RealUTC",
    "UTC",
    "UTCMS",
    "TrafficCar.PlateColor",
    "TrafficCar.PlateType",
    "TrafficCar.VehicleColor",
    "TrafficCar.VehicleSize",
    "TrafficCar.VehicleSign",
    "CommInfo.SnapCategory",
    "Object.Confidence",
];

/// Where the fields of an event lie.
pub(super) enum Source<'a> {
    Lines(&'a Lines<'a>),
    Json(Fields<'a>),
}

/// One event: its code and its fields.
pub(super) struct Event<'a> {
    pub(super) code: Option<&'a str>,
    pub(super) fields: Source<'a>,
}

impl<'a> Event<'a> {
    /// Returns the text at a path; `None` when it is not there or blank.
    pub(super) fn text(&self, path: &str) -> Result<Option<Cow<'a, str>>, Error> {
        let text = match &self.fields {
            Source::Lines(lines) => lines.value(path).map(Cow::Borrowed),
            Source::Json(fields) => fields.text(path)?,
        };
        Ok(text.filter(|text| !text.trim().is_empty()))
    }

    fn has(&self, path: &str) -> bool {
        match &self.fields {
            Source::Lines(lines) => lines.has_below(path),
            Source::Json(fields) => fields.at(path).is_some(),
        }
    }

    /// Returns the first of several paths that holds a text.
    pub(super) fn first_text(&self, paths: &[&str]) -> Result<Option<Cow<'a, str>>, Error> {
        for path in paths {
            if let Some(text) = self.text(path)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Tells a reading of a vehicle from the many other events of a camera (motion, lost video, counts of traffic).
    pub(super) fn is_reading(&self) -> Result<bool, Error> {
        let is_traffic = self.code.is_some_and(|code| {
            let is_statistics = code.starts_with("TrafficFlow") || code.starts_with("TrafficJam");
            code.starts_with("Traffic") && !is_statistics
        });
        Ok(is_traffic || self.has("TrafficCar") || self.plate_text()?.is_some())
    }

    /// Returns the plate; the text of an `Object` counts only where that is not a vehicle (then it is a brand).
    fn plate_text(&self) -> Result<Option<Cow<'a, str>>, Error> {
        if let Some(text) = self.text("TrafficCar.PlateNumber")? {
            return Ok(Some(text));
        }
        let object = self.text("Object.ObjectType")?;
        if object.is_none_or(|kind| kind.eq_ignore_ascii_case("plate"))
            && let Some(text) = self.text("Object.Text")?
        {
            return Ok(Some(text));
        }
        self.first_text(&["NonMotor.Plate.Text", "Plate.PlateNumber", "Plate.Text"])
    }
}

/// Reads an event that is a reading of a vehicle; one without a plate (as of `NonMotor`) is kept and marked.
pub(super) fn read(context: &Context<'_>, event: &Event<'_>) -> Result<Observation, Error> {
    let direction = event
        .text("TrafficCar.DrivingDirection[0]")?
        .map(lower_case);
    let direction = direction.as_deref().map(str::trim);
    let mut observation = context.directed(direction);
    let plate_text = event.plate_text()?;
    let lane = event.first_text(&["Lane", "TrafficCar.Lane"])?;
    observation.occurred = occurred(context, event)?;
    observation.lane = context.lane(lane.as_deref());
    plate(&mut observation, plate_text.as_deref());
    frames::name(&mut observation, event, plate_text.as_deref())?;
    for path in DETAILS {
        let name = last_step(path, b'.');
        detail(
            &mut observation.details,
            name,
            &text_or_nothing(event, path),
        );
    }
    let machine = event.first_text(&["MachineName", "TrafficCar.MachineName"])?;
    detail(
        &mut observation.details,
        "MachineName",
        machine.as_deref().unwrap_or_default(),
    );
    detail(
        &mut observation.details,
        "Code",
        event.code.unwrap_or_default(),
    );
    Ok(observation)
}

/// A detail of another type than text or number is not worth the reading.
fn text_or_nothing<'a>(event: &Event<'a>, path: &str) -> Cow<'a, str> {
    event.text(path).ok().flatten().unwrap_or_default()
}

/// `RealUTC` is right when present. Else `UTC` minus the registered offset, basis corrected; `UTCMS` adds
/// milliseconds to either. Else `LocaleTime`, local text; else reception.
fn occurred(context: &Context<'_>, event: &Event<'_>) -> Result<Occurred, Error> {
    let milliseconds = event
        .text("UTCMS")?
        .and_then(|text| text.trim().parse::<i64>().ok());
    let milliseconds = SignedDuration::from_millis(
        milliseconds
            .filter(|ms| (0..1000).contains(ms))
            .unwrap_or(0),
    );
    let epoch = |text: &str| {
        let seconds = text
            .trim()
            .parse::<i64>()
            .ok()
            .filter(|&seconds| seconds > 0)?;
        Timestamp::from_second(seconds)
            .ok()?
            .checked_add(milliseconds)
            .ok()
    };
    if let Some(text) = event.text("RealUTC")?
        && let Some(occurred) = epoch(&text).and_then(|at| real_utc(context, at, &text))
    {
        return Ok(occurred);
    }
    let utc = event.first_text(&["UTC", "TrafficCar.UTC"])?;
    if let Some((text, at)) = utc.as_ref().and_then(|text| Some((text, epoch(text)?)))
        && let Some(occurred) = utc_or_wall_clock(context, at, text)?
    {
        return Ok(occurred);
    }
    let local = event.text("LocaleTime")?;
    if let Some(occurred) = local
        .as_ref()
        .map(|text| context.iso(text))
        .transpose()?
        .flatten()
    {
        return Ok(occurred);
    }
    Ok(context.received(utc.or(local).as_deref()))
}

/// A registered offset as large as a zone's tells how far `UTC` is off, not the clock: `RealUTC` is right without it.
fn real_utc(context: &Context<'_>, at: Timestamp, text: &str) -> Option<Occurred> {
    if context.source.clock_offset_seconds.abs() < SMALLEST_ZONE_SECONDS {
        context.dated(at, text, Basis::Explicit)
    } else {
        context.as_told(at, text, Basis::Explicit)
    }
}

/// `UTC` minus the registered offset. Cameras that encode their wall clock as an epoch are often registered with
/// their zone only: a moment that cannot have been yet at reception is then read as a wall clock of that zone.
fn utc_or_wall_clock(
    context: &Context<'_>,
    at: Timestamp,
    text: &str,
) -> Result<Option<Occurred>, Error> {
    let told = context.dated(at, text, Basis::Corrected);
    if told.as_ref().is_some_and(|told| !context.is_ahead(told)) {
        return Ok(told);
    }
    let wall = at.to_zoned(TimeZone::UTC).datetime();
    let local = context.local(wall, text, Basis::Corrected)?;
    Ok(local.filter(|local| !context.is_ahead(local)).or(told))
}
