//! Traffic on lanes with cameras, a scale and a barrier.

use bordergate_model::Milestone::{self, *};
use bordergate_model::{Basis, Observation, PlateNumber, SourceId};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::common::{second, seen};

/// Who stands on every lane, and what each tells.
const DEVICES: [(&str, &[Milestone]); 5] = [
    ("camera", &[GateIn, YardIn, YardOut, CrossedIn]),
    ("rear", &[GateIn, YardIn]),
    ("line", &[CrossedOut, TurnedBack, GateOut]),
    ("scale", &[Weighed]),
    ("barrier", &[GateIn, GateOut, YardOut]),
];
/// The first two are near each other.
const PLATES: [&str; 4] = ["12C12345", "12C12745", "29H55512", "桂E9U115"];
/// No two are near each other, on any day or on two.
const APART: [[&str; 3]; 4] = [
    ["12C12345", "29H55512", "98C77777"],
    ["11A13313", "34B97799", "桂E9U115"],
    ["51D36633", "60F44144", "粤B03168"],
    ["73G71117", "88K93993", "湘A77F34"],
];

/// What a device on lane 3 told at a second of the day; without a plate where `plate` is empty.
pub(crate) fn by(
    device: &str,
    number: u32,
    milestone: Milestone,
    seconds: i64,
    plate: &str,
) -> Observation {
    let mut reading = seen(number, milestone, 0, plate);
    reading.source_id = SourceId::parse(device).expect("a name");
    reading.lane = Some("3".into());
    reading.occurred.at = Some(second(seconds));
    reading.received_at = second(seconds);
    reading
}

/// A reading as drawn: device, milestone, plate, seconds, lane, twist, an earlier one.
type Drawn = (usize, usize, usize, i64, u8, u8, prop::sample::Index);

/// A quarter of an hour on two lanes, with corrections, retractions, undated and suspect readings.
pub(crate) fn lately() -> impl Strategy<Value = Vec<Observation>> {
    drawn(0_i64..900, &PLATES).prop_map(|drawn| {
        let each = (0_u32..).zip(drawn);
        let readings = each.map(|(number, (reading, _))| twisted(number, reading, &PLATES));
        readings.collect()
    })
}

/// Minutes of several days, each with vehicles of its own, of which some readings come hours or days late.
///
/// Which older crossings of a vehicle matter to it is not asked here, nor what corrections of corrections find.
pub(crate) fn over_days() -> impl Strategy<Value = Vec<Observation>> {
    drawn(0_i64..400, &APART[0]).prop_map(|drawn| {
        let each = (0_u32..).zip(drawn);
        let readings = each.map(|(number, (mut reading, (day, late)))| {
            reading.5 = if reading.5 < 3 { 24 } else { reading.5 };
            let mut reading = twisted(number, reading, &APART[usize::from(day)]);
            let begins = SignedDuration::from_hours(45 * i64::from(day));
            let late = SignedDuration::from_hours([0, 0, 0, 1, 50, 140][usize::from(late)]);
            reading.occurred.at = reading.occurred.at.map(|at| at + begins);
            reading.received_at = reading.received_at + begins + late;
            reading
        });
        readings.collect()
    })
}

/// Readings in the order in which a hub receives them, at offsets of that order.
pub(crate) fn arriving(mut readings: Vec<Observation>) -> Vec<Observation> {
    readings.sort_by_key(|reading| (reading.received_at, reading.offset));
    readings
}

fn drawn(
    seconds: std::ops::Range<i64>,
    plates: &'static [&'static str],
) -> impl Strategy<Value = Vec<(Drawn, (u8, u8))>> {
    let reading = (
        0..DEVICES.len(),
        0_usize..4,
        0..=plates.len(),
        seconds,
        0_u8..5,
        0_u8..24,
        any::<prop::sample::Index>(),
    );
    prop::collection::vec((reading, (0_u8..4, 0_u8..6)), 1..30)
}

fn twisted(number: u32, drawn: Drawn, plates: &[&str]) -> Observation {
    let (device, milestone, plate, seconds, lane, twist, earlier) = drawn;
    let (device, milestones) = DEVICES[device];
    let names = matches!(device, "camera" | "rear" | "line");
    let plate = plates.get(plate).filter(|_| names).copied().unwrap_or("");
    let milestone = milestones[milestone % milestones.len()];
    let mut reading = by(device, number, milestone, seconds, plate);
    if lane == 0 {
        reading.lane = Some("4".into());
    }
    let earlier = || format!("e{}", earlier.index(number.max(1) as usize));
    match twist {
        0 => {
            reading.corrects = Some(earlier());
            reading.revision = 1;
        }
        1 => {
            reading.corrects = Some(earlier());
            reading.revision = 1;
            reading.milestone = None;
        }
        2 => {
            reading.event_id = Some(earlier());
            reading.revision = number + 1;
        }
        3 => {
            reading.occurred.at = None;
            reading.occurred.basis = Basis::Undated;
        }
        4 => {
            reading.is_suspect = true;
            reading.occurred.at = Some(reading.received_at + SignedDuration::from_hours(500));
        }
        5 => reading.rank = 1,
        6 => reading.lane = None,
        7 => reading.plate = PlateNumber::parse(plates[0]).ok(),
        _ => {}
    }
    reading
}
