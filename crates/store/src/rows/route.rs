//! Waiting records and links, read, and what a batch changes of them as rows.

use bordergate_model::{GateId, LoggedRecord, Offset, OutcomeKind, RawRecord, RecordId, Shard};
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::outcome::{ChangedRow, outcome};
use super::{name, number, sha256};
use crate::moment::Moment;
use crate::text::refuse_nul;
use crate::{
    Error, KeyLink, LinkKey, RecordLink, RouteChanges, Routing, SourceLink, Unrouted,
    UnroutedReason, UnroutedRow, document,
};

/// What the log has of a record beside its columns and its body.
#[derive(Debug, Serialize, Deserialize)]
struct Envelope {
    source_version: u32,
    content_type: String,
    received_at: Timestamp,
    is_replay: bool,
    traceparent: Option<String>,
    device_headers: Vec<(String, String)>,
    redrive_of: Option<i64>,
    /// What the door took out of the body, as text.
    detached: Option<String>,
}

/// A waiting record whole: offset, record id, source, format, code, detail, message key, envelope, body.
pub(crate) type UnroutedTuple = (
    i64,
    Uuid,
    String,
    String,
    String,
    String,
    Option<String>,
    String,
    Vec<u8>,
);

/// Reads a waiting record.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn unrouted(shard: Shard, row: UnroutedTuple) -> Result<Unrouted, Error> {
    let envelope: Envelope = document::read("unrouted.envelope", &row.7)?;
    let record = RawRecord {
        record_id: RecordId(row.1),
        source_id: name("unrouted.source_id", &row.2)?,
        source_version: envelope.source_version,
        gate_id: None,
        format: row.3,
        content_type: envelope.content_type,
        received_at: envelope.received_at,
        is_replay: envelope.is_replay,
        traceparent: envelope.traceparent,
        device_headers: envelope.device_headers,
        redrive_of: envelope.redrive_of,
        detached: envelope
            .detached
            .map(|list| list.parse().map(Box::new))
            .transpose()
            .map_err(|_| document::corrupt("unrouted.envelope names no parts of a body"))?,
        routed_from: None,
        body: Bytes::from(row.8),
    };
    Ok(Unrouted {
        logged: LoggedRecord {
            shard,
            offset: row.0,
            record,
        },
        message_key: row.6,
        code: row.4,
        detail: row.5,
    })
}

/// A waiting record in a list: shard, offset, record id, source, format, reception, code, detail, gate to which it is going.
pub(crate) type UnroutedRowTuple<T> = (
    i32,
    i64,
    Uuid,
    String,
    String,
    T,
    String,
    String,
    Option<String>,
);

/// Reads a waiting record for a list.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn unrouted_row<T: Moment>(row: UnroutedRowTuple<T>) -> Result<UnroutedRow, Error> {
    Ok(UnroutedRow {
        shard: number("unrouted.shard", row.0)?,
        offset: row.1,
        record_id: RecordId(row.2),
        source_id: name("unrouted.source_id", &row.3)?,
        format: row.4,
        received_at: row.5.timestamp()?,
        code: row.6,
        detail: row.7,
        going_to: row
            .8
            .map(|gate_id| name("route_decisions.gate_id", &gate_id))
            .transpose()?,
    })
}

/// Reads why records wait: code, how many, reception of the first.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn unrouted_reason<T: Moment>(row: (String, i64, T)) -> Result<UnroutedReason, Error> {
    Ok(UnroutedReason {
        code: row.0,
        count: number("count of unrouted records", row.1)?,
        oldest_at: row.2.timestamp()?,
    })
}

/// A record of the router: offset, record id, hash of the body, kind, code, gate, whether it waits.
pub(crate) type RoutingTuple = (i64, Uuid, Vec<u8>, String, String, Option<String>, bool);

/// Reads what became of a record of the router.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn routing(row: RoutingTuple) -> Result<Routing, Error> {
    Ok(Routing {
        offset: row.0,
        record_id: RecordId(row.1),
        body_sha256: sha256("outcomes.body_sha256", &row.2)?,
        outcome: outcome(&row.3, row.4)?,
        gate_id: row
            .5
            .map(|gate_id| name("outcomes.gate_id", &gate_id))
            .transpose()?,
        is_waiting: row.6,
    })
}

/// Reads a gate that has a record.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn record_link(row: (Uuid, Vec<u8>, String)) -> Result<RecordLink, Error> {
    let hash = sha256("body_sha256", &row.1)?;
    Ok((RecordId(row.0), hash, name("gate_id", &row.2)?))
}

/// Reads a gate that has an event or a message of a source.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn source_link(row: (String, String, String)) -> Result<SourceLink, Error> {
    Ok((name("source_id", &row.0)?, row.1, name("gate_id", &row.2)?))
}

