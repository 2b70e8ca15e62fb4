//! Plate Recognizer (formats.md): the webhook of Stream as a form with a picture, and the container reader's pieces.

use serde_json::{Value, json};

use super::{Sight, Wire, pictures};
use crate::wall;

const BOUNDARY: &str = "webhookboundary";

/// A webhook with one result; plates are in lower case, directions in degrees.
pub(super) fn stream(sight: &Sight<'_>) -> Wire {
    let plate = sight.plate.unwrap_or_default().to_lowercase();
    let result = json!({
        "box": {"xmin": 143, "ymin": 481, "xmax": 282, "ymax": 575},
        "plate": plate,
        "score": 0.904,
        "dscore": 0.92,
        "region": {"code": "vn", "score": 0.179},
        "vehicle": {"type": "Big Truck", "score": 0.254},
        "candidates": [{"plate": plate, "score": 0.904}],
        "direction": sight.degrees(),
    });
    form(sight, &hook(sight, vec![result]))
}

/// A picture without a vehicle.
pub(super) fn nothing_seen(sight: &Sight<'_>) -> Wire {
    Wire::new("application/json", hook(sight, Vec::new()).to_string())
}

/// The pieces of each number; of one that could not be read only the size, which names no box.
pub(super) fn containers(sight: &Sight<'_>, numbers: Option<&[String]>) -> Wire {
    let piece = |label: &str, text: &str| json!({"label": label, "texts": [{"value": text, "score": 0.93}, {"value": "", "score": 0.1}]});
    let mut results = Vec::new();
    for number in numbers.unwrap_or_default() {
        results.push(piece("Owner Code and Category Identifier", &number[..4]));
        results.push(piece("Serial Number", &number[4..10]));
        results.push(piece("Check Digit", &number[10..]));
    }
    results.push(piece("Size and Type Codes", "22G1"));
    Wire::new("application/json", hook(sight, results).to_string())
}

fn hook(sight: &Sight<'_>, results: Vec<Value>) -> Value {
    let utc = wall::utc_iso(sight.device_at, sight.millisecond);
    json!({
        "hook": {"target": "https://gate.example/hook", "id": sight.source_id(), "event": "recognition"},
        "data": {
            "camera_id": sight.source_id(),
            "filename": format!("{}_{}.jpg", sight.source_id(), sight.serial),
            "timestamp": utc,
            "timestamp_local": wall::iso(sight.device_at),
            "results": results,
        },
    })
}

fn form(sight: &Sight<'_>, hook: &Value) -> Wire {
    let (json, picture) = (hook.to_string(), pictures::jpeg(sight.serial, 260));
    let parts: [(&str, &[u8]); 2] = [
        (
            "Content-Disposition: form-data; name=\"json\"",
            json.as_bytes(),
        ),
        (
            "Content-Disposition: form-data; name=\"upload\"; filename=\"upload.jpg\"\r\nContent-Type: image/jpeg",
            &picture,
        ),
    ];
    Wire::new(
        &format!("multipart/form-data; boundary={BOUNDARY}"),
        pictures::multipart(BOUNDARY, &parts),
    )
}
