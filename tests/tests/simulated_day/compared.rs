//! The crossings that linking finds in a simulated day, beside those of its truth.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bordergate_crossing::{Rules, link};
use bordergate_model::{Crossing, Observation, PlateNumber, RecordId, UnlinkedReason};
use bordergate_simulator::{Day, TrueCrossing};
use bordergate_sources::Read;

use super::read::{event, read, sources};

/// Returns the name of every true crossing that no found one equals, and how the nearest one differs.
pub(crate) fn inexact(day: &Day) -> Vec<String> {
    let found: Vec<Crossing> = crossings(day);
    let places: HashMap<RecordId, usize> = (0..)
        .zip(&found)
        .flat_map(|(place, one)| records(one).map(move |record_id| (record_id, place)))
        .collect();
    let differing = |one: &TrueCrossing| {
        let held: BTreeSet<usize> = one
            .readings
            .iter()
            .filter_map(|reading| places.get(&reading.record_id).copied())
            .collect();
        let (wanted, found) = match held.iter().copied().collect::<Vec<_>>().as_slice() {
            [only] => (told(one), described(&found[*only])),
            _ => (told(one), format!("{} crossings", held.len())),
        };
        (wanted != found).then(|| format!("{}: {found}\n  instead of {wanted}", one.name))
    };
    day.truth.iter().filter_map(differing).collect()
}

pub(crate) fn records(crossing: &Crossing) -> impl Iterator<Item = RecordId> {
    let readings = crossing.readings.iter();
    readings.map(|reading| reading.observation.record_id)
}

pub(crate) fn crossings(day: &Day) -> Vec<Crossing> {
    linked(day).0
}

/// Returns the crossings found, and the readings that are in none.
pub(crate) fn linked(day: &Day) -> (Vec<Crossing>, Vec<(Observation, UnlinkedReason)>) {
    let sources = sources(day);
    let (mut records, mut events) = (HashSet::new(), HashSet::new());
    let mut observations: BTreeMap<_, Vec<Observation>> = BTreeMap::new();
    for (offset, message) in day.messages.iter().enumerate() {
        if let Ok(Read::Observations(read)) = read(&sources, offset, message)
            && records.insert(message.record_id())
        {
            let new = read
                .into_iter()
                .filter(|one| event(one).is_none_or(|event| events.insert(event)));
            observations
                .entry(&message.gate_id)
                .or_default()
                .extend(new);
        }
    }
    let (mut crossings, mut unlinked) = (Vec::new(), Vec::new());
    for of_gate in observations.values() {
        let linked = link(of_gate, day.end_at, &Rules::default());
        crossings.extend(linked.crossings);
        unlinked.extend(linked.unlinked);
    }
    (crossings, unlinked)
}

/// What must be equal, as text.
fn told(one: &TrueCrossing) -> String {
    let readings = one.readings.iter().map(|reading| {
        (
            reading.occurred_at.as_second(),
            reading.milestone.code(),
            reading.record_id,
        )
    });
    let head = (
        &one.gate_id,
        one.direction,
        one.channel,
        one.cargo,
        one.is_loaded,
    );
    text(head, one.plate_key.as_deref(), one.state, readings)
}

fn described(one: &Crossing) -> String {
    let readings = one.readings.iter().map(|reading| {
        let observation = &reading.observation;
        let at = observation.occurred.at.unwrap_or(observation.received_at);
        let milestone = observation
            .milestone
            .map_or("-", |milestone| milestone.code());
        (at.as_second(), milestone, observation.record_id)
    });
    let plate = one
        .plate
        .as_deref()
        .map(|plate| PlateNumber::parse(plate).expect("a plate"));
    let head = (
        &one.gate_id,
        one.direction,
        one.channel,
        one.cargo,
        one.is_loaded,
    );
    text(
        head,
        plate.as_ref().map(PlateNumber::tail),
        one.state,
        readings,
    )
}

fn text<'a>(
    head: impl std::fmt::Debug,
    plate: Option<&str>,
    state: impl std::fmt::Display,
    readings: impl Iterator<Item = (i64, &'a str, RecordId)>,
) -> String {
    let sorted: BTreeSet<_> = readings.collect();
    let readings: Vec<String> = sorted
        .iter()
        .map(|(at, milestone, record_id)| {
            format!("{milestone}@{at}/{}", &record_id.to_string()[..8])
        })
        .collect();
    format!("{head:?} {plate:?} {state} {}", readings.join(" "))
}
