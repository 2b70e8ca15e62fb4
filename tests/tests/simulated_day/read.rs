//! What becomes of a simulated day's messages when the readers read them.

use std::collections::{HashMap, HashSet};

use bordergate_model::{LoggedRecord, Observation, RawRecord, Source, SourceId};
use bordergate_simulator::{Day, Expectation, Message};
use bordergate_sources::Read;

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Observations(usize),
    Ignored,
    Duplicate,
    Quarantined,
}

impl From<Expectation> for Outcome {
    fn from(expectation: Expectation) -> Self {
        match expectation {
            Expectation::Observations(count) => Self::Observations(count.into()),
            Expectation::Ignored => Self::Ignored,
            Expectation::Duplicate => Self::Duplicate,
            Expectation::Quarantined => Self::Quarantined,
        }
    }
}

/// Reads every message as the hub does: one told again, under its own key or by its event, is a duplicate.
pub(crate) fn outcomes(day: &Day) -> Vec<(&Message, Outcome)> {
    let mut records = HashSet::new();
    let mut events = HashSet::new();
    let sources = sources(day);
    let outcome = |(offset, message): (usize, &'_ Message)| {
        let observations = match read(&sources, offset, message) {
            _ if !records.insert(message.record_id()) => return Outcome::Duplicate,
            Err(_) => return Outcome::Quarantined,
            Ok(Read::Ignored { .. }) => return Outcome::Ignored,
            Ok(Read::Observations(observations)) => observations,
            Ok(Read::Part(_)) => panic!("no message of a simulated day is split"),
        };
        let is_told = |observation: &Observation| {
            let event = event(observation);
            event.is_some_and(|event| !events.insert(event))
        };
        match observations
            .iter()
            .map(is_told)
            .fold(false, |told, one| told | one)
        {
            true => Outcome::Duplicate,
            false => Outcome::Observations(observations.len()),
        }
    };
    let numbered = day.messages.iter().enumerate();
    let outcomes: Vec<Outcome> = numbered.map(outcome).collect();
    day.messages.iter().zip(outcomes).collect()
}

/// Returns what names a reading apart from its record.
pub(crate) fn event(observation: &Observation) -> Option<(SourceId, String, u32, u16)> {
    let event_id = observation.event_id.clone()?;
    let (revision, index) = (observation.revision, observation.index);
    Some((observation.source_id.clone(), event_id, revision, index))
}

pub(crate) fn sources(day: &Day) -> HashMap<SourceId, Source> {
    let sources = day.sources.iter();
    sources
        .map(|source| (source.source_id.clone(), source.clone()))
        .collect()
}

pub(crate) fn read(
    sources: &HashMap<SourceId, Source>,
    offset: usize,
    message: &Message,
) -> Result<Read, bordergate_sources::Error> {
    let source = &sources[&message.source_id];
    let logged = LoggedRecord {
        shard: 0,
        offset: i64::try_from(offset).expect("a day is short"),
        record: RawRecord {
            record_id: message.record_id(),
            source_id: message.source_id.clone(),
            source_version: source.version,
            gate_id: Some(message.gate_id.clone()),
            format: source.format.clone(),
            content_type: message.content_type.clone(),
            received_at: message.received_at,
            is_replay: true,
            traceparent: None,
            device_headers: message.headers.clone(),
            redrive_of: None,
            detached: None,
            routed_from: None,
            body: message.body.clone(),
        },
    };
    bordergate_sources::read(&logged, source)
}
