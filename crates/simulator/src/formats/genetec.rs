//! Genetec AutoVu (formats.md): reads dated month first, in UTC.

use serde_json::json;

use super::{Sight, Wire};
use crate::wall;

pub(super) fn read(sight: &Sight<'_>) -> Wire {
    let utc = wall::utc_iso(sight.device_at, sight.millisecond);
    let (date, time) = (&utc[..10], &utc[11..19]);
    let body = json!({
        "Plate": sight.plate.unwrap_or_default(),
        "ConfidenceScore": if sight.plate.is_some() { "90" } else { "0" },
        "DateUtc": format!("{}/{}/{}", &date[5..7], &date[8..], &date[..4]),
        "TimeUtc": time,
        "SharpName": sight.source_id(),
        "VehicleID": sight.serial.to_string(),
        "Attributes": {"Relative Motion": in_capitals(sight.word()), "Vehicle Type": "Truck"},
    });
    Wire::new("application/json", body.to_string())
}

/// A list without a read.
pub(super) fn alive() -> Wire {
    Wire::new("application/json", json!({"Reads": []}).to_string())
}

/// Writes `Moving Away` where the registration says `moving away`.
fn in_capitals(words: &str) -> String {
    let capital = |word: &str| format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    words.split(' ').map(capital).collect::<Vec<_>>().join(" ")
}
