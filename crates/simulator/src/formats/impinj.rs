//! Impinj R700 readers (formats.md, RFID): the reads of one pass as a list; older firmware tells the EPC alone.

use serde_json::{Value, json};

use super::{Sight, Wire};
use crate::wall;

/// Reads of one tag at one antenna, some milliseconds apart.
pub(super) fn pass(sight: &Sight<'_>, tag: &str) -> Wire {
    let port = if sight.word() == "in" { 2 } else { 1 };
    let is_old = sight.source_id().contains("-tt-");
    let read = |number: i64| -> Value {
        let at = sight.device_ms() + number * 37;
        let at = wall::utc_iso(at / 1_000, at % 1_000);
        let mut inventory =
            json!({"epc": base64url(tag), "antennaPort": port, "antennaName": sight.word()});
        if is_old {
            inventory["lastSeenTime"] = at.as_str().into();
        } else {
            inventory["epcHex"] = tag.into();
            inventory["tidHex"] = "E2801160600002054E1A7B3C".into();
            inventory["peakRssiCdbm"] = (-6_150 + number * 40).into();
        }
        match is_old {
            true => {
                json!({"timestamp": at, "hostname": sight.source_id(), "tagInventoryEvent": inventory})
            }
            false => {
                json!({"timestamp": at, "hostname": sight.source_id(), "eventType": "tagInventory", "tagInventoryEvent": inventory})
            }
        }
    };
    let count = 3 + i64::try_from(sight.serial % 9).expect("below nine");
    let reads: Vec<Value> = (0..count).map(read).collect();
    Wire::new("application/json", Value::from(reads).to_string())
}

pub(super) fn alive(sight: &Sight<'_>) -> Wire {
    let at = wall::utc_iso(sight.device_at, 0);
    let body = json!([{"timestamp": at, "hostname": sight.source_id(), "eventType": "inventoryStatus", "inventoryStatusEvent": {"inventoryStatus": "running"}}]);
    Wire::new("application/json", body.to_string())
}

/// Writes the bytes of a hexadecimal text in the URL alphabet without padding (RFC 4648, section 5).
fn base64url(hex: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> = hex
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .flat_map(|digit| (0..4).rev().map(move |place| (digit >> place & 1) as u8))
        .collect();
    let sextet = |bits: &[u8]| {
        let value = (0..6).fold(0, |value, place| {
            value << 1 | bits.get(place).copied().unwrap_or(0)
        });
        char::from(ALPHABET[usize::from(value)])
    };
    bits.chunks(6).map(sextet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_alphabet_is_that_of_the_rfc() {
        for (hex, coded) in [("66", "Zg"), ("666F6F", "Zm9v"), ("FBFF", "-_8")] {
            assert_eq!(base64url(hex), coded, "{hex}");
        }
    }
}
