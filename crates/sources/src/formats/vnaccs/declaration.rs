//! Messages about a goods declaration: registered, channelled, inspected, cleared.
//!
//! Every dated position yields its milestone. The message's own milestone is always told, undated when its date is
//! blank: then it is linked by declaration only and is in no interval. CHANNELLED is dated by the header's server time.

use bordergate_model::{Milestone, Observation, Occurred, PlateNumber, plate::Country};

use super::body::{Body, Dated};
use super::header::Header;
use super::layout::{Layout, Means};
use crate::identifiers::{containers, declarations, detail, named_plate, seals};
use crate::{Context, Error};

/// Returns the readings of the message, in the usual order of their milestones.
pub(super) fn read(
    context: &Context<'_>,
    header: &Header<'_>,
    layout: &Layout,
    body: &Body<'_>,
) -> Result<Vec<Observation>, Error> {
    let sent = header.sent(context)?;
    let whole = whole(context, header, layout, body, sent.as_ref());
    let reading = |milestone: Option<Milestone>, occurred| Observation {
        milestone,
        occurred,
        ..whole.clone()
    };
    let mut readings = Vec::new();
    if let Dated::Told(occurred) =
        body.dated(context, Means::RegisteredDate, Means::RegisteredTime)?
    {
        readings.push(reading(Some(Milestone::DeclRegistered), occurred));
    }
    let is_channelled = layout.tells == Some(Milestone::Channelled);
    if is_channelled {
        readings.push(reading(
            layout.tells,
            sent.unwrap_or_else(|| context.undated(None)),
        ));
    }
    if let Dated::Told(occurred) =
        body.dated(context, Means::InspectionDate, Means::InspectionTime)?
    {
        readings.push(reading(Some(Milestone::InspectionEnd), occurred));
    }
    match body.dated(context, Means::PermitDate, Means::PermitTime)? {
        Dated::Told(occurred) => readings.push(reading(layout.tells, occurred)),
        Dated::Blank if !is_channelled => {
            readings.push(reading(layout.tells, context.undated(None)));
        }
        Dated::Blank => {}
    }
    Ok(readings)
}

/// Returns what every reading of the message shares.
fn whole(
    context: &Context<'_>,
    header: &Header<'_>,
    layout: &Layout,
    body: &Body<'_>,
    sent: Option<&Occurred>,
) -> Observation {
    let mut observation = context.observation(None);
    observation.event_id = header.event_id(body.value(Means::Declaration));
    observation.told_at = sent.and_then(|sent| sent.at);
    observation.direction = layout.direction;
    observation.channel = body.channel();
    observation.gross_kg = body.gross_kg();
    declarations(&mut observation, [body.value(Means::Declaration)]);
    containers(&mut observation, body.values(Means::Container));
    seals(&mut observation, body.values(Means::Seal));
    observation.plate = match body.value(Means::CountryAndPlate) {
        "" => truck(&mut observation, body),
        text => country_and_plate(&mut observation, text),
    };
    for (name, means) in [
        ("class", Means::Class),
        ("transport_mode", Means::TransportMode),
        ("office_name", Means::OfficeName),
        ("gross_weight", Means::GrossWeight),
        ("gross_unit", Means::GrossUnit),
        ("containers", Means::Containers),
        ("bonded_area", Means::BondedArea),
        ("border_gate", Means::BorderGate),
        ("arrival_date", Means::ArrivalDate),
        ("transport_start_date", Means::TransportStartDate),
        ("transport_arrival_date", Means::TransportArrivalDate),
    ] {
        detail(&mut observation.details, name, body.value(means));
    }
    header.details(&mut observation);
    // Where no milestone says it.
    if layout.tells.is_none() {
        detail(&mut observation.details, "about", &layout.about);
    }
    detail(
        &mut observation.details,
        "layout",
        if layout.is_assumed { "assumed" } else { "" },
    );
    observation
}

/// Reads `CC-PLATE`: two letters and a hyphen are the country, the rest names the vehicle.
fn country_and_plate(observation: &mut Observation, text: &str) -> Option<PlateNumber> {
    let split = text.split_once('-');
    let country = split.filter(|(country, _)| {
        country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    detail(
        &mut observation.details,
        "vehicle_country",
        country.map_or("", |(country, _)| country),
    );
    named_plate(
        &mut observation.details,
        "plate",
        country.map_or(text, |(_, plate)| plate),
    )
}

/// Finds the vehicle: in free text the part after the last `/`; of several fields the first with the shape of a plate.
fn truck(observation: &mut Observation, body: &Body<'_>) -> Option<PlateNumber> {
    let texts: Vec<(&str, bool)> = body
        .values(Means::Truck)
        .chain(body.values(Means::Vehicle))
        .map(|text| {
            text.rsplit_once('/')
                .map_or((text, false), |(_, plate)| (plate.trim(), true))
        })
        .collect();
    let is_free_text = body.values(Means::Truck).next().is_some();
    let found = texts.iter().find_map(|&(text, is_after_slash)| {
        let plate = (text.len() <= 64)
            .then(|| PlateNumber::parse(text).ok())
            .flatten()?;
        // Words such as the kind of the vehicle have no digit; without a slash nothing says where the plate starts.
        let is_named =
            is_free_text && is_after_slash && text.contains(|c: char| c.is_ascii_digit());
        (is_named || plate.country() != Country::Other).then_some(plate)
    });
    match (found, texts.first()) {
        (None, Some((text, _))) if !text.is_empty() => {
            // Only a mark: a text without the shape of a plate must not link vehicles.
            if named_plate(&mut observation.details, "plate", text).is_some() {
                detail(&mut observation.details, "plate_text", text);
                detail(&mut observation.details, "plate_state", "malformed");
            }
            None
        }
        (None, Some(_)) => {
            detail(&mut observation.details, "plate_state", "unread");
            None
        }
        (found, _) => found,
    }
}
