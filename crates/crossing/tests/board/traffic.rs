//! Readings of few vehicles with plates near to each other, at random.

use bordergate_model::Milestone::*;
use bordergate_model::{Observation, PlateNumber};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::common::{declared, seen, with_trip};

/// Makes one reading in five a correction, a retraction, a revision, an undated or a suspect one.
fn twist_reading(reading: &mut Observation, twist: u8, number: u32, earlier: prop::sample::Index) {
    let earlier = || format!("e{}", earlier.index(number.max(1) as usize));
    match twist {
        0 | 1 => {
            reading.corrects = Some(earlier());
            reading.revision = 1;
            if twist == 1 {
                reading.milestone = None;
            }
        }
        2 => {
            reading.event_id = Some(earlier());
            reading.revision = number + 1;
        }
        3 => reading.occurred.at = None,
        4 => {
            reading.is_suspect = true;
            reading.occurred.at = Some(reading.received_at + SignedDuration::from_hours(500));
        }
        _ => {}
    }
}

pub(crate) fn traffic() -> impl Strategy<Value = Vec<Observation>> {
    readings_where(|_, _, _, _| {})
}

/// Traffic with corrections, retractions, revisions, undated and suspect readings.
pub(crate) fn twisted_traffic() -> impl Strategy<Value = Vec<Observation>> {
    readings_where(twist_reading)
}

fn readings_where(
    twist_reading: impl Fn(&mut Observation, u8, u32, prop::sample::Index),
) -> impl Strategy<Value = Vec<Observation>> {
    let milestone = prop::sample::select(vec![
        Predeclared,
        GateIn,
        YardIn,
        Weighed,
        BorderControlled,
        CrossedOut,
        CrossedIn,
        Returned,
        GateOut,
        TurnedBack,
        TractorSwapped,
        DeclRegistered,
        Cleared,
    ]);
    let plates = [
        "12C12345",
        "12C12745",
        "12C123B5",
        "桂E9U115",
        "粤E9U115",
        "E9U115",
        "29H55512",
    ];
    let reading = (
        milestone,
        0_i64..1500,
        0..plates.len(),
        0..plates.len(),
        0_usize..6,
        0_u8..3,
        (0_u8..20, any::<prop::sample::Index>()),
    );
    prop::collection::vec(reading, 1..24).prop_map(move |drawn| {
        let mut readings: Vec<Observation> = Vec::new();
        for (number, drawn) in (0_u32..).zip(drawn) {
            let (milestone, minute, plate, other, declaration, rank, (twist, earlier)) = drawn;
            let mut reading = seen(number, milestone, minute, plates[plate]);
            reading.rank = rank;
            if milestone == TractorSwapped {
                reading.to_plate = PlateNumber::parse(plates[other]).ok();
            }
            if declaration < 3 && rank == 2 {
                reading = declared(
                    reading,
                    ["301234567890", "301234567990", "101234567890"][declaration],
                );
            }
            if declaration == 4 {
                reading = with_trip(reading, ["T1", "T2"][plate % 2]);
            }
            twist_reading(&mut reading, twist, number, earlier);
            readings.push(reading);
        }
        readings
    })
}
