//! Weighbridge tickets (formats.md, JSON weighbridge).

use serde_json::json;

use super::{Sight, Wire};
use crate::wall;

pub(super) fn ticket(sight: &Sight<'_>, gross_kg: i64, tare_kg: i64) -> Wire {
    let mut body = json!({
        "ticket": format!("{}-{:06}", sight.post.source.source_id, sight.serial),
        "weighed_at": wall::iso(sight.device_at),
        "gross_kg": gross_kg,
        "tare_kg": tare_kg,
        "net_kg": gross_kg - tare_kg,
        "stable": true,
    });
    if let Some(plate) = sight.plate {
        body["plate"] = plate.into();
    }
    Wire::new("application/json", body.to_string())
}

pub(super) fn unstable(serial: u64, device_at: i64) -> Wire {
    let body = json!({"ticket": format!("moving-{serial:06}"), "weighed_at": wall::iso(device_at), "gross_kg": 17_340, "stable": false});
    Wire::new("application/json", body.to_string())
}
