//! The hub's crossings against the truth: which are exact, and why the others are not.

use std::collections::{BTreeMap, BTreeSet};

use bordergate_model::{Crossing, CrossingId, PlateNumber};
use bordergate_simulator::{TrueCrossing, TrueReading};
use jiff::Timestamp;

/// What a comparison found.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Crossings of the truth.
    pub true_count: usize,
    /// Those reproduced exactly.
    pub exact_count: usize,
    /// Every other one by name, with the reason.
    pub inexact: Vec<(String, String)>,
}

impl Comparison {
    /// Returns the share of exact crossings, 0 to 1; 1 when there is nothing to reproduce.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        reason = "counts of crossings are far below 2^52"
    )]
    pub fn share(&self) -> f64 {
        if self.true_count == 0 {
            1.0
        } else {
            self.exact_count as f64 / self.true_count as f64
        }
    }
}

/// Compares. Exact: one hub crossing whose readings (record, milestone, corrected second) equal the
/// truth's, with equal gate, direction, channel, cargo class, loaded, plate key and end state.
#[must_use]
pub fn compare(crossings: &[Crossing], truth: &[TrueCrossing]) -> Comparison {
    let read: Vec<(CrossingId, BTreeSet<TrueReading>)> = crossings
        .iter()
        .map(|crossing| (crossing.crossing_id, readings(crossing)))
        .collect();
    let mut of_reading: BTreeMap<TrueReading, usize> = BTreeMap::new();
    for (place, (_, readings)) in read.iter().enumerate() {
        of_reading.extend(readings.iter().map(|reading| (*reading, place)));
    }
    let true_of: BTreeMap<TrueReading, usize> = truth
        .iter()
        .enumerate()
        .flat_map(|(place, one)| one.readings.iter().map(move |reading| (*reading, place)))
        .collect();
    let mut comparison = Comparison {
        true_count: truth.len(),
        ..Comparison::default()
    };
    for (place, one) in truth.iter().enumerate() {
        let held: BTreeSet<usize> = one
            .readings
            .iter()
            .filter_map(|reading| of_reading.get(reading).copied())
            .collect();
        let reason = match held.iter().copied().collect::<Vec<_>>().as_slice() {
            [] => Some(format!(
                "none of its {} readings is in a crossing",
                one.readings.len()
            )),
            [only] => unlike(one, place, &crossings[*only], &read[*only].1, &true_of),
            several => Some(format!("split over {} crossings", several.len())),
        };
        match reason {
            None => comparison.exact_count += 1,
            Some(reason) => comparison.inexact.push((one.name.clone(), reason)),
        }
    }
    comparison
}

/// Returns why a crossing is not the true one; `None` when it is.
fn unlike(
    one: &TrueCrossing,
    place: usize,
    crossing: &Crossing,
    readings: &BTreeSet<TrueReading>,
    true_of: &BTreeMap<TrueReading, usize>,
) -> Option<String> {
    let missing: Vec<&str> = one
        .readings
        .difference(readings)
        .map(|reading| reading.milestone.code())
        .collect();
    let foreign: Vec<&TrueReading> = readings.difference(&one.readings).collect();
    if foreign
        .iter()
        .any(|reading| true_of.get(reading).is_some_and(|other| *other != place))
    {
        return Some(format!(
            "joined with another in crossing {}",
            crossing.crossing_id
        ));
    }
    if !missing.is_empty() {
        return Some(format!(
            "missing reading {} in crossing {}",
            missing.join(", "),
            crossing.crossing_id
        ));
    }
    if let Some(reading) = foreign.first() {
        return Some(format!(
            "foreign reading {} in crossing {}",
            reading.milestone, crossing.crossing_id
        ));
    }
    let key = crossing
        .plate
        .as_deref()
        .and_then(|plate| PlateNumber::parse(plate).ok())
        .map(|plate| plate.tail().to_owned());
    let differing: Vec<String> = [
        (
            "gate",
            one.gate_id.to_string(),
            crossing.gate_id.to_string(),
        ),
        (
            "direction",
            one.direction.to_string(),
            crossing.direction.to_string(),
        ),
        (
            "channel",
            one.channel.to_string(),
            crossing.channel.to_string(),
        ),
        (
            "cargo class",
            format!("{:?}", one.cargo),
            format!("{:?}", crossing.cargo),
        ),
        (
            "loaded",
            format!("{:?}", one.is_loaded),
            format!("{:?}", crossing.is_loaded),
        ),
        ("state", one.state.to_string(), crossing.state.to_string()),
    ]
    .into_iter()
    .filter(|(_, truth, found)| truth != found)
    .map(|(what, truth, found)| format!("{what} {found} instead of {truth}"))
    .collect();
    if !differing.is_empty() {
        return Some(format!(
            "{} in crossing {}",
            differing.join(", "),
            crossing.crossing_id
        ));
    }
    (one.plate_key != key).then(|| format!("another plate in crossing {}", crossing.crossing_id))
}

fn readings(crossing: &Crossing) -> BTreeSet<TrueReading> {
    let readings = crossing.readings.iter().map(|reading| &reading.observation);
    readings
        .filter_map(|observation| {
            let at = observation.occurred.at.unwrap_or(observation.received_at);
            Some(TrueReading {
                record_id: observation.record_id,
                milestone: observation.milestone?,
                occurred_at: Timestamp::from_second(at.as_second()).ok()?,
            })
        })
        .collect()
}
