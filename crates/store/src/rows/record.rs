//! What became of records: their observations, or their one outcome.

use std::collections::BTreeMap;

use bordergate_model::{Offset, RecordId, Shard, SourceId};
use uuid::Uuid;

use super::observation::{FateTuple, fate};
use super::outcome::outcome;
use super::{name, number, sha256};
use crate::moment::Moment;
use crate::{Error, KnownRecord, ObservationFate, RecordFate, SourceSeen};

/// An appearance of a record: record, offset, hash of the body, kind and code of its outcome if it has one.
pub(crate) type KnownTuple = (Uuid, i64, Vec<u8>, Option<String>, Option<String>);

/// Reads an earlier appearance of a record.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn known(row: KnownTuple) -> Result<KnownRecord, Error> {
    let (record_id, offset, body_sha256, kind, code) = row;
    Ok(KnownRecord {
        record_id: RecordId(record_id),
        offset,
        body_sha256: sha256("body_sha256", &body_sha256)?,
        outcome: kind
            .zip(code)
            .map(|(kind, code)| outcome(&kind, code))
            .transpose()?,
    })
}

/// An observation of a record: shard and where it stands.
pub(crate) type ObservedTuple = (
    i32,
    String,
    Option<Uuid>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// An outcome of a record: shard, offset, source, reception, kind, code.
pub(crate) type OutcomeTuple<T> = (i32, i64, String, T, String, String);

/// Puts the appearances of one record together, by shard and offset.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn fates<T: Moment>(
    observed: Vec<ObservedTuple>,
    outcomes: Vec<OutcomeTuple<T>>,
) -> Result<Vec<RecordFate>, Error> {
    let mut by_place: BTreeMap<(Offset, Shard), RecordFate> = BTreeMap::new();
    for (shard, document, crossing_id, link_kind, link_value, reason) in observed {
        let columns: FateTuple = (document, crossing_id, link_kind, link_value, reason);
        let (shard, one) = (number("observations.shard", shard)?, fate(columns)?);
        let observation = &one.observation;
        by_place
            .entry((observation.offset, shard))
            .or_insert_with(|| RecordFate {
                shard,
                offset: observation.offset,
                source_id: observation.source_id.clone(),
                received_at: observation.received_at,
                outcome: None,
                observations: Vec::new(),
            })
            .observations
            .push(one);
    }
    for (shard, offset, source_id, received_at, kind, code) in outcomes {
        let shard = number("outcomes.shard", shard)?;
        let one = RecordFate {
            shard,
            offset,
            source_id: name("outcomes.source_id", &source_id)?,
            received_at: received_at.timestamp()?,
            outcome: Some(outcome(&kind, code)?),
            observations: Vec::new(),
        };
        by_place.insert((offset, shard), one);
    }
    let mut fates: Vec<RecordFate> = by_place.into_values().collect();
    for one in &mut fates {
        one.observations.sort_by_key(index);
    }
    Ok(fates)
}

fn index(fate: &ObservationFate) -> u16 {
    fate.observation.index
}

/// Reads when a source was last heard.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn seen<T: Moment>(row: (String, T, i64)) -> Result<SourceSeen, Error> {
    Ok(SourceSeen {
        source_id: name::<SourceId>("source_id", &row.0)?,
        last_received_at: row.1.timestamp()?,
        last_hour_count: row.2,
    })
}
