//! Finds the events in one text: lines, `Code=` blocks, or JSON.

use super::lines::{Lines, code_blocks};
use super::{Found, event, tollgate};
use crate::json::{self, Fields, Value};
use crate::text::Text;
use crate::{Context, Error};

/// What a keep-alive says of its device.
const DEVICE_FIELDS: [&str; 8] = [
    "Active",
    "DeviceID",
    "DeviceModel",
    "DeviceName",
    "IPAddress",
    "MACAddress",
    "Manufacturer",
    "Time",
];

/// Reads what one text holds; a text of none of the shapes adds nothing.
pub(super) fn read(context: &Context<'_>, text: Text<'_>, found: &mut Found) -> Result<(), Error> {
    let start = text.text.trim_start();
    if start.starts_with(['{', '[']) {
        return read_json(context, text, found);
    }
    if start.trim_end().eq_ignore_ascii_case("heartbeat") {
        found.heartbeat_count += 1;
        return Ok(());
    }
    for lines in Lines::split(text.text) {
        take(
            context,
            event::Event {
                code: lines.code(),
                fields: event::Source::Lines(&lines),
            },
            found,
        )?;
    }
    for block in code_blocks(text) {
        if block.code.eq_ignore_ascii_case("heartbeat") {
            found.heartbeat_count += 1;
            continue;
        }
        let Some(data) = block.data else {
            found.other_count += 1;
            continue;
        };
        let document = json::parse(data)?;
        let fields = event::Source::Json(document.root());
        take(
            context,
            event::Event {
                code: Some(block.code),
                fields,
            },
            found,
        )?;
    }
    Ok(())
}

fn read_json(context: &Context<'_>, text: Text<'_>, found: &mut Found) -> Result<(), Error> {
    let document = json::parse(text)?;
    let root = document.root();
    let elements = root.elements("");
    let mut messages = if elements.is_empty() {
        root.alone()
    } else {
        elements
    };
    messages.try_for_each(|message| read_message(context, message, found))
}

fn read_message(
    context: &Context<'_>,
    message: Fields<'_>,
    found: &mut Found,
) -> Result<(), Error> {
    if let Some(picture) = message
        .child("Picture")
        .filter(|picture| picture.is_object())
    {
        found
            .observations
            .push(tollgate::read(context, &message, &picture)?);
        return Ok(());
    }
    if is_keep_alive(&message) {
        found.heartbeat_count += 1;
        return Ok(());
    }
    for list in ["params.eventList", "eventList", "Events"] {
        if message.at(list).is_some() {
            let mut events = message.elements(list);
            found.other_count += usize::from(events.is_empty());
            return events.try_for_each(|event| take_json(context, event, found));
        }
    }
    if ["Code", "Data", "TrafficCar", "UTC"]
        .iter()
        .any(|key| message.at(key).is_some())
    {
        return take_json(context, message, found);
    }
    Ok(())
}

fn take_json(context: &Context<'_>, element: Fields<'_>, found: &mut Found) -> Result<(), Error> {
    let data = element.child("Data").filter(|data| data.is_object());
    let inner_code = data
        .as_ref()
        .and_then(|data| data.string("Code").ok().flatten());
    let code = element.string("Code")?.or(inner_code);
    take(
        context,
        event::Event {
            code,
            fields: event::Source::Json(data.unwrap_or(element)),
        },
        found,
    )
}

fn take(context: &Context<'_>, event: event::Event<'_>, found: &mut Found) -> Result<(), Error> {
    if event
        .code
        .is_some_and(|code| code.eq_ignore_ascii_case("heartbeat"))
    {
        found.heartbeat_count += 1;
    } else if event.is_reading()? {
        found.observations.push(event::read(context, &event)?);
    } else {
        found.other_count += 1;
    }
    Ok(())
}

/// The keep-alive of TollgateInfo's door, or of the event stream's session.
fn is_keep_alive(message: &Fields<'_>) -> bool {
    let says = |name: &str| match message.at(name) {
        Some(Value::Text(text)) => {
            let text = text.to_lowercase();
            text.contains("keepalive") || text.contains("heartbeat")
        }
        _ => false,
    };
    let tells_only_itself = || {
        let mut fields = message.held();
        message.at("DeviceID").is_some()
            && fields.all(|field| DEVICE_FIELDS.contains(&field.name()))
    };
    says("Active") || says("method") || says("Code") || tells_only_itself()
}
