//! What the router writes: outcomes of records that just came, and what changes of those that waited.

use bordergate_model::{GateId, LoggedRecord, Outcome, OutcomeKind};
use bordergate_store::{
    Batch, NewOutcome, NewQuarantine, NewUnrouted, PartChanges, RouteChanges, Routed, Told,
    Unrouted,
};

use super::{Decided, Shard};
use crate::route::Decision;
use crate::run::{Content, ReadRecord};
use crate::unit::{Member, Unit};

impl Shard {
    /// Returns the batch that says where records went; `part` is empty when only waiting ones were tried.
    pub(super) fn routing(
        &self,
        decided: &[Decided],
        aside: &[ReadRecord],
        part: &[LoggedRecord],
    ) -> Batch {
        let progress = &self.progress;
        let last = part.last();
        let received = part.iter().map(|logged| logged.record.received_at);
        let mut batch = Batch {
            shard: progress.shard,
            owner_epoch: progress.owner_epoch,
            from_offset: progress.next_offset,
            next_offset: last.map_or(progress.next_offset, |logged| logged.offset + 1),
            last_record_id: last
                .map(|logged| logged.record.record_id)
                .or(progress.last_record_id)
                .expect("a record came before any waits"),
            log_time: received
                .chain(progress.log_time)
                .max()
                .expect("a record came before any waits"),
            last_is_replay: last.map_or(progress.last_is_replay, |logged| logged.record.is_replay),
            feed_seq: progress.feed_seq,
            observations: Vec::new(),
            relinks: Vec::new(),
            outcomes: Vec::new(),
            quarantine: Vec::new(),
            crossings: Vec::new(),
            parts: PartChanges::default(),
            routes: RouteChanges::default(),
        };
        // Whatever was decided of them before a crash: they go nowhere.
        let gone = aside.iter().map(|read| read.logged.offset);
        batch.routes.settled.extend(gone);
        for read in aside {
            put_aside(&mut batch, read);
        }
        for (unit, decision) in decided {
            note(&mut batch, unit, decision);
        }
        batch
    }
}

/// Notes the outcome of a record that needs no gate.
fn put_aside(batch: &mut Batch, read: &ReadRecord) {
    let Content::Nothing { kind, code, detail } = &read.content else {
        return;
    };
    let record = &read.logged.record;
    if *kind == OutcomeKind::Quarantined {
        batch.quarantine.push(NewQuarantine {
            record_id: record.record_id,
            offset: read.logged.offset,
            source_id: record.source_id.clone(),
            gate_id: None,
            format: record.format.clone(),
            received_at: record.received_at,
            code: code.clone(),
            detail: detail.clone(),
        });
    }
    batch.outcomes.push(outcome(read, *kind, code, None));
}

/// Notes what became of a unit's records: outcomes of those that just came, changes of those that waited.
fn note(batch: &mut Batch, unit: &Unit, decision: &Decision) {
    let newest = unit.members.len() - 1;
    for (number, member) in unit.members.iter().enumerate() {
        let offset = member.read.logged.offset;
        match (decision, &member.told) {
            (Decision::Gate(gate_id, code), None) => {
                batch.routes.settled.push(offset);
                let outcome = outcome(&member.read, OutcomeKind::Routed, code, Some(gate_id));
                batch.outcomes.push(outcome);
            }
            (Decision::Gate(gate_id, code), Some(_)) => {
                batch.routes.settled.push(offset);
                batch.routes.routed.push(Routed {
                    offset,
                    gate_id: gate_id.clone(),
                    code: code.clone(),
                });
            }
            (Decision::Waits(code, detail), None) => {
                batch
                    .outcomes
                    .push(outcome(&member.read, OutcomeKind::Routed, code, None));
                // The newest record of a unit wakes all of it.
                let keys = unit.keys().filter(|_| number == newest);
                batch.routes.kept.push(NewUnrouted {
                    unrouted: unrouted(unit, member, code, detail),
                    keys: keys.map(|key| key.key.clone()).collect(),
                });
            }
            (Decision::Waits(code, detail), Some(told)) => {
                if (told.0.as_str(), &told.1) != (code, detail) {
                    batch.routes.told.push(Told {
                        offset,
                        code: (*code).to_owned(),
                        detail: detail.clone(),
                    });
                }
            }
        }
    }
}

fn unrouted(unit: &Unit, member: &Member, code: &str, detail: &str) -> Unrouted {
    Unrouted {
        logged: member.read.logged.clone(),
        message_key: unit.message.as_ref().map(|(_, key)| key.clone()),
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

fn outcome(
    read: &ReadRecord,
    kind: OutcomeKind,
    code: &str,
    gate_id: Option<&GateId>,
) -> NewOutcome {
    let record = &read.logged.record;
    NewOutcome {
        record_id: record.record_id,
        offset: read.logged.offset,
        source_id: record.source_id.clone(),
        gate_id: gate_id.cloned(),
        received_at: record.received_at,
        body_sha256: read.body_sha256,
        outcome: Outcome {
            kind,
            code: code.to_owned(),
        },
    }
}
