//! The router's shard in a verification: every record has one outcome, and what was routed is in its gate's shard.
//!
//! Where a record went depended on the crossings of that moment, so it is taken from the outcomes; that it arrived, and that
//! what did not go anywhere still waits, is checked; and that it is at no other gate.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use anyhow::Context;
use bordergate_eventlog::{EventLog, RunLimit};
use bordergate_model::{GateId, LoggedRecord, Offset, RecordId, Shard};
use bordergate_store::{Routing, Store, Wanted, WantedLinks};

use super::Report;

/// Records compared at a time.
const PAGE: usize = 1000;
/// How long the log is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the router's shard is compared with.
pub(super) struct Compared<'c> {
    pub(super) log: &'c dyn EventLog,
    pub(super) live: &'c dyn Store,
    /// The recomputed store, after every shard of gates.
    pub(super) again: &'c dyn Store,
    /// The offsets up to which each shard was recomputed.
    pub(super) ends: &'c HashMap<Shard, Offset>,
}

/// Compares the router's shard up to `end`.
///
/// # Errors
/// When log or store cannot be read.
pub(super) async fn compare(
    with: &Compared<'_>,
    shard: Shard,
    end: Offset,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut next = with.log.start(shard).await?;
    if next >= end {
        return Ok(());
    }
    let mut reader = with.log.open(shard, next).await?;
    let mut missing: Vec<(Offset, RecordId, GateId)> = Vec::new();
    while next < end {
        let limit = RunLimit {
            records: PAGE,
            body_bytes: 64 << 20,
        };
        let mut run = reader.next_run(limit, PATIENCE).await?;
        run.retain(|logged| logged.offset < end);
        let Some(last) = run.last() else { break };
        let from = run[0].offset;
        next = last.offset + 1;
        let outcomes = outcomes(with.live, shard, from, next).await?;
        let routed = accounted(&run, &outcomes, report);
        elsewhere(with.again, &routed, report).await?;
        missing.extend(not_recomputed(with.again, routed).await?);
        report.record_count += run.len();
    }
    for (offset, record_id, gate_id) in not_in_log(with, missing).await? {
        report.differences.push(format!(
            "record {record_id} at offset {offset} of the router was routed to {gate_id}, where it is not"
        ));
    }
    Ok(())
}

/// Reads the outcomes of offsets `from..until`.
async fn outcomes(
    live: &dyn Store,
    shard: Shard,
    mut from: Offset,
    until: Offset,
) -> anyhow::Result<HashMap<Offset, Routing>> {
    let mut outcomes = HashMap::new();
    while from < until {
        let page = live.routing_page(shard, from, PAGE as u32).await?;
        let Some(last) = page.last() else { break };
        from = last.offset + 1;
        outcomes.extend(page.into_iter().map(|one| (one.offset, one)));
    }
    Ok(outcomes)
}

/// Notes records without an outcome of theirs, or that wait without being kept; returns those that were routed.
fn accounted(
    run: &[LoggedRecord],
    outcomes: &HashMap<Offset, Routing>,
    report: &mut Report,
) -> Vec<(Offset, RecordId, [u8; 32], GateId)> {
    let mut routed = Vec::new();
    for logged in run {
        let (offset, record_id) = (logged.offset, logged.record.record_id);
        let sha256 = bordergate_process::body_sha256(&logged.record);
        let outcome = outcomes
            .get(&offset)
            .filter(|one| (one.record_id, one.body_sha256) == (record_id, sha256));
        let Some(outcome) = outcome else {
            report.differences.push(format!(
                "record {record_id} at offset {offset} of the router has no outcome"
            ));
            continue;
        };
        let must_wait = outcome.outcome.kind == bordergate_model::OutcomeKind::Routed
            && outcome.gate_id.is_none();
        if must_wait != outcome.is_waiting {
            report.differences.push(format!(
                "record {record_id} at offset {offset} of the router is {}, but {} among those that wait",
                outcome.outcome.code,
                if outcome.is_waiting { "is" } else { "is not" },
            ));
        }
        if let Some(gate_id) = &outcome.gate_id {
            routed.push((offset, record_id, sha256, gate_id.clone()));
        }
    }
    routed
}

