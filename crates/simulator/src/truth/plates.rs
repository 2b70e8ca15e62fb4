//! What sensors made of plates, and where each reading belongs whatever was read (the measure of near plates).
//!
//! Here, unlike elsewhere in the truth, the vehicle decides: crossings are grouped once more as if every sensor had read
//! what is painted.

use std::collections::BTreeSet;

use bordergate_model::RecordId;
use serde::Serialize;

use super::event::Superseded;
use super::{Seen, event, group};
use crate::identity::{Plate, fold};

/// What became of a plate on its way from the vehicle to the sensor's text; of several things the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Disturbance {
    /// A plate of one line as it is painted.
    None,
    /// A plate of two lines as one word.
    Glued,
    /// A plate of two lines as two, or with separators.
    Apart,
    /// The Chinese province character is missing.
    ProvinceLost,
    /// One character is another of its confusion class.
    WithinClass,
    /// One character is another, outside its class.
    BeyondClass,
    /// One character is missing.
    CharacterLost,
}

/// What a sensor made of a plate, and where the reading belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruePlate {
    /// The record that tells it.
    pub record_id: RecordId,
    /// What was done to the plate.
    pub disturbance: Disturbance,
    /// The other records of the crossing that the reading belongs to, those left out whose own plate was read so wrong
    /// that keys do not find it. Empty: nothing else was read of that crossing.
    pub belongs_with: BTreeSet<RecordId>,
}

/// Returns every plate that a sensor read, among messages of one gate that speak for themselves; the superseded ones
/// belong where those do that speak for them.
pub(super) fn plates(
    speaking: &[&(RecordId, Seen)],
    superseded: &[Superseded<'_>],
) -> Vec<TruePlate> {
    let as_painted: Vec<(RecordId, Seen)> = speaking
        .iter()
        .map(|(record_id, seen)| {
            let mut seen = seen.clone();
            if let Some(painted) = seen.painted.clone() {
                seen.plate = Some(painted);
            }
            (*record_id, seen)
        })
        .collect();
    let disturbances: std::collections::BTreeMap<RecordId, Disturbance> = speaking
        .iter()
        .filter_map(|(record_id, seen)| Some((*record_id, disturbance(seen)?)))
        .collect();
    let is_found = |record_id: &RecordId| {
        let disturbance = disturbances.get(record_id);
        disturbance.is_none_or(|disturbance| *disturbance < Disturbance::BeyondClass)
    };
    let references: Vec<&(RecordId, Seen)> = as_painted.iter().collect();
    let mut groups = group::groups(&references);
    event::follow(&mut groups, superseded);
    let own_earlier_words = |of: RecordId| {
        let own = superseded.iter().filter(move |(_, speaker)| *speaker == of);
        own.map(|((record_id, _), _)| record_id)
    };
    let mut plates = Vec::new();
    for group in groups {
        let all: BTreeSet<RecordId> = group
            .readings
            .iter()
            .map(|reading| reading.record_id)
            .collect();
        let found: BTreeSet<RecordId> = all.iter().copied().filter(is_found).collect();
        plates.extend(all.into_iter().filter_map(|record_id| {
            let disturbance = *disturbances.get(&record_id)?;
            let mut belongs_with = found.clone();
            belongs_with.remove(&record_id);
            for own in own_earlier_words(record_id) {
                belongs_with.remove(own);
            }
            Some(TruePlate {
                record_id,
                disturbance,
                belongs_with,
            })
        }));
    }
    plates
}

/// Returns what was done to the plate; `None` when no sensor read one.
fn disturbance(seen: &Seen) -> Option<Disturbance> {
    let (painted, read, text) = (
        seen.painted.as_ref()?,
        seen.plate.as_ref()?,
        seen.text.as_deref()?,
    );
    Some(worst(painted, read, text))
}

fn worst(painted: &Plate, read: &Plate, text: &str) -> Disturbance {
    let has_two_lines = !painted.is_chinese() && painted.tail.len() >= 7;
    if painted.tail.chars().count() != read.tail.chars().count() {
        Disturbance::CharacterLost
    } else if fold(&painted.tail) != fold(&read.tail) {
        Disturbance::BeyondClass
    } else if painted.tail != read.tail {
        Disturbance::WithinClass
    } else if painted.province != read.province {
        Disturbance::ProvinceLost
    } else if has_two_lines {
        match text.chars().all(char::is_alphanumeric) {
            true => Disturbance::Glued,
            false => Disturbance::Apart,
        }
    } else {
        Disturbance::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_what_was_done_to_a_plate_is_told() {
        let plate = |province: &str, tail: &str| Plate {
            province: province.chars().next(),
            tail: tail.to_owned(),
        };
        let vietnamese = plate("", "12C12345");
        let chinese = plate("桂", "E9U115");
        for (painted, read, text, expected) in [
            (
                &vietnamese,
                plate("", "12C12345"),
                "12C12345",
                Disturbance::Glued,
            ),
            (
                &vietnamese,
                plate("", "12C12345"),
                "12C-123.45",
                Disturbance::Apart,
            ),
            (
                &vietnamese,
                plate("", "12C12345"),
                "12C\n12345",
                Disturbance::Apart,
            ),
            (
                &vietnamese,
                plate("", "I2C12345"),
                "I2C-12345",
                Disturbance::WithinClass,
            ),
            (
                &vietnamese,
                plate("", "12C12745"),
                "12C12745",
                Disturbance::BeyondClass,
            ),
            (
                &vietnamese,
                plate("", "12C1245"),
                "12C1245",
                Disturbance::CharacterLost,
            ),
            (
                &chinese,
                plate("桂", "E9U115"),
                "桂E9U115",
                Disturbance::None,
            ),
            (
                &chinese,
                plate("", "E9U115"),
                "E9U115",
                Disturbance::ProvinceLost,
            ),
            (
                &chinese,
                plate("", "E9U1I5"),
                "E9U1I5",
                Disturbance::WithinClass,
            ),
        ] {
            assert_eq!(worst(painted, &read, text), expected, "{text}");
        }
    }
}
