//! Quarantine: what is in it with its raw bytes, and sending it through again.
//!
//! A redrive appends the same bytes under the same record id, stamped with the newest registration
//! and the offset of the first appearance (DESIGN.md, "Never lose, never count twice"). The received
//! time stays that of the first appearance: it is when the hub received the record.

use std::sync::Arc;

use bordergate_eventlog::EventLog;
use bordergate_model::{LoggedRecord, RawRecord, Receipt, RecordId, SourceId};
use bordergate_store::{QuarantineFilter, QuarantineRow, Store};
use serde::{Deserialize, Serialize};

use super::{Error, audit};
use crate::api::raw;
use crate::registrations::Snapshot;

/// Most records one redrive takes; the caller asks again for more.
const MOST: u32 = 1000;

/// Every quarantined appearance of a record, and its bytes.
#[derive(Clone, Debug)]
pub struct Quarantined {
    /// The rows, newest first.
    pub rows: Vec<QuarantineRow>,
    /// The record at the newest row's place.
    pub record: LoggedRecord,
}

/// What to redrive; unset parts hold for all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Redrive {
    /// Only of this source.
    pub source_id: Option<SourceId>,
    /// Only with this code.
    pub code: Option<String>,
    /// Only this record.
    pub record_id: Option<RecordId>,
}

/// What a redrive did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RedriveReport {
    /// Records appended again.
    pub redriven: Vec<Redriven>,
    /// Records left where they are, with the reason.
    pub left: Vec<Left>,
}

/// A record appended again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Redriven {
    /// Where it was quarantined.
    pub first_offset: i64,
    /// Where it lies now.
    pub receipt: Receipt,
}

/// A record left in quarantine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Left {
    /// The record.
    pub record_id: RecordId,
    /// Where it was quarantined.
    pub offset: i64,
    /// Stable code of the reason.
    pub code: String,
    /// The reason in words.
    pub reason: String,
}

/// Returns the quarantined appearances of a record and its bytes from the log.
///
/// # Errors
/// `quarantine.unknown` when it never was in quarantine; those of the log.
pub async fn quarantined(
    store: &dyn Store,
    log: &dyn EventLog,
    record_id: RecordId,
) -> Result<Quarantined, Error> {
    let filter = QuarantineFilter {
        record_id: Some(record_id),
        with_redriven: true,
        ..QuarantineFilter::default()
    };
    let rows = store.quarantined(&filter, MOST).await?;
    let Some(newest) = rows.first() else {
        let reason = format!("record {record_id} is not and was not in quarantine");
        return Err(Error::Unknown {
            code: "quarantine.unknown",
            reason,
        });
    };
    let record = raw::read(log, newest.shard, newest.offset).await?;
    Ok(Quarantined { rows, record })
}

/// Sends quarantined records through again, oldest first, up to 1,000 of them.
///
/// A crash halfway leaves a record appended and still marked as quarantined; redriving it once more
/// is harmless, because the same record id and bytes count once.
///
/// # Errors
/// Those of the database, and of the log when it is away; what was redriven until then stays so.
pub async fn redrive(
    store: &dyn Store,
    log: &Arc<dyn EventLog>,
    registrations: &Snapshot,
    wanted: &Redrive,
    actor: &str,
) -> Result<RedriveReport, Error> {
    let filter = QuarantineFilter {
        source_id: wanted.source_id.clone(),
        code: wanted.code.clone(),
        record_id: wanted.record_id,
        with_redriven: false,
    };
    let mut rows = store.quarantined(&filter, MOST).await?;
    rows.reverse();
    audit(
        store,
        actor,
        "quarantine.redrive",
        &format!("{} records", rows.len()),
    )
    .await?;
    let mut report = RedriveReport::default();
    for row in rows {
        let logged = raw::read(log.as_ref(), row.shard, row.offset).await?;
        match again(registrations, &row, logged) {
            Ok(record) => {
                let record_id = record.record_id;
                let (log, shard) = (Arc::clone(log), row.shard);
                // In a task of its own: a caller that hangs up must not cancel an append halfway.
                let append = tokio::spawn(async move { log.append(shard, record).await });
                let offset = append.await.map_err(|_| panicked())??;
                store.mark_redriven(row.shard, row.offset).await?;
                let receipt = Receipt {
                    record_id,
                    shard,
                    offset,
                };
                report.redriven.push(Redriven {
                    first_offset: row.offset,
                    receipt,
                });
            }
            Err((code, reason)) => {
                report.left.push(Left {
                    record_id: row.record_id,
                    offset: row.offset,
                    code: code.to_owned(),
                    reason,
                });
            }
        }
    }
    Ok(report)
}

/// The record as it is appended again, or why it is left.
fn again(
    registrations: &Snapshot,
    row: &QuarantineRow,
    logged: LoggedRecord,
) -> Result<RawRecord, (&'static str, String)> {
    let record = logged.record;
    if record.record_id != row.record_id {
        return Err((
            "redrive.other_record",
            format!("another record lies at offset {} now", row.offset),
        ));
    }
    let Some(source) = registrations.source(&record.source_id) else {
        return Err((
            "source.unknown",
            format!("source {} is not registered", record.source_id),
        ));
    };
    // A record of a province-wide source goes where it went: to the router, or to the gate it was routed to.
    let gate_id = match &source.gate_id {
        None => record.gate_id.clone(),
        Some(gate_id) => {
            let shard = registrations.gate(gate_id).map(|gate| gate.shard);
            if shard != Some(row.shard) {
                let reason = format!(
                    "gate {gate_id} of source {} lies in another shard",
                    source.source_id
                );
                return Err(("redrive.other_shard", reason));
            }
            Some(gate_id.clone())
        }
    };
    Ok(RawRecord {
        source_version: source.version,
        gate_id,
        format: source.format.clone(),
        redrive_of: Some(record.redrive_of.unwrap_or(row.offset)),
        ..record
    })
}

fn panicked() -> Error {
    Error::Log(bordergate_eventlog::Error::Unreachable {
        reason: "the append did not end".to_owned(),
    })
}
