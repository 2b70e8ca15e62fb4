//! A raw record as a Kafka message: CloudEvents 1.0 Kafka protocol binding, binary content mode.
//!
//! The value is the message as it came, but for the pictures that `ce_detached` names; everything else is a header
//! (DESIGN.md, "Shards and keys"). Headers that are not ours are left out on the way in. Source: CloudEvents Kafka binding 1.0.2, section 3.2.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use bordergate_model::{Detached, GateId, RawRecord, RecordId, SourceId};
use bytes::Bytes;
use rdkafka::message::{Header, Headers, OwnedHeaders};

/// The version of CloudEvents that the headers follow.
const SPEC_VERSION: &str = "1.0";
/// What a device's own header begins with; the record keeps the name after it.
const DEVICE: &str = "device-";
/// What the name of a device's own header begins with, after [`DEVICE`].
const DEVICE_NAME: &str = "ce-";

/// Returns the message's key: the gate, none for a tick.
pub(super) fn key(record: &RawRecord) -> Option<&str> {
    record.gate_id.as_ref().map(GateId::as_str)
}

/// Returns the headers, the device's own last and in their order.
pub(super) fn encode(record: &RawRecord) -> OwnedHeaders {
    let mut headers = OwnedHeaders::new_with_capacity(12 + record.device_headers.len());
    let mut add = |name: &str, value: &str| {
        let before = std::mem::take(&mut headers);
        headers = before.insert(Header {
            key: name,
            value: Some(value),
        });
    };
    add("ce_specversion", SPEC_VERSION);
    add("ce_id", &record.record_id.to_string());
    add("ce_source", record.source_id.as_str());
    add("ce_type", &record.format);
    add("ce_time", &record.received_at.to_string());
    add("ce_sourceversion", &record.source_version.to_string());
    if !record.content_type.is_empty() {
        add("content-type", &record.content_type);
    }
    if let Some(gate_id) = &record.gate_id {
        add("ce_gate", gate_id.as_str());
    }
    if record.is_replay {
        add("ce_replay", "true");
    }
    if let Some(offset) = record.redrive_of {
        add("ce_redriveof", &offset.to_string());
    }
    if let Some(detached) = &record.detached {
        add("ce_detached", &detached.to_string());
    }
    if let Some((shard, offset)) = record.routed_from {
        add("ce_routedfrom", &format!("{shard}/{offset}"));
    }
    if let Some(traceparent) = &record.traceparent {
        add("traceparent", traceparent);
    }
    for (name, value) in &record.device_headers {
        add(&format!("{DEVICE}{name}"), value);
    }
    headers
}

/// Reads a message back.
///
/// # Errors
/// Why it is no record of a hub, naming the header.
pub(super) fn decode<H: Headers>(headers: &H, body: Bytes) -> Result<RawRecord, String> {
    let found = Found::read(headers)?;
    if found.needed("ce_specversion")? != SPEC_VERSION {
        return Err(format!("ce_specversion is not {SPEC_VERSION}"));
    }
    Ok(RawRecord {
        record_id: found.parse::<RecordId>("ce_id")?,
        source_id: found.parse::<SourceId>("ce_source")?,
        source_version: found.parse("ce_sourceversion")?,
        gate_id: found.parse_if_there::<GateId>("ce_gate")?,
        format: found.needed("ce_type")?.to_owned(),
        content_type: found.get("content-type").unwrap_or_default().to_owned(),
        received_at: found.parse("ce_time")?,
        is_replay: found.parse_if_there("ce_replay")?.unwrap_or(false),
        traceparent: found.get("traceparent").map(ToOwned::to_owned),
        redrive_of: found.parse_if_there("ce_redriveof")?,
        detached: found
            .parse_if_there::<Detached>("ce_detached")?
            .map(Box::new),
        routed_from: found
            .get("ce_routedfrom")
            .map(crate::place)
            .transpose()
            .map_err(|error| format!("ce_routedfrom: {error}"))?,
        device_headers: found.device,
        body,
    })
}

/// The headers by name, the device's own apart.
struct Found<'m> {
    ours: HashMap<&'m str, &'m str>,
    device: Vec<(String, String)>,
}

