//! Axis License Plate Verifier (formats.md, Axis): scalars as strings, numbers only in nested geometry.
//!
//! A car is told when it comes into view, `new`, and when it is gone, `lost`: the last word on it.

use serde_json::json;

use super::{Sight, Wire};

pub(super) fn push(sight: &Sight<'_>) -> Wire {
    let (serial, milliseconds) = (sight.serial, sight.device_ms());
    let body = json!({
        "packetCounter": (serial % 65_536).to_string(),
        "capture_timestamp": milliseconds.to_string(),
        "plateUTF8": sight.plate.unwrap_or_default(),
        "plateConfidence": if sight.plate.is_some() { "0.9012" } else { "0" },
        "plateCoordinates": [812, 640, 190, 44],
        "carState": if sight.is_provisional { "new" } else { "lost" },
        "carID": serial.to_string(),
        "carMoveDirection": sight.word(),
        "geotag": {"lat": 0.0, "lng": 0.0},
        "vehicle_info": {"type": "truck", "color": "white"},
        "camera_info": {"SerialNumber": sight.source_id(), "ProdShortName": "AXIS Q1800-LE"},
        "imagesURI": ["/local/fflprapp/tools.cgi?action=getImage&name=1.jpg"],
    });
    Wire::new("application/json", body.to_string())
}

/// A push without a reading.
pub(super) fn alive() -> Wire {
    Wire::new("application/json", "[]")
}
