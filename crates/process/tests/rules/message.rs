//! Messages written by hand: milestone reports, weighbridge tickets and customs messages, and the records they travel in.

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

/// The source of weighings that name nobody, on [`LANE`].
pub(crate) const PLATFORM: &str = "platform";
/// The lane of the platform.
pub(crate) const LANE: &str = "3";
/// The frames of one weighing, of the readers' samples.
const FRAMES: &[u8] = include_bytes!("../../../sources/samples/mettler-continuous/ordinary.bin");

/// The source of customs messages.
pub(crate) const CUSTOMS: &str = "customs";
/// The source of milestone reports of the other gate.
pub(crate) const OTHER_YARD: &str = "other-yard";
/// A province-wide source of milestone reports.
pub(crate) const PROVINCE: &str = "province";
/// A province-wide source of customs messages.
pub(crate) const PROVINCE_CUSTOMS: &str = "province-customs";
/// A clearance permit of the readers' samples: registered, inspected, cleared.
const DECLARATION: &[u8] = include_bytes!("../../../sources/samples/vnaccs/vad1ag.txt");
/// Its header with the line break, in bytes.
const HEADER: usize = 400;

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

/// Returns a weighing of whatever stands on the platform.
pub(crate) fn weighing(key: &str, received_at: Timestamp) -> RawRecord {
    record(PLATFORM, "mettler-continuous", key, FRAMES, received_at)
}

/// Returns a record of customs'.
pub(crate) fn customs(key: &str, body: Vec<u8>, received_at: Timestamp) -> RawRecord {
    record(CUSTOMS, "vnaccs", key, body, received_at)
}

/// Returns a record of the other gate's yard.
pub(crate) fn other_yard(key: &str, body: impl Into<String>, received_at: Timestamp) -> RawRecord {
    RawRecord {
        gate_id: Some(GateId::parse(OTHER_GATE).expect("a plain name")),
        ..record(
            OTHER_YARD,
            "cloudevents-json",
            key,
            body.into(),
            received_at,
        )
    }
}

/// Returns a province-wide milestone report.
pub(crate) fn province(key: &str, body: impl Into<String>, received_at: Timestamp) -> RawRecord {
    RawRecord {
        gate_id: None,
        ..record(PROVINCE, "cloudevents-json", key, body.into(), received_at)
    }
}

/// Returns a province-wide customs message.
pub(crate) fn province_customs(key: &str, body: Vec<u8>, received_at: Timestamp) -> RawRecord {
    RawRecord {
        gate_id: None,
        ..record(PROVINCE_CUSTOMS, "vnaccs", key, body, received_at)
    }
}

/// Returns a declaration's message under a data id, cut into `count` parts of about one length, whatever stands there.
pub(crate) fn declaration_parts(data_id: &str, count: usize) -> Vec<Vec<u8>> {
    let (header, body) = DECLARATION.split_at(HEADER);
    let bodies = body.chunks(body.len().div_ceil(count));
    let part = |(number, body): (usize, &[u8])| {
        let mut part = [header, body].concat();
        part[219..245].copy_from_slice(format!("{data_id:26}").as_bytes());
        part[245..248].copy_from_slice(format!("{number:03}").as_bytes());
        part[248] = if number == count { b'E' } else { b'C' };
        part
    };
    (1..).zip(bodies).map(part).collect()
}

fn record(
    source: &str,
    format: &str,
    key: &str,
    body: impl Into<Bytes>,
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
        detached: None,
        routed_from: None,
        body: body.into(),
    }
}
