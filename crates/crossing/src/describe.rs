//! From a visit to a crossing: state, channel, cargo, plate, milestones (milestones.md).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bordergate_model::{
    Channel, Crossing, CrossingId, LinkedReading, Milestone, Observation, ObservationRef,
    PlateNumber, Standing, State,
};
use jiff::Timestamp;

use crate::reading::{is_start, moment, order};
use crate::rules::Rules;
use crate::standing::standing;
use crate::visit::Visit;

/// Describes a visit as a crossing of the given name, at revision 0, as of `log_time`.
pub(crate) fn describe(
    visit: &Visit,
    crossing_id: CrossingId,
    log_time: Timestamp,
    rules: &Rules,
) -> Crossing {
    let told: BTreeSet<Milestone> = visit
        .effective()
        .filter_map(|reading| reading.milestone)
        .collect();
    let milestones: BTreeMap<Milestone, Standing> = told
        .into_iter()
        .filter_map(|milestone| Some((milestone, standing(visit, milestone)?)))
        .collect();
    let received = visit.members.iter();
    let received = received.map(|member| member.observation.received_at);
    let last_read_log_time = received.max().unwrap_or(log_time);
    let (state, ended_at) = match visit.end() {
        Some((state, at)) => (state, Some(at)),
        None if log_time.duration_since(last_read_log_time) >= rules.expiry => {
            (State::Expired, Some(last_read_log_time + rules.expiry))
        }
        None => (State::Open, None),
    };
    let readings = linked_readings(visit, &milestones);
    let moment_of = |reading: Option<&LinkedReading>| {
        reading.map_or(log_time, |reading| moment(&reading.observation))
    };
    let lending = visit.members.iter().filter(|member| member.lends);
    Crossing {
        crossing_id,
        gate_id: visit.members[0].observation.gate_id.clone(),
        revision: 0,
        direction: visit.direction(),
        channel: channel(visit),
        cargo: earliest(visit, |reading| reading.cargo),
        is_loaded: earliest(visit, |reading| reading.is_loaded),
        state,
        entry_unknown: !visit
            .effective()
            .filter_map(|reading| reading.milestone)
            .any(is_start),
        merged_into: None,
        first_at: moment_of(readings.first()),
        last_at: moment_of(readings.last()),
        last_read_log_time,
        ended_at,
        plate: plate(lending.map(|member| member.observation.as_ref())),
        keys: visit.keys.iter().cloned().collect(),
        milestones,
        readings,
    }
}

/// Returns a visit's readings by their moments, each with whether it stands for its milestone.
fn linked_readings(
    visit: &Visit,
    milestones: &BTreeMap<Milestone, Standing>,
) -> Vec<LinkedReading> {
    let standing: BTreeSet<ObservationRef> = milestones
        .values()
        .map(|standing| standing.reading)
        .collect();
    let members = visit.members.iter();
    let mut readings: Vec<LinkedReading> = members
        .map(|member| LinkedReading {
            observation: Arc::clone(&member.observation),
            link_key: member.link_key.clone(),
            stands: standing.contains(&member.observation.reference()),
        })
        .collect();
    readings.sort_by_key(|reading| {
        let observation = &reading.observation;
        (moment(observation), observation.offset, observation.index)
    });
    readings
}

/// Returns the severest channel told. What comes before CHANNELLED tells none; a clearance may tell it when
/// the channelling message was lost (red has no clearance code of its own, formats.md).
fn channel(visit: &Visit) -> Channel {
    let is_before = |reading: &&Observation| {
        matches!(
            reading.milestone,
            Some(Milestone::Predeclared | Milestone::ManifestFiled | Milestone::DeclRegistered)
        )
    };
    visit
        .effective()
        .filter(|reading| !is_before(reading))
        .filter_map(|reading| reading.channel)
        .max()
        .unwrap_or(Channel::None)
}

/// Returns the earliest reading's word on something that reports tell.
fn earliest<T>(visit: &Visit, says: impl Fn(&Observation) -> Option<T>) -> Option<T> {
    let saying = visit.effective().filter(|reading| says(reading).is_some());
    saying.min_by_key(|reading| order(reading)).and_then(says)
}

/// Returns the plate most readings agree on, the earliest of equals; with its province character when
/// any of them has it.
fn plate<'a>(readings: impl Iterator<Item = &'a Observation>) -> Option<String> {
    let mut readings: Vec<&Observation> =
        readings.filter(|reading| reading.plate.is_some()).collect();
    readings.sort_by_key(|reading| order(reading));
    let plates: Vec<&PlateNumber> = readings
        .iter()
        .filter_map(|reading| reading.plate.as_ref())
        .collect();
    let count = |tail: &str| plates.iter().filter(|plate| plate.tail() == tail).count();
    let most = plates.iter().map(|plate| count(plate.tail())).max()?;
    let tail = plates
        .iter()
        .map(|plate| plate.tail())
        .find(|tail| count(tail) == most)?;
    let same = || plates.iter().filter(|plate| plate.tail() == tail);
    let chosen = same()
        .find(|plate| plate.province().is_some())
        .or_else(|| same().next())?;
    Some(chosen.normal().to_owned())
}
