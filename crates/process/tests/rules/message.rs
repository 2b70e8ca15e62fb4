//! Messages written by hand: milestone reports and weighbridge tickets, and the records they travel in.

use bordergate_model::{GateId, RawRecord, RecordId, SourceId};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

/// The gate of the shard under test.
pub(crate) const GATE: &str = "huu-nghi";
/// A gate of another shard.
pub(crate) const OTHER_GATE: &str = "tan-thanh";
/// The source of milestone reports.
pub(crate) const YARD: &str = "yard";
/// The source of weighbridge tickets.
pub(crate) const SCALE: &str = "scale";

/// Returns the moment so many minutes into the day under test.
pub(crate) fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-16T01:00:00Z".parse().expect("RFC 3339");
    start + SignedDuration::from_mins(minutes)
}

/// Returns a milestone report; `more` is added to its data, such as `"revision": 2`.
pub(crate) fn report(id: &str, milestone: &str, plate: &str, at: Timestamp, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { ", " };
    format!(
        r#"{{"specversion": "1.0", "id": "{id}", "source": "//yard.example", "time": "{at}",
        "type": "vn.langson.bordergate.milestone.reported",
        "data": {{"milestone": "{milestone}", "plate": "{plate}"{comma}{more}}}}}"#
    )
}

/// Returns a weighing of a container that nothing dates or names: it has no event id.
pub(crate) fn nameless_weighing(gross_kg: u32) -> String {
    format!(r#"{{"gross_kg": {gross_kg}, "stable": true, "container": "CSQU3054383"}}"#)
}

/// Returns a record of the yard's that is received at `received_at` under the sender's `key`.
pub(crate) fn yard(key: &str, body: impl Into<String>, received_at: Timestamp) -> RawRecord {
    record(YARD, "cloudevents-json", key, body.into(), received_at)
}

/// Returns a record of the scale's.
pub(crate) fn scale(key: &str, body: impl Into<String>, received_at: Timestamp) -> RawRecord {
    record(SCALE, "weighbridge-json", key, body.into(), received_at)
}

fn record(
    source: &str,
    format: &str,
    key: &str,
    body: String,
    received_at: Timestamp,
) -> RawRecord {
    let source_id = SourceId::parse(source).expect("a plain name");
    RawRecord {
        record_id: RecordId::from_key(&source_id, key),
        source_id,
        source_version: 1,
        gate_id: Some(GateId::parse(GATE).expect("a plain name")),
        format: format.to_owned(),
        content_type: "application/json".to_owned(),
        received_at,
        is_replay: true,
        traceparent: None,
        device_headers: Vec::new(),
        redrive_of: None,
        body: Bytes::from(body),
    }
}