/// Notes routed records that another gate has too.
async fn elsewhere(
    again: &dyn Store,
    routed: &[(Offset, RecordId, [u8; 32], GateId)],
    report: &mut Report,
) -> anyhow::Result<()> {
    let wanted = WantedLinks {
        record_ids: routed.iter().map(|(_, record_id, ..)| *record_id).collect(),
        ..WantedLinks::default()
    };
    let mut gates: HashMap<(RecordId, [u8; 32]), Vec<GateId>> = HashMap::new();
    for (record_id, sha256, gate_id) in again.links(&wanted).await?.records {
        gates.entry((record_id, sha256)).or_default().push(gate_id);
    }
    for (offset, record_id, sha256, gate_id) in routed {
        let there = gates.get(&(*record_id, *sha256)).into_iter().flatten();
        for other in there.filter(|other| *other != gate_id) {
            report.differences.push(format!(
                "record {record_id} at offset {offset} of the router was routed to {gate_id}, but is at {other}"
            ));
        }
    }
    Ok(())
}

/// Returns the routed records that the recomputed store does not have.
async fn not_recomputed(
    again: &dyn Store,
    routed: Vec<(Offset, RecordId, [u8; 32], GateId)>,
) -> anyhow::Result<Vec<(Offset, RecordId, GateId)>> {
    let wanted = Wanted {
        record_ids: routed.iter().map(|(_, record_id, ..)| *record_id).collect(),
        ..Wanted::default()
    };
    let found = again.look_up(&wanted).await?.records;
    let found: HashSet<(RecordId, [u8; 32])> = found
        .into_iter()
        .map(|known| (known.record_id, known.body_sha256))
        .collect();
    let missing = routed
        .into_iter()
        .filter(|(_, record_id, sha256, _)| !found.contains(&(*record_id, *sha256)));
    Ok(missing
        .map(|(offset, record_id, _, gate_id)| (offset, record_id, gate_id))
        .collect())
}

/// Leaves of the records those that are not in the log of their gate's shard either, beyond what was recomputed: they were
/// appended before the router's progress was read, and not processed yet.
async fn not_in_log(
    with: &Compared<'_>,
    mut missing: Vec<(Offset, RecordId, GateId)>,
) -> anyhow::Result<Vec<(Offset, RecordId, GateId)>> {
    if missing.is_empty() {
        return Ok(missing);
    }
    let gates = with.live.gates().await?;
    let shards: HashMap<GateId, Shard> = gates
        .into_iter()
        .map(|gate| (gate.gate_id, gate.shard))
        .collect();
    let of_gates: BTreeSet<Shard> = missing
        .iter()
        .map(|(.., gate_id)| shards.get(gate_id).copied())
        .collect::<Option<_>>()
        .context("a record was routed to a gate that is not registered")?;
    let mut there = HashSet::new();
    for shard in of_gates {
        let mut next = with.ends.get(&shard).copied().unwrap_or(0);
        let end = with.log.end(shard).await?;
        if next >= end {
            continue;
        }
        let mut reader = with.log.open(shard, next).await?;
        while next < end {
            let limit = RunLimit {
                records: PAGE,
                body_bytes: 64 << 20,
            };
            let run = reader.next_run(limit, PATIENCE).await?;
            let Some(last) = run.last() else { break };
            next = last.offset + 1;
            there.extend(run.iter().map(|logged| (shard, logged.record.record_id)));
        }
    }
    missing.retain(|(_, record_id, gate_id)| {
        let shard = shards.get(gate_id).copied().unwrap_or(Shard::MAX);
        !there.contains(&(shard, *record_id))
    });
    Ok(missing)
}
