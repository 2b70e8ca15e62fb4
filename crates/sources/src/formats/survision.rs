//! Survision plate readers (`survision`): `{"anpr": {"@date", "@synchronized", "decision": {...}}}`.
//!
//! The JSON is the device's XML with attributes as `@name`. `@synchronized` 0 says that the device's clock follows
//! no server: the reading is suspect. Several decisions in one message are several readings. Source: formats.md.

use bordergate_model::{Observation, Occurred};

use crate::camera::{confidence, details, documents, epoch, messages};
use crate::identifiers::plate;
use crate::json::{self, Fields};
use crate::text::lower_case;
use crate::{Context, Error, Read, event_id};

const ANPR_DETAILS: [&str; 5] = [
    "@id",
    "@session",
    "@synchronized",
    "@ipAddress",
    "@cameraName",
];
const DETAILS: [&str; 5] = [
    "@context_isoAlpha2",
    "@context",
    "@plateOccurences",
    "@x",
    "@y",
];

/// Reads each decision.
///
/// # Errors
/// `survision.no_anpr` (no message and no keep-alive), and those of the text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::new();
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
    let direction = decision.scalar("@direction").map(lower_case);
    let mut observation = context.directed(direction.as_deref());
    let plate_text = decision
        .text("@plate")?
        .filter(|text| !text.trim().is_empty());
    observation.occurred = occurred(context, anpr)?;
    observation.is_suspect = matches!(anpr.scalar("@synchronized").as_deref(), Some("0" | "false"));
    observation.event_id = event_id_of(anpr, plate_text.as_deref(), index);
    plate(&mut observation, plate_text.as_deref());
    if decision.at("@reliability").is_some() {
        confidence(&mut observation, decision, "@reliability", 100.0);
    }
    details(&mut observation, anpr, &ANPR_DETAILS);
    details(&mut observation, decision, &DETAILS);
    Ok(observation)
}

/// `@date` is an epoch in milliseconds; some versions write ISO 8601.
fn occurred(context: &Context<'_>, anpr: &Fields<'_>) -> Result<Occurred, Error> {
    let Some(text) = anpr.scalar("@date") else {
        return Ok(context.received(None));
    };
    if let Some(occurred) = epoch(context, &text) {
        return Ok(occurred);
    }
    Ok(context
        .iso(&text)?
        .unwrap_or_else(|| context.received(Some(&text))))
}

/// `@session` and `@id` (a counter) with the time, plate and place in the message, by hash; none where there is
/// neither time nor plate.
fn event_id_of(anpr: &Fields<'_>, plate: Option<&str>, index: usize) -> Option<String> {
    let time = anpr.scalar("@date");
    if time.is_none() && plate.is_none() {
        return None;
    }
    let [session, id] = ["@session", "@id"].map(|name| anpr.scalar(name).unwrap_or_default());
    Some(event_id::derived(&[
        session.as_ref(),
        id.as_ref(),
        time.as_deref().unwrap_or_default(),
        plate.unwrap_or_default(),
        &index.to_string(),
    ]))
}
