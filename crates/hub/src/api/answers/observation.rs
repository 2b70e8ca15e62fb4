//! One observation as JSON: what was read, when, by what clock, and where it stands.

use bordergate_model as model;
use bordergate_store::ObservationFate;
use jiff::Timestamp;
use serde::Serialize;

use super::{Key, Veil};

/// One observation inside a crossing or a record.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// The record it was read from; `GET /v1/records/{record_id}` tells more.
    pub record_id: model::RecordId,
    /// Which of the record's observations, from 0.
    pub index: u16,
    /// The record's offset in the log.
    pub offset: i64,
    /// The source.
    pub source_id: model::SourceId,
    /// The registration version it was read with.
    pub source_version: u32,
    /// Rank of the source: 0 sensor at the place, 1 agency or yard report, 2 customs message.
    pub rank: u8,
    /// The device's event id; `null` when it gives none, a pseudonym for those who may not see plates.
    pub event_id: Option<String>,
    /// 0 for a first reading; 1, 2 ... for corrections.
    pub revision: u32,
    /// The event id it corrects.
    pub corrects: Option<String>,
    /// The milestone; `null` when the registration gives the reading no meaning.
    pub milestone: Option<&'static str>,
    /// When it happened, corrected; `null` when nothing dates it.
    pub occurred_at: Option<Timestamp>,
    /// The time as the device wrote it.
    pub occurred_text: Option<String>,
    /// `explicit`, `configured`, `corrected`, `received` or `undated`.
    pub basis: &'static str,
    /// Whether the registered clock correction was applied.
    pub is_corrected: bool,
    /// When the hub received the record.
    pub received_at: Timestamp,
    /// The latest moment the record tells, for latency; `null`: `occurred_at` serves.
    pub told_at: Option<Timestamp>,
    /// Whether the device's clock cannot be believed.
    pub is_suspect: bool,
    /// The key by which it was linked; `null` for the one that opened the crossing, and outside of any.
    pub link_key: Option<Key>,
    /// The plate as read.
    pub plate: Option<String>,
    /// The relief vehicle's plate.
    pub to_plate: Option<String>,
    /// The trailer's plate.
    pub trailer_plate: Option<String>,
    /// Code of the digital border-gate platform.
    pub trip_code: Option<String>,
    /// Containers, normal form.
    pub containers: Vec<String>,
    /// Customs declarations as printed.
    pub declarations: Vec<String>,
    /// Seals.
    pub seals: Vec<String>,
    /// RFID tags.
    pub tags: Vec<String>,
    /// The direction the message tells.
    pub direction: Option<model::Direction>,
    /// The channel the message tells.
    pub channel: Option<model::Channel>,
    /// The cargo class a report tells.
    pub cargo: Option<model::CargoClass>,
    /// Whether a report says the vehicle was loaded.
    pub is_loaded: Option<bool>,
    /// The lane.
    pub lane: Option<String>,
    /// How sure the device is of the plate, 0 to 100 %.
    pub confidence_percent: Option<f64>,
    /// What the device weighed for the plate, in its own order; shown as plates are.
    pub candidates: Vec<Candidate>,
    /// Gross weight in kilograms.
    pub gross_kg: Option<f64>,
    /// Where the pictures that came with the record are listed (most records have none); `null` for those who may not
    /// see plates.
    pub images: Option<String>,
    /// What else the message says, by its own field names; empty for those who may not see plates.
    pub details: model::Details,
}

/// One text that a device weighed for a plate.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    /// The plate it would be.
    pub plate: String,
    /// How sure the device is of it, 0 to 100 %.
    pub confidence_percent: Option<f64>,
}

/// One observation by itself.
#[derive(Clone, Debug, Serialize)]
pub struct Observation {
    /// The gate.
    pub gate_id: model::GateId,
    /// Its crossing; `null` when unlinked.
    pub crossing_id: Option<model::CrossingId>,
    /// `no_key`, `ambiguous` or `no_meaning`; `null` when it is in a crossing.
    pub unlinked: Option<&'static str>,
    /// What was read.
    #[serde(flatten)]
    pub reading: Reading,
}

