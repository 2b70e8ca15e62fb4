//! Loads the samples of a format, with the record and the registration each is read with.
//!
//! A sample is a file in `samples/<format>/`. Beside it a file `<sample>.headers` may say how it was sent and
//! registered, a line `name: value` each: `content-type`, `received-at`, `ce-...`, `source.zone`,
//! `source.clock_offset_seconds`, `source.lane`, `source.reading.<word>`.

#![allow(dead_code, reason = "each test and the bench use a part of it")]

use std::fs;
use std::path::{Path, PathBuf};

use bordergate_model::{GateId, LoggedRecord, RawRecord, RecordId, Source, SourceId};
use bytes::Bytes;
use uuid::Uuid;

/// One sample, ready to be read.
pub(crate) struct Sample {
    /// Its file name.
    pub(crate) name: String,
    /// The record.
    pub(crate) logged: LoggedRecord,
    /// The registration.
    pub(crate) source: Source,
}

/// Returns the folder of a format's samples.
pub(crate) fn folder(format: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(format)
}

/// Returns the samples of a format in the order of their names.
pub(crate) fn samples(format: &str) -> Vec<Sample> {
    let entries = fs::read_dir(folder(format)).expect("every format has samples");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("the folder can be read")
                .file_name()
                .into_string()
                .expect("plain names")
        })
        .filter(|name| {
            !name.starts_with('.') && !["md", "snap", "new", "headers"].contains(&extension(name))
        })
        .collect();
    names.sort();
    names.iter().map(|name| sample(format, name)).collect()
}

fn extension(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// Returns one sample.
pub(crate) fn sample(format: &str, name: &str) -> Sample {
    let path = folder(format).join(name);
    let body = fs::read(&path).expect("the sample can be read");
    let content_type = match extension(name) {
        "xml" => "application/xml",
        "json" => "application/json",
        _ => "application/octet-stream",
    };
    let mut logged = logged(format, content_type, body);
    let mut source = source(format);
    let headers =
        fs::read_to_string(path.with_file_name(format!("{name}.headers"))).unwrap_or_default();
    for line in headers.lines() {
        let (key, value) = line
            .split_once(": ")
            .expect("a line of headers is `name: value`");
        apply(&mut logged, &mut source, key, value);
    }
    Sample {
        name: name.to_owned(),
        logged,
        source,
    }
}

fn apply(logged: &mut LoggedRecord, source: &mut Source, key: &str, value: &str) {
    let record = &mut logged.record;
    match key {
        "content-type" => record.content_type = value.to_owned(),
        "received-at" => record.received_at = value.parse().expect("RFC 3339"),
        "source.zone" => source.zone = value.to_owned(),
        "source.clock_offset_seconds" => {
            source.clock_offset_seconds = value.parse().expect("seconds")
        }
        "source.lane" => source.lane = Some(value.to_owned()),
        _ if key.starts_with("ce-") => record
            .device_headers
            .push((key.to_owned(), value.to_owned())),
        _ => {
            let word = key
                .strip_prefix("source.reading.")
                .expect("a key this file knows");
            source
                .readings
                .insert(word.to_owned(), value.parse().expect("a milestone"));
        }
    }
}

/// Returns a record of the day all samples play on.
pub(crate) fn logged(format: &str, content_type: &str, body: Vec<u8>) -> LoggedRecord {
    LoggedRecord {
        shard: 0,
        offset: 1,
        record: RawRecord {
            record_id: RecordId(Uuid::from_u128(1)),
            source_id: source(format).source_id,
            source_version: 1,
            gate_id: Some(GateId::parse("huu-nghi").expect("a plain name")),
            format: format.to_owned(),
            content_type: content_type.to_owned(),
            received_at: "2026-11-16T05:00:00Z".parse().expect("RFC 3339"),
            is_replay: false,
            traceparent: None,
            device_headers: Vec::new(),
            redrive_of: None,
            detached: None,
            routed_from: None,
            body: Bytes::from(body),
        },
    }
}

/// Returns a registration in the zone of Viet Nam: cameras name a milestone for each of their direction words.
pub(crate) fn source(format: &str) -> Source {
    let readings = match format {
        "hikvision-anpr" => [("forward", "GATE_IN"), ("reverse", "GATE_OUT")].as_slice(),
        "dahua-traffic" => &[("approach", "GATE_IN"), ("leave", "GATE_OUT")],
        "axis-lpv" => &[("in", "GATE_IN"), ("out", "GATE_OUT")],
        "platerecognizer-stream" | "rekor-scout" => {
            &[("315-45", "GATE_IN"), ("135-225", "GATE_OUT")]
        }
        "platerecognizer-container" => &[("*", "YARD_IN")],
        "survision" => &[("front", "GATE_IN"), ("rear", "GATE_OUT")],
        "genetec-autovu" => &[("approaching", "GATE_IN"), ("moving away", "GATE_OUT")],
        "impinj-r700" => &[("1", "CROSSED_OUT"), ("line-in", "CROSSED_IN")],
        "cloudevents-json" => &[("*", "GATE_IN")],
        _ => &[],
    };
    let reading =
        |(word, code): &(&str, &str)| ((*word).to_owned(), code.parse().expect("a milestone"));
    let sample = SourceId::parse("sample").expect("a plain name");
    Source {
        readings: readings.iter().map(reading).collect(),
        rank: if format == "vnaccs" {
            2
        } else {
            u8::from(format == "cloudevents-json")
        },
        ..Source::new(sample, format, GateId::parse("huu-nghi").ok())
    }
}
