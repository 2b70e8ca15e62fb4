//! Survision cameras (formats.md): the device's XML written as JSON, attributes with `@`.

use serde_json::json;

use super::{Sight, Wire};

pub(super) fn decision(sight: &Sight<'_>) -> Wire {
    let body = json!({"anpr": {
        "@date": sight.device_ms().to_string(),
        "@id": sight.serial.to_string(),
        "@session": sight.source_id(),
        "@synchronized": "1",
        "decision": {
            "@plate": sight.plate.unwrap_or_default(),
            "@reliability": if sight.plate.is_some() { "87" } else { "0" },
            "@direction": sight.word(),
            "@context_isoAlpha2": "VN",
            "@plateOccurences": "7",
        },
    }});
    Wire::new("application/json", body.to_string())
}

pub(super) fn alive(sight: &Sight<'_>) -> Wire {
    let body = json!({"keepAlive": {"@date": sight.device_ms().to_string()}});
    Wire::new("application/json", body.to_string())
}
