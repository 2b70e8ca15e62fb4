//! Events of Jointech JT701 electronic seals (`jt701-p45`): `(id,P45,ddMMyy,HHmmss,lat,N,lon,E,A,...,index)`.
//!
//! The seal's own number is the identifier. Times are UTC; a date of `010100` is a clock that was reset, so the
//! reading is dated by reception. The number of the event's source is the word the registration maps; the card and
//! password fields are kept as told. Answering the device is the door's. Source: formats.md, E-seal, Jointech JT701 text.

use bordergate_model::{Basis, Observation, Occurred};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::context::MOST;
use crate::identifiers::{detail, seals};
use crate::text::Text;
use crate::{Context, Error, Read, event_id, time_text};

/// Fields of a P45 up to and with the running index, which is the last of them.
pub(crate) const FIELDS: usize = 17;
/// What the fields hold that are kept as told, by their place.
const DETAILS: [(usize, &str); 11] = [
    (4, "latitude"),
    (5, "latitude_side"),
    (6, "longitude"),
    (7, "longitude_side"),
    (9, "speed"),
    (10, "course"),
    (11, "event_source"),
    (12, "unlock_verification"),
    (13, "rfid_card"),
    (15, "wrong_passwords"),
    (16, "index"),
];

/// Reads one message or several behind one another.
///
/// # Errors
/// `jt701.syntax` (no message in brackets), `jt701.fields` (a P45 with too few fields), `jt701.time`, each with its
/// byte, and those of the text layer.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let text = Text::check(context.body(), 0)?;
    let mut observations = Vec::new();
    let mut message_count = 0;
    let mut at = 0;
    while let Some(found) = text.text[at..].find(|c: char| !c.is_whitespace()) {
        let start = at + found;
        let rest = &text.text[start..];
        let error = |problem: &str| {
            Error::new(
                "jt701.syntax",
                format!("{problem} at {}", text.place(start)),
            )
        };
        let inside = rest
            .strip_prefix('(')
            .ok_or_else(|| error("a message must start with `(`"))?;
        let end = inside
            .find([')', '('])
            .filter(|&end| inside[end..].starts_with(')'));
        let inside = &inside[..end.ok_or_else(|| error("the message is not closed"))?];
        at = start + inside.len() + 2;
        message_count += 1;
        let fields: Vec<&str> = inside.split(',').map(str::trim).collect();
        if fields
            .get(1)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("P45"))
        {
            observations.push(reading(context, text, start, &fields)?);
            if observations.len() > MOST {
                return context.finish(observations);
            }
        }
    }
    match message_count {
        0 => Err(Error::new(
            "jt701.syntax",
            format!("no message in {} bytes", context.body().len()),
        )),
        _ if observations.is_empty() => Ok(Read::Ignored {
            code: "jt701.other_message",
        }),
        _ => context.finish(observations),
    }
}

fn reading(
    context: &Context<'_>,
    text: Text<'_>,
    start: usize,
    fields: &[&str],
) -> Result<Observation, Error> {
    if fields.len() < FIELDS {
        let detail = format!(
            "{} fields of {FIELDS} in the message at {}",
            fields.len(),
            text.place(start)
        );
        return Err(Error::new("jt701.fields", detail));
    }
    let (date, time) = (fields[2], fields[3]);
    let mut observation = context.observation(context.source.meaning(Some(fields[11])));
    observation.occurred = occurred(context, date, time).ok_or_else(|| {
        let place = text.place(start);
        Error::new(
            "jt701.time",
            format!("fields 3 and 4 are not ddMMyy and HHmmss in the message at {place}"),
        )
    })?;
    observation.event_id = Some(event_id::derived(&[fields[0], date, time, fields[16]]));
    seals(&mut observation, [fields[0]]);
    for (place, name) in DETAILS {
        detail(&mut observation.details, name, fields[place]);
    }
    if fields[8] != "A" {
        detail(&mut observation.details, "position_state", "invalid");
    }
    Ok(observation)
}

fn occurred(context: &Context<'_>, date: &str, time: &str) -> Option<Occurred> {
    let text = format!("{date} {time}");
    if date == "010100" {
        return Some(context.received(Some(&text)));
    }
    let wall = wall(date, time);
    let at = wall.and_then(|wall| wall.to_zoned(TimeZone::UTC).ok());
    at.and_then(|at| context.dated(at.timestamp(), &text, Basis::Explicit))
}

fn wall(date: &str, time: &str) -> Option<DateTime> {
    let is_digits = |text: &str| text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(date) || !is_digits(time) {
        return None;
    }
    time_text::compact(&format!(
        "20{}{}{}{time}",
        &date[4..],
        &date[2..4],
        &date[..2]
    ))
}