/// Reads a gate whose crossings carry a key.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn key_link(row: (i64, String, i32)) -> Result<KeyLink, Error> {
    Ok(KeyLink {
        wanted: number("number of a key", row.0)?,
        gate_id: name("crossing_keys.gate_id", &row.1)?,
        rank: number("rank of a link", row.2)?,
    })
}

/// A wanted key as columns.
#[derive(Debug, Serialize)]
pub(crate) struct WantedKey<'a> {
    pub(crate) kind: &'static str,
    pub(crate) value: &'a str,
    pub(crate) from_us: i64,
    pub(crate) until_us: i64,
}

impl<'a> WantedKey<'a> {
    pub(crate) fn new(wanted: &'a LinkKey) -> Self {
        Self {
            kind: wanted.key.kind.code(),
            value: &wanted.key.value,
            from_us: wanted.from.as_microsecond(),
            until_us: wanted.until.as_microsecond(),
        }
    }
}

/// What a batch changes of waiting records.
#[derive(Debug)]
pub(crate) struct RouteRows {
    pub(crate) kept: Vec<KeptRow>,
    pub(crate) keys: Vec<UnroutedKeyRow>,
    /// Offsets of those that wait no longer.
    pub(crate) routed: Vec<i64>,
    pub(crate) told: Vec<ToldRow>,
    /// The outcomes of both.
    pub(crate) outcomes: Vec<ChangedRow>,
    /// Offsets of those whose decision is forgotten.
    pub(crate) settled: Vec<i64>,
}

/// A record that begins to wait.
#[derive(Debug)]
pub(crate) struct KeptRow {
    pub(crate) unrouted: Unrouted,
    pub(crate) envelope: String,
}

/// A key of one.
#[derive(Debug)]
pub(crate) struct UnroutedKeyRow {
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) log_offset: i64,
}

/// Why a record waits on.
#[derive(Debug, Serialize)]
pub(crate) struct ToldRow {
    pub(crate) log_offset: i64,
    pub(crate) code: String,
    pub(crate) detail: String,
}

impl RouteRows {
    /// Puts the changes into rows.
    ///
    /// # Errors
    /// [`Error::Refused`] when a text holds a NUL.
    pub(crate) fn new(changes: &RouteChanges) -> Result<Self, Error> {
        let routed = changes
            .routed
            .iter()
            .map(|row| changed(row.offset, Some(&row.gate_id), &row.code));
        let told = changes
            .told
            .iter()
            .map(|row| changed(row.offset, None, &row.code));
        let mut kept = Vec::with_capacity(changes.kept.len());
        let mut keys = Vec::new();
        for new in &changes.kept {
            kept.push(KeptRow::new(&new.unrouted)?);
            for key in &new.keys {
                refuse_nul([("match key", key.value.as_str())])?;
                keys.push(UnroutedKeyRow {
                    kind: key.kind.code(),
                    value: key.value.clone(),
                    log_offset: new.unrouted.logged.offset,
                });
            }
        }
        refuse_nul(
            changes
                .told
                .iter()
                .map(|row| ("detail", row.detail.as_str())),
        )?;
        Ok(Self {
            kept,
            keys,
            routed: changes.routed.iter().map(|row| row.offset).collect(),
            told: changes
                .told
                .iter()
                .map(|row| ToldRow {
                    log_offset: row.offset,
                    code: row.code.clone(),
                    detail: row.detail.clone(),
                })
                .collect(),
            outcomes: routed.chain(told).collect(),
            settled: changes.settled.clone(),
        })
    }
}

impl KeptRow {
    fn new(unrouted: &Unrouted) -> Result<Self, Error> {
        let record = &unrouted.logged.record;
        refuse_nul([
            ("format", record.format.as_str()),
            ("detail", &unrouted.detail),
            (
                "message key",
                unrouted.message_key.as_deref().unwrap_or_default(),
            ),
        ])?;
        let envelope = Envelope {
            source_version: record.source_version,
            content_type: record.content_type.clone(),
            received_at: record.received_at,
            is_replay: record.is_replay,
            traceparent: record.traceparent.clone(),
            device_headers: record.device_headers.clone(),
            redrive_of: record.redrive_of,
            detached: record.detached.as_ref().map(ToString::to_string),
        };
        Ok(Self {
            unrouted: unrouted.clone(),
            envelope: document::write("unrouted.envelope", &envelope)?,
        })
    }
}

/// A record that waited for its gate has this one now, or waits on.
fn changed(offset: Offset, gate_id: Option<&GateId>, code: &str) -> ChangedRow {
    ChangedRow {
        log_offset: offset,
        waited_as: OutcomeKind::Routed.code(),
        kind: OutcomeKind::Routed.code(),
        gate_id: gate_id.map(ToString::to_string),
        code: code.to_owned(),
    }
}
