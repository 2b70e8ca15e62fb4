//! Weighbridge tickets in the hub's own JSON (`weighbridge-json`): one object per weighing.
//!
//! Types are strict, since the format is ours. A scale that still moves (`stable: false`) is ignored. The ticket
//! is the event id. Source: formats.md, JSON weighbridge.

use bordergate_model::{Milestone, Observation, Occurred};

use crate::identifiers::{containers, detail, plate, unknown_fields};
use crate::json::{self, Fields, Value};
use crate::text::{Text, number_text};
use crate::{Context, Error, Read, event_id};

/// Heaviest gross weight that is a weighing and not a mistake of units, in kilograms.
const HEAVIEST_KG: f64 = 500_000.0;

/// Reads one ticket.
///
/// # Errors
/// `weighbridge.shape` (no object), `weighbridge.missing` (no gross weight), `weighbridge.range` (a weight below
/// 0 or above 500,000 kg), `weighbridge.time`, and those of the text and JSON layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let document = json::parse(Text::decoded(context.body(), 0)?)?;
    let ticket = document.root();
    if ticket.value() != Value::Map {
        let kind = ticket.value().kind();
        return Err(Error::new(
            "weighbridge.shape",
            format!("$ must be an object, not {kind}"),
        ));
    }
    if ticket.boolean("stable")? == Some(false) {
        return Ok(Read::Ignored {
            code: "weighbridge.unstable",
        });
    }
    let milestone = context.source.meaning(None).unwrap_or(Milestone::Weighed);
    let mut observation = context.observation(Some(milestone));
    let number = ticket.text("ticket")?;
    let weighed_at = ticket.string("weighed_at")?;
    let plate_text = ticket.string("plate")?;
    observation.occurred = occurred(context, &ticket, weighed_at)?;
    observation.event_id = match number.as_deref().and_then(event_id::own) {
        None if weighed_at.is_some() || plate_text.is_some() => Some(event_id::derived(&[
            weighed_at.unwrap_or_default(),
            plate_text.unwrap_or_default(),
        ])),
        ticket => ticket,
    };
    weights(&mut observation, &ticket)?;
    match plate_text {
        Some(text) => plate(&mut observation, Some(text)),
        None => detail(&mut observation.details, "plate_state", "absent"),
    }
    containers(&mut observation, ticket.strings("container", 8)?);
    unknown_fields(&mut observation, &ticket);
    context.finish(vec![observation])
}

fn occurred(
    context: &Context<'_>,
    ticket: &Fields<'_>,
    text: Option<&str>,
) -> Result<Occurred, Error> {
    let Some(text) = text else {
        return Ok(context.received(None));
    };
    let occurred = context.iso(text)?;
    occurred.ok_or_else(|| {
        ticket.error(
            "weighbridge.time",
            "weighed_at",
            "must be an RFC 3339 date and time",
        )
    })
}

/// Takes the gross weight; tare and net are kept as told, and marked when they do not add up within 1 kg.
fn weights(observation: &mut Observation, ticket: &Fields<'_>) -> Result<(), Error> {
    let weight = |name: &str| -> Result<Option<f64>, Error> {
        match ticket.field(name).number()? {
            Some(kg) if !(0.0..=HEAVIEST_KG).contains(&kg) => {
                Err(ticket.error("weighbridge.range", name, "must be 0 to 500000 kg"))
            }
            kg => Ok(kg),
        }
    };
    let (gross, tare, net) = (weight("gross_kg")?, weight("tare_kg")?, weight("net_kg")?);
    let Some(gross) = gross else {
        return Err(ticket.error("weighbridge.missing", "gross_kg", "must be given"));
    };
    observation.gross_kg = Some(gross);
    for (name, kg) in [("tare_kg", tare), ("net_kg", net)] {
        detail(
            &mut observation.details,
            name,
            &kg.map(number_text).unwrap_or_default(),
        );
    }
    if let (Some(tare), Some(net)) = (tare, net)
        && (gross - tare - net).abs() > 1.0
    {
        detail(&mut observation.details, "weights", "do not add up");
    }
    Ok(())
}
