//! The data of a milestone report: the milestone and what it is about.
//!
//! Types are strict, since the format is ours; words we do not know (cargo, direction) and identifiers without the
//! shape of one are kept as text and marked. Fields we do not know are named, not kept: they may be personal.

use bordergate_model::{
    CargoClass, Details, Direction, Milestone, Observation, PlateNumber, TripCode,
};

use super::envelope::{Envelope, is_plain};
use crate::identifiers::{
    containers, declarations, detail, named_plate, seals, tags, unknown_fields,
};
use crate::json::{Field, Fields, Value, named};
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
    // In the order of formats.md.
    named!(
        data,
        "milestone" => code,
        "plate" => plate,
        "to_plate" => to_plate,
        "trailer_plate" => trailer_plate,
        "trip_code" => trip_code,
        "containers" => containers,
        "declarations" => declarations,
        "seals" => seals,
        "tags" => tags,
        "direction" => heading,
        "loaded" => loaded,
        "cargo" => class,
        "lane" => lane,
        "corrects" => corrects,
        "revision" => told_revision,
    );
    let mut observation = context.observation(Some(milestone(data, code)?));
    observation.event_id = Some(envelope.event_id());
    observation.occurred = envelope.occurred(context)?;
    revision(&mut observation, envelope, corrects, told_revision)?;
    vehicle(
        &mut observation,
        [plate, to_plate, trailer_plate],
        trip_code,
    )?;
    goods(&mut observation, [containers, declarations, seals, tags])?;
    direction(&mut observation, heading)?;
    cargo(&mut observation, loaded, class)?;
    observation.lane = context.lane(lane.text()?.as_deref());
    unknown_fields(&mut observation, data);
    Ok(observation)
}

fn milestone(data: &Fields<'_>, code: Field<'_>) -> Result<Milestone, Error> {
    let text = code.string_or_empty()?;
    if text.is_empty() {
        return Err(data.error("cloudevents.missing", "milestone", "must be given"));
    }
    trimmed(text).parse().map_err(|_| {
        let known: Vec<&str> = Milestone::ALL
            .iter()
            .map(|milestone| milestone.code())
            .collect();
        let problem = format!("must be one of {}", known.join(", "));
        code.error("milestone.unknown", &problem)
    })
}

/// A correction has a revision of 1 or more: one that names what it corrects and no revision is the first.
fn revision(
    observation: &mut Observation,
    envelope: &Envelope<'_>,
    corrects: Field<'_>,
    revision: Field<'_>,
) -> Result<(), Error> {
    let corrected = trimmed(corrects.string_or_empty()?);
    if !is_plain(corrected, 512) {
        let problem = "must be at most 512 bytes without control characters";
        return Err(corrects.error("cloudevents.attribute", problem));
    }
    if !corrected.is_empty() {
        observation.corrects = Some(envelope.event_id_of(corrected));
    }
    observation.revision = match revision.count()? {
        Some(told) if i32::try_from(told).is_err() => {
            let problem = "must be a whole number of 0 to 2147483647";
            return Err(revision.error("json.type", problem));
        }
        Some(told) => told,
        None => u32::from(!corrected.is_empty()),
    };
    Ok(())
}

fn vehicle(
    observation: &mut Observation,
    plates: [Field<'_>; 3],
    trip_code: Field<'_>,
) -> Result<(), Error> {
    let [own, to, trailer] = plates;
    let details = &mut observation.details;
    plate(&mut observation.plate, details, "plate", own)?;
    plate(&mut observation.to_plate, details, "to_plate", to)?;
    plate(
        &mut observation.trailer_plate,
        details,
        "trailer_plate",
        trailer,
    )?;
    let trip_code = trip_code.string_or_empty()?;
    if !trip_code.is_empty() {
        observation.trip_code = TripCode::parse(trip_code);
        if observation.trip_code.is_none() {
            detail(details, "trip_code_text", trip_code);
        }
    }
    Ok(())
}

#[inline(never)]
fn plate(
    plate: &mut Option<PlateNumber>,
    details: &mut Details,
    name: &str,
    field: Field<'_>,
) -> Result<(), Error> {
    let text = field.string_or_empty()?;
    if !text.is_empty() {
        *plate = named_plate(details, name, text);
    }
    Ok(())
}

fn goods(observation: &mut Observation, lists: [Field<'_>; 4]) -> Result<(), Error> {
    let [container, declaration, seal, tag] = lists;
    containers(observation, container.strings(MOST)?);
    declarations(observation, declaration.strings(MOST)?);
    seals(observation, seal.strings(MOST)?);
    tags(observation, tag.strings(MOST)?);
    Ok(())
}

fn direction(observation: &mut Observation, field: Field<'_>) -> Result<(), Error> {
    let word = field.string_or_empty()?;
    if !word.is_empty() {
        observation.direction = Direction::from_code(&lower_case(trimmed(word).into()));
        if observation.direction.is_none() {
            detail(&mut observation.details, "direction_text", word);
        }
    }
    Ok(())
}

fn cargo(observation: &mut Observation, loaded: Field<'_>, class: Field<'_>) -> Result<(), Error> {
    observation.is_loaded = loaded.boolean()?;
    let word = class.string_or_empty()?;
    if !word.is_empty() {
        // Also as people write it: `New vehicle`.
        let as_written = || lower_case(trimmed(word).into()).replace([' ', '-'], "_");
        observation.cargo =
            CargoClass::from_code(word).or_else(|| CargoClass::from_code(&as_written()));
        if observation.cargo.is_none() {
            detail(&mut observation.details, "cargo_text", word);
        }
    }
    Ok(())
}
