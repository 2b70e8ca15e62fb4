//! Readings to link, and what linking gives.

use std::collections::BTreeMap;

use bordergate_crossing::{Rules, link};
use bordergate_model::{
    Basis, Crossing, DeclarationNumber, GateId, Milestone, Observation, Occurred, PlateNumber,
    RecordId, SourceId, TripCode,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A midnight.
const DAY: i64 = 1_763_251_200;

/// Returns a moment, in seconds after the midnight.
pub(crate) fn second(second: i64) -> Timestamp {
    Timestamp::from_second(DAY + second).expect("in range")
}

/// A reading of `milestone` at `minute` of the day by a sensor that saw `plate`.
pub(crate) fn seen(number: u32, milestone: Milestone, minute: i64, plate: &str) -> Observation {
    let at = second(minute * 60);
    Observation {
        record_id: RecordId(Uuid::from_u128(u128::from(number) + 1)),
        offset: i64::from(number),
        index: 0,
        gate_id: GateId::parse("huu-nghi").expect("a name"),
        source_id: SourceId::parse("camera").expect("a name"),
        source_version: 1,
        event_id: Some(format!("e{number}")),
        revision: 0,
        corrects: None,
        milestone: Some(milestone),
        occurred: Occurred {
            at: Some(at),
            text: None,
            basis: Basis::Explicit,
        },
        received_at: at,
        told_at: None,
        is_suspect: false,
        rank: 0,
        plate: PlateNumber::parse(plate).ok(),
        to_plate: None,
        trailer_plate: None,
        trip_code: None,
        containers: Vec::new(),
        declarations: Vec::new(),
        seals: Vec::new(),
        tags: Vec::new(),
        direction: None,
        channel: None,
        cargo: None,
        is_loaded: None,
        lane: None,
        confidence_percent: None,
        gross_kg: None,
        details: BTreeMap::new(),
    }
}

/// The reading as a customs message about a declaration.
pub(crate) fn declared(mut reading: Observation, number: &str) -> Observation {
    reading.declarations = vec![DeclarationNumber::parse(number).expect("a declaration number")];
    reading.rank = 2;
    reading
}

/// The reading with the code of a trip.
pub(crate) fn with_trip(mut reading: Observation, code: &str) -> Observation {
    reading.trip_code = TripCode::parse(code);
    reading
}

/// A log time at which every near window has passed.
pub(crate) fn late_enough(readings: &[Observation]) -> Timestamp {
    readings
        .iter()
        .map(|reading| reading.received_at)
        .max()
        .expect("some")
        + SignedDuration::from_hours(3)
}

/// The crossings that the definition gives, by their first reading.
pub(crate) fn crossings(readings: &[Observation]) -> Vec<Crossing> {
    let mut crossings = link(readings, late_enough(readings), &Rules::default()).crossings;
    crossings.sort_by_key(|crossing| crossing.first_at);
    crossings
}

/// A crossing's milestones by time.
pub(crate) fn milestones(crossing: &Crossing) -> Vec<&'static str> {
    crossing
        .readings
        .iter()
        .filter_map(|reading| reading.observation.milestone)
        .map(Milestone::code)
        .collect()
}