/// Returns an observation as shown inside a crossing.
#[must_use]
pub fn reading(
    observation: &model::Observation,
    link_key: Option<&model::MatchKey>,
    veil: Veil<'_>,
) -> Reading {
    let o = observation;
    let plate =
        |plate: &Option<model::PlateNumber>| plate.as_ref().and_then(|plate| veil.plate(plate));
    let candidate = |candidate: &model::Candidate| {
        Some(Candidate {
            plate: veil.plate(&candidate.plate)?,
            confidence_percent: candidate.confidence_percent,
        })
    };
    let hidden = |text: &Option<String>| text.as_ref().and_then(|text| veil.show(text));
    Reading {
        record_id: o.record_id,
        index: o.index,
        offset: o.offset,
        source_id: o.source_id.clone(),
        source_version: o.source_version,
        rank: o.rank,
        event_id: hidden(&o.event_id),
        revision: o.revision,
        corrects: hidden(&o.corrects),
        milestone: o.milestone.map(model::Milestone::code),
        occurred_at: o.occurred.at,
        occurred_text: o.occurred.text.clone(),
        basis: o.occurred.basis.code(),
        is_corrected: o.occurred.basis == model::Basis::Corrected,
        received_at: o.received_at,
        told_at: o.told_at,
        is_suspect: o.is_suspect,
        link_key: link_key.and_then(|key| veil.key(key)),
        plate: plate(&o.plate),
        to_plate: plate(&o.to_plate),
        trailer_plate: plate(&o.trailer_plate),
        trip_code: o.trip_code.as_ref().map(ToString::to_string),
        containers: o
            .containers
            .iter()
            .map(|container| container.as_str().to_owned())
            .collect(),
        declarations: o
            .declarations
            .iter()
            .map(|declaration| declaration.as_str().to_owned())
            .collect(),
        seals: o.seals.iter().map(ToString::to_string).collect(),
        tags: o.tags.iter().map(ToString::to_string).collect(),
        direction: o.direction,
        channel: o.channel,
        cargo: o.cargo,
        is_loaded: o.is_loaded,
        lane: o.lane.as_deref().map(str::to_owned),
        confidence_percent: o.confidence_percent,
        candidates: o.candidates.iter().filter_map(candidate).collect(),
        gross_kg: o.gross_kg,
        images: veil
            .is_clear()
            .then(|| format!("/v1/records/{}/images", o.record_id)),
        details: if veil.is_clear() {
            o.details.clone()
        } else {
            model::Details::default()
        },
    }
}

/// Returns an observation with its place.
#[must_use]
pub fn observation(fate: &ObservationFate, veil: Veil<'_>) -> Observation {
    Observation {
        gate_id: fate.observation.gate_id.clone(),
        crossing_id: fate.crossing_id,
        unlinked: fate.unlinked.map(model::UnlinkedReason::code),
        reading: reading(&fate.observation, fate.link_key.as_ref(), veil),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_shown_as_plates_are() {
        let plate = |text| model::PlateNumber::parse(text).expect("a plate");
        let mut observation = model::Observation::new(
            model::RecordId(uuid::Uuid::from_u128(1)),
            1,
            model::GateId::parse("huu-nghi").expect("a plain name"),
            (model::SourceId::parse("camera").expect("a plain name"), 1),
            Timestamp::UNIX_EPOCH,
        );
        observation.candidates = vec![model::Candidate {
            plate: plate("12C-123.46"),
            confidence_percent: Some(78.2),
        }];
        let clear = reading(&observation, None, Veil::Clear);
        assert_eq!(clear.candidates[0].plate, "12C-123.46");
        assert_eq!(clear.candidates[0].confidence_percent, Some(78.2));
        let hidden = reading(&observation, None, Veil::Hidden);
        assert!(hidden.candidates.is_empty());
    }
}
