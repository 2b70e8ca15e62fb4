//! The data of a milestone report: the milestone and what it is about.
//!
//! Types are strict, since the format is ours; words we do not know (cargo, direction) and identifiers without the
//! shape of one are kept as text and marked. Fields we do not know are named, not kept: they may be personal.

use bordergate_model::{CargoClass, Direction, Milestone, Observation, TripCode};

use super::envelope::{Envelope, is_plain};
use crate::identifiers::{
    containers, declarations, detail, named_plate, seals, tags, unknown_fields,
};
use crate::json::{Fields, Value};
use crate::text::{lower_case, trimmed};
use crate::{Context, Error};

/// Most identifiers of one kind in a report.
const MOST: usize = 200;

/// Reads the data of a report.
pub(super) fn read(
    context: &Context<'_>,
    envelope: &Envelope<'_>,
    data: &Fields<'_>,
) -> Result<Observation, Error> {
    if data.value() != Value::Map {
        return Err(data.error(
            "cloudevents.data",
            "",
            &format!("must be an object, not {}", data.value().kind()),
        ));
    }
    let mut observation = context.observation(Some(milestone(data)?));
    observation.event_id = Some(envelope.event_id());
    observation.occurred = envelope.occurred(context)?;
    revision(&mut observation, envelope, data)?;
    vehicle(&mut observation, data)?;
    // In the order of formats.md, in which most senders write them: each is found where it is looked for first.
    goods(&mut observation, data)?;
    direction(&mut observation, data)?;
    cargo(&mut observation, data)?;
    let lane = data.text("lane")?;
    observation.lane = context.lane(lane.as_deref());
    unknown_fields(&mut observation, data);
    Ok(observation)
}

fn milestone(data: &Fields<'_>) -> Result<Milestone, Error> {
    let Some(code) = data.string("milestone")? else {
        return Err(data.error("cloudevents.missing", "milestone", "must be given"));
    };
    trimmed(code).parse().map_err(|_| {
        let known: Vec<&str> = Milestone::ALL
            .iter()
            .map(|milestone| milestone.code())
            .collect();
        data.error(
            "milestone.unknown",
            "milestone",
            &format!("must be one of {}", known.join(", ")),
        )
    })
}

/// A correction has a revision of 1 or more: one that names what it corrects and no revision is the first.
fn revision(
    observation: &mut Observation,
    envelope: &Envelope<'_>,
    data: &Fields<'_>,
) -> Result<(), Error> {
    let corrects = data
        .string("corrects")?
        .map(trimmed)
        .filter(|id| !id.is_empty());
    if corrects.is_some_and(|id| !is_plain(id, 512)) {
        let problem = "must be at most 512 bytes without control characters";
        return Err(data.error("cloudevents.attribute", "corrects", problem));
    }
    observation.corrects = corrects.map(|id| envelope.event_id_of(id));
    let told = data.count("revision")?;
    observation.revision = match told {
        Some(revision) if i32::try_from(revision).is_err() => {
            return Err(data.error(
                "json.type",
                "revision",
                "must be a whole number of 0 to 2147483647",
            ));
        }
        Some(revision) => revision,
        None => u32::from(corrects.is_some()),
    };
    Ok(())
}

fn vehicle(observation: &mut Observation, data: &Fields<'_>) -> Result<(), Error> {
    let details = &mut observation.details;
    let mut plate = |name: &str| -> Result<_, Error> {
        Ok(data
            .string(name)?
            .and_then(|text| named_plate(details, name, text)))
    };
    observation.plate = plate("plate")?;
    observation.to_plate = plate("to_plate")?;
    observation.trailer_plate = plate("trailer_plate")?;
    if let Some(text) = data.string("trip_code")? {
        observation.trip_code = TripCode::parse(text);
        if observation.trip_code.is_none() {
            detail(&mut observation.details, "trip_code_text", text);
        }
    }
    Ok(())
}

fn goods(observation: &mut Observation, data: &Fields<'_>) -> Result<(), Error> {
    containers(observation, data.strings("containers", MOST)?);
    declarations(observation, data.strings("declarations", MOST)?);
    seals(observation, data.strings("seals", MOST)?);
    tags(observation, data.strings("tags", MOST)?);
    Ok(())
}

fn direction(observation: &mut Observation, data: &Fields<'_>) -> Result<(), Error> {
    if let Some(word) = data.string("direction")? {
        observation.direction = Direction::from_code(&lower_case(trimmed(word).into()));
        if observation.direction.is_none() {
            detail(&mut observation.details, "direction_text", word);
        }
    }
    Ok(())
}

fn cargo(observation: &mut Observation, data: &Fields<'_>) -> Result<(), Error> {
    observation.is_loaded = data.boolean("loaded")?;
    if let Some(word) = data.string("cargo")? {
        // Also as people write it: `New vehicle`.
        let code = lower_case(trimmed(word).into()).replace([' ', '-'], "_");
        observation.cargo = CargoClass::from_code(&code);
        if observation.cargo.is_none() {
            detail(&mut observation.details, "cargo_text", word);
        }
    }
    Ok(())
}
