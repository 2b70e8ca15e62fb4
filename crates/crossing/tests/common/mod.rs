//! Readings to link, and what linking gives.

use bordergate_crossing::{Rules, link};
use bordergate_model::{
    Basis, Crossing, DeclarationNumber, GateId, Milestone, Observation, PlateNumber, RecordId,
    SourceId, TripCode,
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
    let mut reading = Observation::new(
        RecordId(Uuid::from_u128(u128::from(number) + 1)),
        i64::from(number),
        GateId::parse("huu-nghi").expect("a name"),
        (SourceId::parse("camera").expect("a name"), 1),
        at,
    );
    reading.event_id = Some(format!("e{number}"));
    reading.milestone = Some(milestone);
    reading.occurred.basis = Basis::Explicit;
    reading.plate = PlateNumber::parse(plate).ok();
    reading
}

/// The reading as a customs message about a declaration.
pub(crate) fn declared(mut reading: Observation, number: &str) -> Observation {
    reading.declarations = [DeclarationNumber::parse(number).expect("a declaration number")].into();
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
