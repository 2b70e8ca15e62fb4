//! From readings that share keys to visits (milestones.md, "One visit", "Swaps"; identifiers.md).
//!
//! Families are taken in the order of occurrence, so the result depends on the set only, never on the
//! order of arrival. Which key decides is `choose`'s to say.

use std::sync::Arc;

use bordergate_model::{Observation, UnlinkedReason};

use crate::choose::{Choice, by_plate, choose};
use crate::family::{Family, families};
use crate::next_start::note_next_start;
use crate::one::{make_one, make_one_by_strong_keys};
use crate::reading::{is_for_its_lane, link_keys};
use crate::rules::Rules;
use crate::swap::relieve;
use crate::visit::Visit;
use crate::visits::Visits;

/// Visits of readings that share keys, and the readings that are in none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assigned {
    pub(crate) visits: Vec<Visit>,
    pub(crate) unlinked: Vec<(Family, UnlinkedReason)>,
    /// What only its lane may link, afterwards.
    pub(crate) keyless: Vec<Family>,
}

/// Links readings by their exact and folded keys.
pub(crate) fn assign(readings: &[Arc<Observation>], rules: &Rules) -> Assigned {
    let mut visits = Visits::default();
    let mut unlinked = Vec::new();
    let mut keyless = Vec::new();
    for family in families(readings) {
        if is_for_its_lane(&family.speaker) {
            keyless.push(family);
        } else if let Err(reason) = take(&mut visits, &family, rules) {
            unlinked.push((family, reason));
        }
    }
    Assigned {
        visits: visits.into_visits(),
        unlinked,
        keyless,
    }
}

/// Puts a family into the visit its speaker's keys choose, or into one of its own.
fn take(visits: &mut Visits, family: &Family, rules: &Rules) -> Result<(), UnlinkedReason> {
    let reading = family.asking();
    if reading.milestone.is_none() {
        return Err(UnlinkedReason::NoMeaning);
    }
    let keys = link_keys(&reading);
    if keys.is_empty() {
        return Err(UnlinkedReason::NoKey);
    }
    let by_plate = by_plate(visits, reading, rules);
    let place = match choose(visits, reading, &keys, &by_plate, rules) {
        Choice::Ambiguous => return Err(UnlinkedReason::Ambiguous),
        Choice::Join(place, key) => {
            note_next_start(visits, reading, Some(place), rules);
            if let Choice::Join(other, key) = &by_plate {
                make_one(visits, reading, (place, *other), key, rules);
            }
            make_one_by_strong_keys(visits, reading, &keys, place, rules);
            visits.at_mut(place).add(family, keys, Some(key));
            place
        }
        Choice::Open => {
            note_next_start(visits, reading, None, rules);
            let mut visit = Visit::default();
            visit.add(family, keys, None);
            visits.open(visit)
        }
    };
    relieve(visits, &reading, place);
    Ok(())
}
