//! Rekor Scout (formats.md): the agent's group of one vehicle, and its heartbeat.

use serde_json::json;

use super::{Sight, Wire};

pub(super) fn group(sight: &Sight<'_>) -> Wire {
    let plate = sight.plate.unwrap_or_default();
    let (serial, start) = (sight.serial, sight.device_ms());
    let uuid = |frame: u64| format!("{}-{serial}-{frame}-{start}", sight.source_id());
    let body = json!({
        "data_type": "alpr_group",
        "version": 2,
        "epoch_start": start,
        "epoch_end": start + 1_800,
        "frame_start": serial % 100_000,
        "frame_end": serial % 100_000 + 9,
        "agent_uid": sight.source_id(),
        "agent_type": "alprd",
        "camera_id": 1_000 + serial % 2,
        "country": "vn",
        "best_plate_number": plate,
        "best_confidence": if sight.plate.is_some() { 91.27 } else { 0.0 },
        "best_uuid": uuid(1),
        "uuids": [uuid(0), uuid(1), uuid(2)],
        "candidates": [{"plate": plate, "confidence": 91.27, "matches_template": 0}],
        "travel_direction": sight.degrees(),
        "is_parked": false,
        "is_preview": false,
        "vehicle": {"color": [{"name": "white", "confidence": 88.1}], "body_type": [{"name": "tractor-trailer", "confidence": 70.4}]},
    });
    Wire::new("application/json", body.to_string())
}

pub(super) fn heartbeat(sight: &Sight<'_>) -> Wire {
    let body = json!({"data_type": "heartbeat", "timestamp": sight.device_ms(), "agent_uid": sight.source_id(), "video_streams": []});
    Wire::new("application/json", body.to_string())
}
