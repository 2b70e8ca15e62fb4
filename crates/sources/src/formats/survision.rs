//! Survision plate readers (`survision`): `{"anpr": {"@date", "@synchronized", "decision": {...}}}`.
//!
//! The JSON is the device's XML with attributes as `@name`. `@synchronized` 0 says that the device's clock follows
//! no server: the reading is suspect. Several decisions in one message are several readings. Source: formats.md.

use bordergate_model::{Observation, Occurred};

use crate::camera::{confidence, documents, epoch, messages, named_details};
use crate::identifiers::plate;
use crate::json::{self, Fields, named};
use crate::text::{lower_case, trimmed};
use crate::{Context, Error, Read, event_id};

/// Reads each decision.
///
/// # Errors
/// `survision.no_anpr` (no message and no keep-alive), and those of the text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::with_capacity(1);
    let mut ignored = "survision.empty";
    for text in documents(context, "survision.no_anpr")? {
        let document = json::parse(text)?;
        for message in messages(document.root()) {
            let Some(anpr) = message.child("anpr") else {
                if ["keepAlive", "keepalive", "heartbeat"]
                    .iter()
                    .any(|name| message.at(name).is_some())
                {
                    ignored = "survision.heartbeat";
                    continue;
                }
                return Err(message.error("survision.no_anpr", "anpr", "must be given"));
            };
            for anpr in messages(anpr) {
                let decisions = messages(anpr.child("decision").unwrap_or(anpr));
                for (index, decision) in decisions.enumerate() {
                    observations.push(reading(context, &anpr, &decision, index)?);
                }
            }
        }
    }
    if observations.is_empty() {
        return Ok(Read::Ignored { code: ignored });
    }
    context.finish(observations)
}

fn reading(
    context: &Context<'_>,
    anpr: &Fields<'_>,
    decision: &Fields<'_>,
    index: usize,
) -> Result<Observation, Error> {
    named!(
        anpr,
        "@id" => id,
        "@date" => date,
        "@session" => session,
        "@synchronized" => synchronized,
        "@ipAddress" => address,
        "@cameraName" => camera,
    );
    named!(
        decision,
        "@plate" => plate_text,
        "@reliability" => reliability,
        "@direction" => direction,
        "@context" => country,
        "@context_isoAlpha2" => country_code,
        "@plateOccurences" => occurrences,
        "@x" => x,
        "@y" => y,
    );
    let mut observation = context.directed(direction.scalar().map(lower_case).as_deref());
    let plate_text = plate_text.text()?;
    let plate_text = plate_text
        .as_deref()
        .filter(|text| !trimmed(text).is_empty());
    let date = date.scalar();
    observation.occurred = occurred(context, date.as_deref())?;
    observation.is_suspect = matches!(synchronized.scalar().as_deref(), Some("0" | "false"));
    // The camera's counter with the time, plate and place in the message.
    if date.is_some() || plate_text.is_some() {
        observation.event_id = Some(event_id::derived(&[
            &session.scalar().unwrap_or_default(),
            &id.scalar().unwrap_or_default(),
            date.as_deref().unwrap_or_default(),
            plate_text.unwrap_or_default(),
            itoa::Buffer::new().format(index),
        ]));
    }
    plate(&mut observation, plate_text);
    if reliability.value().is_some() {
        confidence(&mut observation, ("reliability", reliability), 100.0);
    }
    named_details(
        &mut observation,
        &[
            ("cameraName", camera),
            ("context", country),
            ("context_isoAlpha2", country_code),
            ("id", id),
            ("ipAddress", address),
            ("plateOccurences", occurrences),
            ("session", session),
            ("synchronized", synchronized),
            ("x", x),
            ("y", y),
        ],
    );
    Ok(observation)
}

/// `@date` is an epoch in milliseconds; some versions write ISO 8601.
fn occurred(context: &Context<'_>, date: Option<&str>) -> Result<Occurred, Error> {
    let Some(text) = date else {
        return Ok(context.received(None));
    };
    if let Some(occurred) = epoch(context, text) {
        return Ok(occurred);
    }
    let dated = context.iso(text)?;
    Ok(dated.unwrap_or_else(|| context.received(Some(text))))
}
