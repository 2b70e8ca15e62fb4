//! Readings: one observation in its crossing.

use std::sync::Arc;

use bordergate_model as model;
use bordergate_model::{
    Candidate, DeclarationNumber, GateId, LinkedReading, MatchKey, Observation, Occurred, RecordId,
    Seal, SourceId, Tag, TripCode,
};

use super::field::read;
use super::{Error, Word, time, to_timestamp, words};
use crate::v1;

const NO_IDENTIFIER: &str = "not 1 to 64 printable characters";

impl From<&LinkedReading> for v1::Reading {
    fn from(linked: &LinkedReading) -> Self {
        let o = &linked.observation;
        Self {
            record_id: o.record_id.to_string(),
            offset: o.offset,
            index: o.index.into(),
            source_id: o.source_id.to_string(),
            source_version: o.source_version,
            rank: o.rank.into(),
            milestone: words::optional(o.milestone),
            stands: linked.stands,
            occurred_at: o.occurred.at.map(to_timestamp),
            occurred_text: o.occurred.text.clone(),
            basis: o.occurred.basis.number(),
            received_at: Some(to_timestamp(o.received_at)),
            told_at: o.told_at.map(to_timestamp),
            is_suspect: o.is_suspect,
            event_id: o.event_id.clone(),
            revision: o.revision,
            corrects: o.corrects.clone(),
            link_key: linked.link_key.as_ref().map(Into::into),
            plate: o.plate.as_ref().map(Into::into),
            to_plate: o.to_plate.as_ref().map(Into::into),
            trailer_plate: o.trailer_plate.as_ref().map(Into::into),
            trip_code: o.trip_code.as_ref().map(ToString::to_string),
            containers: o.containers.iter().map(Into::into).collect(),
            declarations: texts(&o.declarations, DeclarationNumber::as_str),
            seals: texts(&o.seals, Seal::as_str),
            tags: texts(&o.tags, Tag::as_str),
            direction: words::optional(o.direction),
            channel: words::optional(o.channel),
            cargo: words::optional(o.cargo),
            is_loaded: o.is_loaded,
            lane: o.lane.as_deref().map(str::to_owned),
            confidence_percent: o.confidence_percent,
            candidates: o.candidates.iter().map(Into::into).collect(),
            gross_kg: o.gross_kg,
            details: o
                .details
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }
}

impl From<&Candidate> for v1::Candidate {
    fn from(candidate: &Candidate) -> Self {
        Self {
            plate: Some((&candidate.plate).into()),
            confidence_percent: candidate.confidence_percent,
        }
    }
}

fn candidate(candidate: v1::Candidate) -> Result<Candidate, Error> {
    Ok(Candidate {
        plate: candidate.plate.unwrap_or_default().try_into()?,
        confidence_percent: candidate.confidence_percent,
    })
}

fn texts<T>(values: &[T], text: fn(&T) -> &str) -> Vec<String> {
    values.iter().map(|value| text(value).to_owned()).collect()
}

/// Reads a reading of a crossing at `gate_id`.
pub(super) fn linked(gate_id: &GateId, reading: v1::Reading) -> Result<LinkedReading, Error> {
    let plate = |plate: Option<v1::Plate>| plate.map(TryInto::try_into).transpose();
    let link_key = reading.link_key.clone().map(MatchKey::try_from);
    let (stands, link_key) = (reading.stands, link_key.transpose()?);
    let observation = Observation {
        record_id: RecordId(read("record_id", reading.record_id.parse())?),
        offset: reading.offset,
        index: read("index", reading.index.try_into())?,
        gate_id: gate_id.clone(),
        source_id: read("source_id", SourceId::parse(&reading.source_id))?,
        source_version: reading.source_version,
        event_id: reading.event_id,
        revision: reading.revision,
        corrects: reading.corrects,
        milestone: model::Milestone::from_number("milestone", reading.milestone)?,
        occurred: Occurred {
            at: time::optional("occurred_at", reading.occurred_at.as_ref())?,
            text: reading.occurred_text,
            basis: model::Basis::needed("basis", reading.basis)?,
        },
        received_at: time::needed("received_at", reading.received_at.as_ref())?,
        told_at: time::optional("told_at", reading.told_at.as_ref())?,
        is_suspect: reading.is_suspect,
        rank: read("rank", reading.rank.try_into())?,
        plate: plate(reading.plate)?,
        to_plate: plate(reading.to_plate)?,
        trailer_plate: plate(reading.trailer_plate)?,
        trip_code: match reading.trip_code {
            Some(text) => Some(read(
                "trip_code",
                TripCode::parse(&text).ok_or(NO_IDENTIFIER),
            )?),
            None => None,
        },
        containers: each(reading.containers, TryInto::try_into)?,
        declarations: each(reading.declarations, |text| {
            read("declarations", DeclarationNumber::parse(&text))
        })?,
        seals: each(reading.seals, |text| {
            read("seals", Seal::parse(&text).ok_or(NO_IDENTIFIER))
        })?,
        tags: each(reading.tags, |text| {
            read("tags", Tag::parse(&text).ok_or(NO_IDENTIFIER))
        })?,
        direction: model::Direction::from_number("direction", reading.direction)?,
        channel: model::Channel::from_number("channel", reading.channel)?,
        cargo: model::CargoClass::from_number("cargo", reading.cargo)?,
        is_loaded: reading.is_loaded,
        lane: reading.lane.map(Into::into),
        confidence_percent: reading.confidence_percent,
        candidates: each(reading.candidates, candidate)?,
        gross_kg: reading.gross_kg,
        details: reading.details.into_iter().collect(),
    };
    Ok(LinkedReading {
        observation: Arc::new(observation),
        link_key,
        stands,
    })
}

fn each<T, U, L: FromIterator<U>>(
    values: Vec<T>,
    read: impl Fn(T) -> Result<U, Error>,
) -> Result<L, Error> {
    values.into_iter().map(read).collect()
}
