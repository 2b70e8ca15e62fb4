//! Milestone reports of agencies, yards and LGSP (`cloudevents-json`): CloudEvents 1.0, structured or binary.
//!
//! This file decides which kind of event it is; `envelope` reads the CloudEvents attributes of either mode and
//! `report` the data of a milestone report. Source: formats.md, Milestone report; CloudEvents 1.0 JSON format and
//! HTTP protocol binding.

mod envelope;
mod report;

use bordergate_model::Observation;

use crate::identifiers::{detail, plate};
use crate::json::{self, Fields, Value};
use crate::text::Text;
use crate::{Context, Error, Read};

use envelope::{Envelope, Headers};

const REPORTED: &str = "vn.langson.bordergate.milestone.reported";
const OPENED: &str = "vn.langson.bordergate.barrier.opened";
const HEARTBEAT: &str = "vn.langson.bordergate.heartbeat";

/// Reads one event.
///
/// # Errors
/// `cloudevents.unknown_type` names the known types, `milestone.unknown` the known codes; `cloudevents.batch`,
/// `cloudevents.version`, `cloudevents.missing`, `cloudevents.attribute`, `cloudevents.time`, `cloudevents.data`,
/// and those of the text and JSON layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let headers = &context.logged.record.device_headers;
    let is_binary = envelope::is_binary(context.content_type(), headers);
    let text = Text::decoded(context.body(), 0)?;
    if is_binary {
        let headers = Headers::of(headers)?;
        let envelope = Envelope::of_headers(&headers)?;
        if text.text.trim().is_empty() {
            return event(context, &envelope, None);
        }
        return event(context, &envelope, Some(json::parse(text)?.root()));
    }
    let document = json::parse(text)?;
    let root = document.root();
    if root.value() == Value::List {
        let problem = "is a batch; events are sent one by one";
        return Err(root.error("cloudevents.batch", "", problem));
    }
    let (envelope, data) = Envelope::of_fields(&root)?;
    event(context, &envelope, data)
}

fn event(
    context: &Context<'_>,
    envelope: &Envelope<'_>,
    data: Option<Fields<'_>>,
) -> Result<Read, Error> {
    let data = data.filter(|data| data.value() != Value::Null);
    match envelope.kind {
        HEARTBEAT => Ok(Read::Ignored {
            code: "cloudevents.heartbeat",
        }),
        REPORTED => {
            let data =
                data.ok_or_else(|| Error::new("cloudevents.missing", "data must be given"))?;
            context.finish(vec![report::read(context, envelope, &data)?])
        }
        OPENED => context.finish(vec![opened(context, envelope, data.as_ref())?]),
        _ => {
            let detail = format!("type is none of {REPORTED}, {OPENED}, {HEARTBEAT}");
            Err(Error::new("cloudevents.unknown_type", detail))
        }
    }
}

/// A barrier opened: the registration says which milestone that is.
fn opened(
    context: &Context<'_>,
    envelope: &Envelope<'_>,
    data: Option<&Fields<'_>>,
) -> Result<Observation, Error> {
    let string = |name| data.map_or(Ok(None), |data| data.string(name));
    let direction = string("direction")?;
    let mut observation = context.directed(direction);
    observation.event_id = Some(envelope.event_id());
    observation.occurred = envelope.occurred(context)?;
    let lane = data.map_or(Ok(None), |data| data.text("lane"))?;
    observation.lane = context.lane(lane.as_deref());
    match string("plate")? {
        Some(text) => plate(&mut observation, Some(text)),
        None => detail(&mut observation.details, "plate_state", "absent"),
    }
    Ok(observation)
}
