//! Sending a waiting record of a province-wide source to a gate that a person names.
//!
//! The decision is stored with its row of the audit trail, and the router carries it out as its own: a hub that is killed in
//! between has decided or has not, and never sends the record to two gates.

use bordergate_model::{GateId, RecordId, Shard};
use bordergate_process::ASSIGNED;
use bordergate_store::{Assigned, AuditEntry, Destination, Store};
use serde::{Deserialize, Serialize};

use super::{Error, field};
use crate::registrations::Snapshot;

/// Which record goes where.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// A waiting record; the other parts of its message go with it.
    pub record_id: RecordId,
    /// A registered gate that is not disabled.
    pub gate_id: GateId,
}

/// What became of an assignment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssignReport {
    /// The record.
    pub record_id: RecordId,
    /// Its gate.
    pub gate_id: GateId,
    /// `going`: the router takes it there within seconds; `there`: it was routed to that gate before.
    pub state: String,
    /// How many waiting records go, with the other parts of a message; 0 when `there`.
    pub record_count: usize,
}

/// Decides that a waiting record of the router's shard goes to a gate. Decided again, it answers the same.
///
/// # Errors
/// `request.field` for a gate that cannot take it; `unrouted.unknown` when the record is none of the router's;
/// `unrouted.decided` and `unrouted.routed` when it is on its way to another gate or there; those of the database.
pub async fn assign(
    store: &dyn Store,
    registrations: &Snapshot,
    router: Shard,
    wanted: &Assignment,
    actor: &str,
) -> Result<AssignReport, Error> {
    let Assignment { record_id, gate_id } = wanted;
    match registrations.gate(gate_id) {
        None => {
            let reason = format!("names gate {gate_id}, which is not registered");
            return Err(field("gate_id", reason));
        }
        Some(gate) if gate.is_disabled => {
            let reason = format!("names gate {gate_id}, which is disabled");
            return Err(field("gate_id", reason));
        }
        Some(_) => {}
    }
    let destination = Destination {
        gate_id: gate_id.clone(),
        code: ASSIGNED.to_owned(),
    };
    let entry = AuditEntry {
        actor: actor.to_owned(),
        action: "unrouted.assign".to_owned(),
        subject: format!("{record_id} to {gate_id}"),
        purpose: String::new(),
    };
    let assigned = store.assign(router, *record_id, &destination, &entry);
    let (state, record_count) = match assigned.await? {
        Assigned::Going(count) => ("going", count),
        Assigned::There => ("there", 0),
        Assigned::Unknown => {
            return Err(Error::Unknown {
                code: "unrouted.unknown",
                reason: format!("record {record_id} does not wait for its gate"),
            });
        }
    };
    Ok(AssignReport {
        record_id: *record_id,
        gate_id: gate_id.clone(),
        state: state.to_owned(),
        record_count,
    })
}
