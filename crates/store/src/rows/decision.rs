//! Decisions about records of the router's shard, read, settled against what stands, and as rows.

use std::collections::BTreeMap;

use bordergate_model::{GateId, Offset, RecordId};
use uuid::Uuid;

use super::{name, sha256};
use crate::{Assigned, Destination, Error, RoutedRecord, Together};

/// A decision: offset, gate, code.
pub(crate) type DecisionTuple = (i64, String, String);

/// A waiting record: offset, record id, hash of the body, gate to which it is going.
pub(crate) type TogetherTuple = (i64, Uuid, Vec<u8>, Option<String>);

/// A decision to write.
#[derive(Debug)]
pub(crate) struct DecisionRow {
    pub(crate) record: RoutedRecord,
    pub(crate) destination: Destination,
}

/// Returns every offset about which something may be decided.
pub(crate) fn offsets(together: &[Together]) -> Vec<Offset> {
    let records = together.iter().flat_map(|one| &one.records);
    records.map(|record| record.offset).collect()
}

/// Returns what stands, an answer per entry, and what of it is to be written.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn settle(
    together: &[Together],
    stored: Vec<DecisionTuple>,
) -> Result<(Vec<Option<Destination>>, Vec<DecisionRow>), Error> {
    let mut before = BTreeMap::new();
    for (offset, gate_id, code) in stored {
        let gate_id = name("route_decisions.gate_id", &gate_id)?;
        before.insert(offset, Destination { gate_id, code });
    }
    let mut standing = Vec::with_capacity(together.len());
    let mut new = Vec::new();
    for one in together {
        let records = one.records.iter();
        let decided = records
            .clone()
            .find_map(|record| before.get(&record.offset));
        let stands = decided.or(one.choice.as_ref()).cloned();
        if let Some(destination) = &stands {
            let undecided = records.filter(|record| !before.contains_key(&record.offset));
            new.extend(undecided.map(|record| DecisionRow {
                record: *record,
                destination: destination.clone(),
            }));
        }
        standing.push(stands);
    }
    Ok((standing, new))
}

/// Returns what is to be written when a person decides, and the answer.
///
/// # Errors
/// [`Error::Conflict`] when a record is on its way to another gate; [`Error::Corrupt`].
pub(crate) fn assign(
    record_id: RecordId,
    destination: &Destination,
    waiting: Vec<TogetherTuple>,
) -> Result<(Vec<DecisionRow>, Assigned), Error> {
    let count = waiting.len();
    let mut new = Vec::new();
    for (offset, id, hash, going) in waiting {
        match going {
            Some(gate_id) if gate_id == destination.gate_id.as_str() => {}
            Some(gate_id) => {
                return Err(Error::Conflict {
                    code: "unrouted.decided",
                    reason: format!("record {record_id} is on its way to gate {gate_id} already"),
                });
            }
            None => new.push(DecisionRow {
                record: RoutedRecord {
                    offset,
                    record_id: RecordId(id),
                    body_sha256: sha256("outcomes.body_sha256", &hash)?,
                },
                destination: destination.clone(),
            }),
        }
    }
    Ok((new, Assigned::Going(count)))
}

/// Returns the answer about a record that does not wait, by the gates it was routed to.
///
/// # Errors
/// [`Error::Conflict`] when it is at another gate.
pub(crate) fn not_waiting(
    record_id: RecordId,
    wanted: &GateId,
    gates: &[String],
) -> Result<Assigned, Error> {
    if gates.iter().any(|gate_id| gate_id == wanted.as_str()) {
        return Ok(Assigned::There);
    }
    match gates.first() {
        None => Ok(Assigned::Unknown),
        Some(gate_id) => Err(Error::Conflict {
            code: "unrouted.routed",
            reason: format!("record {record_id} waits no longer: it is at gate {gate_id}"),
        }),
    }
}
