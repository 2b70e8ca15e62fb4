//! Records to append.

use bordergate_model::{Detached, DetachedPart, GateId, RawRecord, RecordId, SourceId};
use bytes::Bytes;
use uuid::Uuid;

/// A plain record whose body is `text`.
pub(crate) fn plain(text: &str) -> RawRecord {
    RawRecord {
        record_id: RecordId(Uuid::new_v4()),
        source_id: SourceId::parse("hn-cam-in-1").expect("a plain name"),
        source_version: 1,
        gate_id: Some(GateId::parse("huu-nghi").expect("a plain name")),
        format: "weighbridge-json".to_owned(),
        content_type: "application/json".to_owned(),
        received_at: "2026-11-16T07:00:00Z".parse().expect("a timestamp"),
        is_replay: false,
        traceparent: None,
        device_headers: Vec::new(),
        redrive_of: None,
        detached: None,
        routed_from: None,
        body: Bytes::from(text.to_owned()),
    }
}

/// A record whose body has `body_bytes` bytes that do not compress to nothing.
pub(crate) fn large(body_bytes: usize) -> RawRecord {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let body: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(body_bytes)
    .collect();
    RawRecord {
        content_type: "application/octet-stream".to_owned(),
        body: body.into(),
        ..plain("")
    }
}

/// Records that use every field, and some of them oddly.
pub(crate) fn odd() -> Vec<RawRecord> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        RawRecord {
            source_version: u32::MAX,
            content_type: "multipart/form-data; boundary=\"a b\"; charset=UTF-8".to_owned(),
            received_at: "2026-11-16T07:00:00.123456789Z"
                .parse()
                .expect("a timestamp"),
            is_replay: true,
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            device_headers: vec![
                pair("ce-id", "8f2c \"quoted\", comma; \\ backslash"),
                pair("ce-ngay", "Th\u{1ee9} Hai \u{1f69b}"),
                pair("ce-source", ""),
                pair("ce-type", " blanks around "),
                pair("ce-type", "the same name again"),
            ],
            redrive_of: Some(i64::MAX),
            detached: Some(Box::new(Detached {
                body_sha256: [0xfe; 32],
                parts: (0..256)
                    .map(|number| DetachedPart {
                        at: number * 100,
                        bytes: 20_000,
                    })
                    .collect(),
            })),
            routed_from: Some((u16::MAX, i64::MAX)),
            body: Bytes::from((0..=255).collect::<Vec<u8>>()),
            ..plain("")
        },
        RawRecord {
            source_id: SourceId::parse("bordergate").expect("a plain name"),
            source_version: 0,
            gate_id: None,
            format: "tick".to_owned(),
            content_type: String::new(),
            body: Bytes::new(),
            ..plain("")
        },
        RawRecord {
            traceparent: Some(String::new()),
            redrive_of: Some(0),
            routed_from: Some((0, 0)),
            received_at: "1969-12-31T23:59:59.000001Z".parse().expect("a timestamp"),
            body: Bytes::from_static(b"null\0inside\r\n"),
            ..plain("")
        },
    ]
}
