//! What became of a record: each of its appearances in the log with its outcome.

use bordergate_model as model;
use bordergate_store::RecordFate;
use jiff::Timestamp;
use serde::Serialize;

use super::{Observation, Veil, observation};

/// What became of a record.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// The record.
    pub record_id: model::RecordId,
    /// Its appearances by offset; retries under one key share the record id, and the lowest counts.
    pub appearances: Vec<Fate>,
}

/// One appearance of a record in the log.
#[derive(Clone, Debug, Serialize)]
pub struct Fate {
    /// The shard.
    pub shard: u16,
    /// The offset.
    pub offset: i64,
    /// The source.
    pub source_id: model::SourceId,
    /// When it was received.
    pub received_at: Timestamp,
    /// `observed`, or why it gave no observation: `ignored`, `duplicate`, `quarantined`, `part` or `routed`.
    pub outcome: &'static str,
    /// Stable code of the reason; `null` when observed.
    pub code: Option<String>,
    /// The crossings its observations are in, each once.
    pub crossing_ids: Vec<model::CrossingId>,
    /// Its observations, by index.
    pub observations: Vec<Observation>,
}

/// Returns what became of a record; without the right to see vehicles plates are left out.
#[must_use]
pub fn record(record_id: model::RecordId, fates: &[RecordFate], may_see_vehicles: bool) -> Record {
    let veil = if may_see_vehicles {
        Veil::Clear
    } else {
        Veil::Hidden
    };
    Record {
        record_id,
        appearances: fates.iter().map(|fate| appearance(fate, veil)).collect(),
    }
}

fn appearance(fate: &RecordFate, veil: Veil<'_>) -> Fate {
    let mut crossing_ids: Vec<model::CrossingId> = fate
        .observations
        .iter()
        .filter_map(|o| o.crossing_id)
        .collect();
    crossing_ids.sort();
    crossing_ids.dedup();
    Fate {
        shard: fate.shard,
        offset: fate.offset,
        source_id: fate.source_id.clone(),
        received_at: fate.received_at,
        outcome: fate
            .outcome
            .as_ref()
            .map_or("observed", |outcome| outcome.kind.code()),
        code: fate.outcome.as_ref().map(|outcome| outcome.code.clone()),
        crossing_ids,
        observations: fate
            .observations
            .iter()
            .map(|o| observation(o, veil))
            .collect(),
    }
}
