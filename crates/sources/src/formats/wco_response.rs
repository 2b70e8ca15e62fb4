//! Responses of a customs system after the WCO Data Model 3.6 (`wco-response`).
//!
//! The function code is the word the registration maps; without an entry 01 accepted is DECL_REGISTERED, 08 RELEASED
//! and 09 CLEARED, and the others are kept without a milestone. `time` reads the ways dates are written, by their shape:
//! format codes are often missing. Source: formats.md, WCO Data Model 3.6 response.

mod time;

use bordergate_model::{Milestone, Observation};

use crate::context::MOST;
use crate::identifiers::{containers, declarations, detail};
use crate::text::Text;
use crate::xml::{self, Element};
use crate::{Context, Error, Read, event_id};

/// Reads the responses of a document, bare or wrapped in metadata.
///
/// # Errors
/// `wco.no_response`, `wco.function` (no function code), `wco.time`, and those of the text and XML layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let text = Text::check(context.body(), 0)?;
    let roots = xml::parse(text)?;
    let mut responses = Vec::new();
    for root in &roots {
        collect(root, &mut responses);
    }
    if responses.is_empty() {
        return Err(Error::new(
            "wco.no_response",
            format!("/: the document holds no Response at {}", text.place(0)),
        ));
    }
    let readings: Result<Vec<_>, Error> = (1..)
        .zip(responses)
        .map(|(number, response)| reading(context, number, response))
        .collect();
    context.finish(readings?)
}

fn collect<'e, 'a>(element: &'e Element<'a>, responses: &mut Vec<&'e Element<'a>>) {
    if responses.len() > MOST {
        return;
    }
    if element.name == "Response" {
        responses.push(element);
    } else {
        element
            .children
            .iter()
            .for_each(|child| collect(child, responses));
    }
}

fn reading(
    context: &Context<'_>,
    number: usize,
    response: &Element<'_>,
) -> Result<Observation, Error> {
    let error = |code, path: &str, problem: &str| {
        Error::new(code, format!("/Response[{number}]/{path} {problem}"))
    };
    let code = response
        .text_at("FunctionCode")
        .ok_or_else(|| error("wco.function", "FunctionCode", "must be given"))?;
    let code = format!("{code:0>2}");
    let issued = issued_text(response);
    let value = |path| response.text_at(path).unwrap_or_default();
    let mut observation =
        context.observation(context.source.meaning(Some(&code)).or_else(|| usual(&code)));
    observation.occurred = match issued {
        None => context.undated(None),
        Some(text) => time::occurred(context, text)?.ok_or_else(|| {
            error(
                "wco.time",
                "IssueDateTime",
                "is no date and time that is read",
            )
        })?,
    };
    observation.told_at = observation.occurred.at;
    observation.event_id = Some(event_id::derived(&[
        value("FunctionalReferenceID"),
        value("ID"),
        value("Declaration/ID"),
        value("Declaration/VersionID"),
        &code,
        issued.unwrap_or_default(),
    ]));
    declarations(&mut observation, response.text_at("Declaration/ID"));
    observation.direction = observation
        .declarations
        .first()
        .and_then(|declaration| declaration.direction());
    let equipment = "Declaration/GoodsShipment/Consignment/TransportEquipment/ID";
    containers(&mut observation, response.text_at(equipment));
    for (name, path) in [
        ("functional_reference", "FunctionalReferenceID"),
        ("response_id", "ID"),
        ("type", "TypeCode"),
        ("declaration_version", "Declaration/VersionID"),
        ("declaration_reference", "Declaration/FunctionalReferenceID"),
        ("status", "Status/NameCode"),
        ("error", "Error/ValidationCode"),
    ] {
        detail(&mut observation.details, name, value(path));
    }
    detail(&mut observation.details, "function_code", &code);
    Ok(observation)
}

/// The text of `DateTimeString`, or of `IssueDateTime` itself where it has no child.
fn issued_text<'e>(response: &'e Element<'_>) -> Option<&'e str> {
    response
        .text_at("IssueDateTime/DateTimeString")
        .or_else(|| response.text_at("IssueDateTime"))
}

fn usual(code: &str) -> Option<Milestone> {
    match code {
        "01" => Some(Milestone::DeclRegistered),
        "08" => Some(Milestone::Released),
        "09" => Some(Milestone::Cleared),
        _ => None,
    }
}
