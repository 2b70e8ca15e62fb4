//! A day as files: registrations as CSV tables (columns: `seeds/reference/README.md`), messages and truth as JSON lines.

use bordergate_model::{Gate, Source};
use serde::Serialize;
use serde_json::json;

use crate::day::Message;

/// Returns `gates.csv`.
#[must_use]
pub fn gates_csv(gates: &[Gate]) -> String {
    let rows = gates.iter().map(|gate| {
        [
            gate.gate_id.to_string(),
            gate.name_en.clone(),
            gate.name_vi.clone(),
            gate.shard.to_string(),
            gate.office_codes.join(";"),
            gate.is_disabled.to_string(),
        ]
    });
    table(
        "gate_id,name_en,name_vi,shard,office_codes,is_disabled",
        rows,
    )
}

/// Returns `sources.csv`.
#[must_use]
pub fn sources_csv(sources: &[Source]) -> String {
    let rows = sources.iter().map(|source| {
        let readings: Vec<String> = source
            .readings
            .iter()
            .map(|(word, means)| format!("{word}={means}"))
            .collect();
        [
            source.source_id.to_string(),
            source.format.clone(),
            source
                .gate_id
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            source.lane.clone().unwrap_or_default(),
            readings.join(";"),
            source.rank.to_string(),
            source.zone.clone(),
            source.clock_offset_seconds.to_string(),
            source
                .silent_after_seconds
                .map(|seconds| seconds.to_string())
                .unwrap_or_default(),
            source.is_replay.to_string(),
            source.partner_id.clone().unwrap_or_default(),
            source.is_disabled.to_string(),
        ]
    });
    table(
        "source_id,format,gate_id,lane,readings,rank,zone,clock_offset_seconds,silent_after_seconds,is_replay,partner_id,is_disabled",
        rows,
    )
}

/// Returns the messages, one JSON object a line; bodies that are not UTF-8 as base64 in `body_base64`.
#[must_use]
pub fn messages_jsonl(messages: &[Message]) -> String {
    let line = |message: &Message| {
        let mut line = json!({
            "source_id": message.source_id,
            "door": message.door,
            "content_type": message.content_type,
            "headers": message.headers,
            "received_at": message.received_at,
            "idempotency_key": message.idempotency_key,
            "place": message.place,
            "record_id": message.record_id(),
            "expectation": message.expectation,
        });
        match std::str::from_utf8(&message.body) {
            Ok(text) => line["body"] = text.into(),
            Err(_) => line["body_base64"] = base64(&message.body).into(),
        }
        format!("{line}\n")
    };
    messages.iter().map(line).collect()
}

/// Returns a part of the truth (crossings, milestones or facts), one JSON object a line.
#[must_use]
pub fn truth_jsonl<T: Serialize>(truth: &[T]) -> String {
    truth
        .iter()
        .map(|one| format!("{}\n", json!(one)))
        .collect()
}

/// No field of these tables needs quoting except names, which are quoted when they do.
fn table<const N: usize>(header: &str, rows: impl Iterator<Item = [String; N]>) -> String {
    let quoted = |field: &String| match field.contains([',', '"', '\n']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.clone(),
    };
    let lines =
        rows.map(|row| format!("{}\n", row.iter().map(quoted).collect::<Vec<_>>().join(",")));
    format!("{header}\n{}", lines.collect::<String>())
}

/// Writes bytes as base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let padded = [
            chunk[0],
            chunk.get(1).copied().unwrap_or(0),
            chunk.get(2).copied().unwrap_or(0),
        ];
        let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for place in 0..4 {
            let sextet = (bits >> (18 - 6 * place)) & 63;
            text.push(if place <= chunk.len() {
                char::from(ALPHABET[sextet as usize])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
