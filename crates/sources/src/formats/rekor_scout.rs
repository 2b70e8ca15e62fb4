//! Rekor Scout, formerly OpenALPR (`rekor-scout`): the agent's JSON, one message or a list.
//!
//! `alpr_group` is one read of a vehicle; `alpr_results` is one frame of it and ignored, so is a heartbeat. The
//! event id is `best_uuid`. `travel_direction` is in degrees: the registration maps sectors. Source: formats.md, Rekor.
//!
//! A preview of a group (`plate_group_enable_preview`, sent while its vehicle is in view) is an event of its own, linked with
//! the group by its plate, and no revision of it: nothing that the vendor documents names a group. `best_uuid` is the best
//! frame so far, and another one later. `uuids` are frames in no stated order, with `plate_indexes` beside them since one
//! frame shows several plates; whether a group keeps all frames of its previews is not said. `epoch_start` is that of
//! the first frame, the same for two vehicles that come into view together. Taking two vehicles for one event would lose one;
//! two readings of one vehicle lose nothing. Source: help.rekor.ai, "real-time group results"; docs.rekor.ai, "JSON
//! Group Results".

use bordergate_model::{Observation, Occurred};

use crate::camera::{candidates, confidence, details, documents, epoch, messages};
use crate::identifiers::{detail, plate};
use crate::json::{self, Fields, Path, paths};
use crate::{Context, Error, Read, event_id};

const DETAILS: [Path; 14] = paths([
    "camera_id",
    "agent_uid",
    "agent_type",
    "country",
    "best_region",
    "best_region_confidence",
    "matches_template",
    "best_uuid",
    "epoch_start",
    "epoch_end",
    "is_parked",
    "is_preview",
    "direction_of_travel_id",
    "web_server_config.camera_label",
]);
/// Details with names of their own.
const NAMED_DETAILS: [Path; 2] = [
    Path::named("vehicle.color[0].name", "color"),
    Path::named("vehicle.body_type[0].name", "body_type"),
];

/// Reads the groups of a message.
///
/// # Errors
/// `rekor.shape` (no `data_type` and no plate), and those of the text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut observations = Vec::new();
    let mut ignored = "rekor.other_event";
    for text in documents(context, "rekor.shape")? {
        let document = json::parse(text)?;
        for message in messages(document.root()) {
            match message.scalar("data_type").as_deref() {
                Some("alpr_group") => observations.push(reading(context, &message)?),
                Some("alpr_results") => ignored = "rekor.frame",
                Some("heartbeat") => ignored = "rekor.heartbeat",
                Some(_) => {}
                None if message.at("best_plate_number").is_some() => {
                    observations.push(reading(context, &message)?);
                }
                None => return Err(message.error("rekor.shape", "data_type", "must be given")),
            }
        }
    }
    if observations.is_empty() {
        return Ok(Read::Ignored { code: ignored });
    }
    context.finish(observations)
}

fn reading(context: &Context<'_>, group: &Fields<'_>) -> Result<Observation, Error> {
    let direction = group.scalar("travel_direction");
    let mut observation = context.directed(direction.as_deref());
    let plate_text = match group.text("best_plate_number")? {
        Some(text) if !text.trim().is_empty() => Some(text),
        _ => group.scalar("best_plate.plate"),
    };
    observation.occurred = occurred(context, group);
    observation.event_id = event_id_of(group, plate_text.as_deref());
    plate(&mut observation, plate_text.as_deref());
    let best = group.field("best_confidence");
    let told = match best.value() {
        Some(_) => ("best_confidence", best),
        None => ("confidence", group.field("best_plate.confidence")),
    };
    confidence(&mut observation, told, 100.0);
    let weighed = group.elements("candidates");
    candidates(&mut observation, weighed, ("plate", "confidence"), 100.0);
    details(&mut observation, group, &DETAILS);
    details(&mut observation, group, &NAMED_DETAILS);
    let frames = group.length("uuids");
    if frames > 0 {
        detail(&mut observation.details, "uuids_count", &frames.to_string());
    }
    Ok(observation)
}

fn occurred(context: &Context<'_>, group: &Fields<'_>) -> Occurred {
    let text = group.first_scalar(&["epoch_start", "best_uuid_epoch_ms", "epoch_end"]);
    let dated = text.as_deref().and_then(|text| epoch(context, text));
    dated.unwrap_or_else(|| context.received(text.as_deref()))
}

fn event_id_of(group: &Fields<'_>, plate: Option<&str>) -> Option<String> {
    let is_preview = group
        .scalar("is_preview")
        .is_some_and(|text| text == "true" || text == "1");
    let own = group.first_scalar(&["best_uuid", "uuids[0]"]);
    if let Some(id) = own.as_deref().and_then(event_id::own) {
        return Some(if is_preview {
            format!("preview:{id}")
        } else {
            id
        });
    }
    let time = group.scalar("epoch_start");
    if time.is_none() && plate.is_none() {
        return None;
    }
    let [agent, camera] =
        ["agent_uid", "camera_id"].map(|name| group.scalar(name).unwrap_or_default());
    let preview = if is_preview { "preview" } else { "" };
    Some(event_id::derived(&[
        agent.as_ref(),
        camera.as_ref(),
        time.as_deref().unwrap_or_default(),
        plate.unwrap_or_default(),
        preview,
    ]))
}
