//! One worked example for each rule of the domain pages that decides where a reading goes or what stands.
//!
//! Expected values are read off the pages (milestones.md, identifiers.md, formats.md), never off the code.

#[path = "../common/mod.rs"]
mod common;

mod after_end;
mod describing;
mod ends;
mod keys;
mod lane;
mod near;
mod revisions;
mod standing;
mod starts;
mod swaps;
mod undated;

use bordergate_model::{Crossing, Milestone, Observation};
use jiff::SignedDuration;

use common::{milestones, second, seen};

const TRUCK: &str = "12C12345";
const FOREIGN: &str = "桂E9U115";

/// A sensor's reading at a second of the day.
fn at(number: u32, milestone: Milestone, seconds: i64, plate: &str) -> Observation {
    let mut reading = seen(number, milestone, 0, plate);
    reading.occurred.at = Some(second(seconds));
    reading.received_at = second(seconds);
    reading
}

/// The reading as an agency's or a yard's report.
fn reported(mut reading: Observation) -> Observation {
    reading.rank = 1;
    reading
}

/// The reading without a time, received when it would have occurred.
fn undated(mut reading: Observation) -> Observation {
    reading.occurred.at = None;
    reading
}

/// The reading by a clock that is `ahead` of the true time.
fn suspect(mut reading: Observation, ahead: SignedDuration) -> Observation {
    reading.occurred.at = reading.occurred.at.map(|at| at + ahead);
    reading.is_suspect = true;
    reading
}

/// Each crossing's milestones.
fn all(crossings: &[Crossing]) -> Vec<Vec<&'static str>> {
    crossings.iter().map(milestones).collect()
}
