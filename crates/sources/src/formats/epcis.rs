//! Events of GS1 EPCIS 2.0 in JSON-LD (`epcis`): a document, an answer to a query, a list or one event.
//!
//! The business step is the word the registration maps. `identity` says what becomes of each EPC. An event with an
//! error declaration retracts the event of its id: a correction without a milestone. Source: formats.md, GS1 EPCIS 2.0.

mod identity;
mod write;

pub use write::write;

use bordergate_model::{Observation, Occurred};

use crate::context::MOST;
use crate::identifiers::detail;
use crate::json::{self, Fields, Value};
use crate::text::Text;
use crate::{Context, Error, Read, event_id, time_text};

/// Most EPCs of one list.
const LONGEST_LIST: usize = 1_000;
/// Where the events lie.
const LISTS: [&str; 4] = [
    "epcisBody.eventList",
    "epcisBody.queryResults.resultsBody.eventList",
    "epcisBody.event",
    "eventList",
];
const EPC_LISTS: [&str; 4] = ["epcList", "childEPCs", "inputEPCList", "outputEPCList"];

/// Reads the events.
///
/// # Errors
/// `epcis.shape` (what should be an event is none), `epcis.time`, and those of the text and JSON layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let document = json::parse(Text::decoded(context.body(), 0)?)?;
    let root = document.root();
    let list = LISTS.iter().find(|path| root.at(path).is_some());
    let events = match (root.value(), list) {
        (Value::List, _) => root.elements(""),
        (_, Some(path)) if root.at(path) == Some(Value::List) => root.elements(path),
        (_, Some(path)) => root.child(path).unwrap_or(root).alone(),
        (_, None) if root.at("epcisBody").is_some() => root.elements("epcisBody.eventList"),
        (_, None) => root.alone(),
    };
    if events.is_empty() {
        return Ok(Read::Ignored {
            code: "epcis.empty",
        });
    }
    let readings: Result<Vec<_>, Error> = events
        .take(MOST + 1)
        .map(|event| reading(context, &event))
        .collect();
    context.finish(readings?)
}

fn reading(context: &Context<'_>, event: &Fields<'_>) -> Result<Observation, Error> {
    if event.value() != Value::Map || event.at("eventTime").is_none() {
        return Err(event.error("epcis.shape", "", "must be an event with an eventTime"));
    }
    let step = event.string("bizStep")?.unwrap_or_default();
    let word = identity::last_word(step);
    let retraction = event.child("errorDeclaration");
    let milestone = context
        .source
        .meaning(Some(word))
        .filter(|_| retraction.is_none());
    let mut observation = context.observation(milestone);
    observation.occurred = occurred(context, event)?;
    let epcs = epcs(event)?;
    identity::keep(&mut observation, epcs.iter().copied());
    let place = event.string("readPoint.id")?;
    let own = event.string("eventID")?.and_then(event_id::own);
    let time = event.string("eventTime")?.unwrap_or_default();
    let id = own.unwrap_or_else(|| {
        let fields = [time, step, place.unwrap_or_default()];
        event_id::derived(
            &fields
                .into_iter()
                .chain(epcs.iter().copied())
                .collect::<Vec<_>>(),
        )
    });
    match &retraction {
        None => observation.event_id = Some(id),
        Some(declaration) => {
            observation.event_id = Some(format!("{id} retracted"));
            observation.corrects = Some(id);
            observation.revision = 1;
            for name in ["reason", "declarationTime"] {
                detail(
                    &mut observation.details,
                    name,
                    declaration.string(name)?.unwrap_or_default(),
                );
            }
            let corrective: Vec<&str> = declaration
                .strings("correctiveEventIDs", LONGEST_LIST)?
                .collect();
            detail(
                &mut observation.details,
                "correctiveEventIDs",
                &corrective.join(", "),
            );
        }
    }
    for (name, path) in [
        ("type", "type"),
        ("action", "action"),
        ("disposition", "disposition"),
        ("bizLocation", "bizLocation.id"),
    ] {
        detail(
            &mut observation.details,
            name,
            event.string(path)?.unwrap_or_default(),
        );
    }
    detail(&mut observation.details, "bizStep", word);
    detail(
        &mut observation.details,
        "readPoint",
        place.unwrap_or_default(),
    );
    detail(&mut observation.details, "sensors", &sensors(event)?);
    Ok(observation)
}

/// The event time; one without a zone is read with `eventTimeZoneOffset`, else in the registered zone.
fn occurred(context: &Context<'_>, event: &Fields<'_>) -> Result<Occurred, Error> {
    let text = event.string("eventTime")?.unwrap_or_default();
    let offset = event.string("eventTimeZoneOffset")?.unwrap_or_default();
    let occurred = match time_text::iso(text) {
        Some(time_text::Iso::Wall(_)) => context.iso(&format!("{text}{offset}"))?,
        _ => context.iso(text)?,
    };
    occurred.ok_or_else(|| {
        event.error(
            "epcis.time",
            "eventTime",
            "must be a date and time, with eventTimeZoneOffset where it has no zone",
        )
    })
}

/// Returns the parent and every EPC the event lists.
fn epcs<'v>(event: &Fields<'v>) -> Result<Vec<&'v str>, Error> {
    let mut epcs: Vec<&str> = event.string("parentID")?.into_iter().collect();
    for path in EPC_LISTS {
        epcs.extend(event.strings(path, LONGEST_LIST)?);
    }
    Ok(epcs)
}

/// Returns each sensor report as `Temperature 4 CEL`.
fn sensors(event: &Fields<'_>) -> Result<String, Error> {
    let mut reports = Vec::new();
    for element in event.elements("sensorElementList").take(16) {
        for report in element.elements("sensorReport").take(16) {
            let kind = report.text("type")?.unwrap_or_default();
            let (value, unit) = (
                report.text("value")?.unwrap_or_default(),
                report.text("uom")?.unwrap_or_default(),
            );
            reports.push(
                format!("{} {value} {unit}", identity::last_word(&kind))
                    .trim()
                    .to_owned(),
            );
        }
    }
    Ok(reports.join(", "))
}