impl<'m> Found<'m> {
    fn read<H: Headers>(headers: &'m H) -> Result<Self, String> {
        let mut ours = HashMap::new();
        let mut device = Vec::new();
        for header in headers.iter() {
            let value = std::str::from_utf8(header.value.unwrap_or_default())
                .map_err(|_| format!("{} is not UTF-8", header.key))?;
            match header.key.strip_prefix(DEVICE) {
                Some(name) if name.starts_with(DEVICE_NAME) => {
                    device.push((name.to_owned(), value.to_owned()));
                }
                _ => {
                    if ours.insert(header.key, value).is_some() {
                        return Err(format!("{} is there twice", header.key));
                    }
                }
            }
        }
        Ok(Self { ours, device })
    }

    fn get(&self, name: &str) -> Option<&'m str> {
        self.ours.get(name).copied()
    }

    fn needed(&self, name: &str) -> Result<&'m str, String> {
        self.get(name).ok_or_else(|| format!("{name} is missing"))
    }

    fn parse<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, String> {
        self.needed(name)?
            .parse()
            .map_err(|error| format!("{name}: {error}"))
    }

    fn parse_if_there<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, String> {
        self.get(name).map(|_| self.parse(name)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use bordergate_model::DetachedPart;

    use super::*;

    fn record() -> RawRecord {
        RawRecord {
            record_id: "6d1f3d0c-52f4-5b7e-9f0a-3a5e0d5b7c11"
                .parse()
                .expect("a UUID"),
            source_id: SourceId::parse("hn-cam-in-1").expect("a plain name"),
            source_version: 3,
            gate_id: Some(GateId::parse("huu-nghi").expect("a plain name")),
            format: "hikvision-anpr".to_owned(),
            content_type: "application/xml".to_owned(),
            received_at: "2026-11-16T07:00:00.123456789Z"
                .parse()
                .expect("a timestamp"),
            is_replay: true,
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            device_headers: vec![
                ("ce-id".to_owned(), "a=b; \"c\" \u{111}".to_owned()),
                ("ce-source".to_owned(), String::new()),
            ],
            redrive_of: Some(17),
            detached: Some(Box::new(Detached {
                body_sha256: [9; 32],
                parts: vec![DetachedPart {
                    at: 3,
                    bytes: 20_000,
                }],
            })),
            routed_from: Some((8, 21)),
            body: Bytes::from_static(b"<x/>"),
        }
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let whole = record();
        let tick = RawRecord {
            gate_id: None,
            source_version: 0,
            content_type: String::new(),
            is_replay: false,
            traceparent: None,
            device_headers: Vec::new(),
            redrive_of: None,
            detached: None,
            routed_from: None,
            body: Bytes::new(),
            ..record()
        };
        for written in [whole, tick] {
            let read =
                decode(&encode(&written), written.body.clone()).expect("what was just written");
            assert_eq!(read, written);
        }
    }

    #[test]
    fn the_headers_are_those_of_the_design() {
        let headers = encode(&record());
        let names: Vec<&str> = headers.iter().map(|header| header.key).collect();
        assert_eq!(
            names,
            [
                "ce_specversion",
                "ce_id",
                "ce_source",
                "ce_type",
                "ce_time",
                "ce_sourceversion",
                "content-type",
                "ce_gate",
                "ce_replay",
                "ce_redriveof",
                "ce_detached",
                "ce_routedfrom",
                "traceparent",
                "device-ce-id",
                "device-ce-source",
            ]
        );
    }

    #[test]
    fn a_foreign_message_is_refused_by_the_header_at_fault() {
        let add = |headers: OwnedHeaders, name: &str, value: &str| {
            headers.insert(Header {
                key: name,
                value: Some(value),
            })
        };
        for (headers, at_fault) in [
            (OwnedHeaders::new(), "ce_specversion"),
            (
                add(OwnedHeaders::new(), "ce_specversion", "0.3"),
                "ce_specversion",
            ),
            (add(OwnedHeaders::new(), "ce_specversion", "1.0"), "ce_id"),
            (add(encode(&record()), "ce_id", "again"), "ce_id"),
            (
                add(
                    encode(&RawRecord {
                        detached: None,
                        ..record()
                    }),
                    "ce_detached",
                    "1+2",
                ),
                "ce_detached",
            ),
            (
                add(
                    encode(&RawRecord {
                        routed_from: None,
                        ..record()
                    }),
                    "ce_routedfrom",
                    "8/-1",
                ),
                "ce_routedfrom",
            ),
        ] {
            let reason = decode(&headers, Bytes::new()).expect_err("no record of a hub");
            assert!(reason.starts_with(at_fault), "{reason}");
        }
        let with_foreign = add(encode(&record()), "x-other", "kept out");
        assert_eq!(decode(&with_foreign, record().body), Ok(record()));
    }
}
