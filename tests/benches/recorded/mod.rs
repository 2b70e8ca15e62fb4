//! A recorded day for the benches: what the simulator sends, as it lies in the log.

#![allow(dead_code, reason = "each bench uses a part of it")]

use std::collections::HashMap;

use bordergate_model::{Gate, LoggedRecord, Observation, RawRecord, Shard, Source, SourceId};
use bordergate_simulator::{Plan, simulate};
use bordergate_sources::Read;
use jiff::civil::date;
use mimalloc::MiMalloc;

/// The hub's own allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A day of 1,600 vehicles at two gates, each gate in a shard of its own.
pub(crate) struct RecordedDay {
    /// The gates.
    pub(crate) gates: Vec<Gate>,
    /// The sources.
    pub(crate) sources: Vec<Source>,
    /// The records of shard 0, 1 ..., each in log order with offsets from 0.
    pub(crate) shards: Vec<Vec<LoggedRecord>>,
}

impl RecordedDay {
    /// Records the demo's day; always the same bytes.
    pub(crate) fn record() -> Self {
        let day = simulate(&Plan::of_day(date(2026, 11, 16)));
        let sources = by_id(&day.sources);
        let mut gates = day.gates;
        let mut shards = vec![Vec::new(); gates.len()];
        for (shard, gate) in (0..).zip(&mut gates) {
            gate.shard = shard;
        }
        for message in day.messages {
            let source = &sources[&message.source_id];
            let gate = gates.iter().find(|gate| gate.gate_id == message.gate_id);
            let shard = gate.expect("every message is of a gate of the day").shard;
            let records: &mut Vec<LoggedRecord> = &mut shards[usize::from(shard)];
            records.push(LoggedRecord {
                shard,
                offset: i64::try_from(records.len()).expect("a day is short"),
                record: RawRecord {
                    record_id: message.record_id(),
                    source_id: message.source_id,
                    source_version: source.version,
                    gate_id: Some(message.gate_id),
                    format: source.format.clone(),
                    content_type: message.content_type,
                    received_at: message.received_at,
                    is_replay: true,
                    traceparent: None,
                    device_headers: message.headers,
                    redrive_of: None,
                    detached: None,
                    routed_from: None,
                    body: message.body,
                },
            });
        }
        Self {
            gates,
            sources: day.sources,
            shards,
        }
    }

    /// Returns the shards' numbers.
    pub(crate) fn shard_numbers(&self) -> impl Iterator<Item = Shard> {
        0..u16::try_from(self.shards.len()).expect("few gates")
    }

    /// Returns how many records there are.
    pub(crate) fn record_count(&self) -> u64 {
        self.shards.iter().map(|records| records.len() as u64).sum()
    }

    /// Reads and normalises every record; what cannot be read and what says nothing is left out.
    /// An event told again (the same id and revision) is left out too, as the hub does.
    pub(crate) fn readings(&self) -> Vec<Vec<Observation>> {
        let sources = self.sources_by_id();
        let mut told = std::collections::HashSet::new();
        let mut is_new = |observation: &Observation| {
            let event = observation.event_id.clone();
            event.is_none_or(|event_id| {
                told.insert((
                    observation.source_id.clone(),
                    event_id,
                    observation.revision,
                    observation.index,
                ))
            })
        };
        self.shards
            .iter()
            .map(|records| {
                let all = records.iter().flat_map(|logged| read(&sources, logged));
                all.filter(|observation| is_new(observation)).collect()
            })
            .collect()
    }

    /// Returns the sources by id.
    pub(crate) fn sources_by_id(&self) -> HashMap<SourceId, Source> {
        by_id(&self.sources)
    }
}

fn by_id(sources: &[Source]) -> HashMap<SourceId, Source> {
    let pairs = sources
        .iter()
        .map(|source| (source.source_id.clone(), source.clone()));
    pairs.collect()
}

/// Reads and normalises one record.
pub(crate) fn read(sources: &HashMap<SourceId, Source>, logged: &LoggedRecord) -> Vec<Observation> {
    match bordergate_sources::read(logged, &sources[&logged.record.source_id]) {
        Ok(Read::Observations(observations)) => observations,
        Ok(Read::Ignored { .. } | Read::Part(_)) | Err(_) => Vec::new(),
    }
}
