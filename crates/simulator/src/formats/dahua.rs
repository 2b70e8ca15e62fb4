//! Dahua traffic events in their three carriers (formats.md, Dahua).
//!
//! `UTC` is the local wall clock encoded as an epoch, as cameras do; carrier (b) has `RealUTC` beside it.

use serde_json::json;

use super::{Sight, Wire, pictures};
use crate::wall::{self, AHEAD_SECONDS};

const BOUNDARY: &str = "myboundary";

/// Carrier (a): lines of text, then a picture.
pub(super) fn lines(sight: &Sight<'_>) -> Wire {
    let plate = sight.plate.unwrap_or_default();
    let prefix = "Events[0]";
    let text = [
        "EventBaseInfo.Code=TrafficJunction".to_owned(),
        "EventBaseInfo.Action=Pulse".to_owned(),
        "EventBaseInfo.Index=0".to_owned(),
        format!("GroupID={}", sight.serial),
        format!("CountInGroup={}", sight.frame.count),
        format!("IndexInGroup={}", sight.frame.index),
        format!("EventSeq={}", event_number(sight)),
        format!("Lane={}", sight.serial % 2),
        format!("UTC={}", sight.device_at + AHEAD_SECONDS),
        format!("UTCMS={}", sight.millisecond),
        format!("MachineName={}", sight.post.source.source_id),
        "Object.ObjectType=Plate".to_owned(),
        format!("Object.Confidence={}", sight.frame.confidence),
        format!("Object.Text={plate}"),
        format!("TrafficCar.PlateNumber={plate}"),
        "TrafficCar.PlateColor=Yellow".to_owned(),
        format!(
            "TrafficCar.DrivingDirection[0]={}",
            capitalised(sight.post.word(sight.milestone))
        ),
        "TrafficCar.DrivingDirection[1]=".to_owned(),
        "TrafficCar.VehicleSize=Heavy-duty".to_owned(),
    ]
    .map(|line| format!("{prefix}.{line}\r\n"))
    .concat();
    let picture = pictures::jpeg(sight.serial, 320);
    let parts: [(&str, &[u8]); 2] = [
        ("Content-Type: text/plain", text.as_bytes()),
        ("Content-Type: image/jpeg", &picture),
    ];
    Wire::new(&content_type(), pictures::multipart(BOUNDARY, &parts))
}

pub(super) fn lines_heartbeat() -> Wire {
    Wire::new(
        &content_type(),
        pictures::multipart(BOUNDARY, &[("Content-Type: text/plain", b"Heartbeat")]),
    )
}

fn content_type() -> String {
    format!("multipart/x-mixed-replace; boundary={BOUNDARY}")
}

/// Carrier (b): the event stream's JSON.
pub(super) fn events(sight: &Sight<'_>) -> Wire {
    let body = json!({"method": "client.notifyEventStream", "params": {"SID": 513, "eventList": [{
        "Action": "Pulse",
        "Code": "TrafficJunction",
        "Index": 0,
        "Data": {
            "GroupID": sight.serial,
            "CountInGroup": sight.frame.count,
            "IndexInGroup": sight.frame.index,
            "EventSeq": event_number(sight),
            "Lane": sight.serial % 2,
            "UTC": sight.device_at + AHEAD_SECONDS,
            "RealUTC": sight.device_at,
            "UTCMS": sight.millisecond,
            "LocaleTime": wall::spaced(sight.device_at),
            "MachineName": sight.post.source.source_id,
            "Object": {"ObjectType": "Plate", "Confidence": sight.frame.confidence},
            "TrafficCar": {
                "PlateNumber": sight.plate.unwrap_or_default(),
                "PlateType": "Yellow",
                "DrivingDirection": [capitalised(sight.post.word(sight.milestone)), "", ""],
                "VehicleSize": "Heavy-duty",
            },
        },
    }]}});
    Wire::new("application/json", body.to_string())
}

pub(super) fn events_heartbeat() -> Wire {
    let body = json!({"method": "client.notifyEventStream", "params": {"SID": 513, "eventList": [{"Action": "Pulse", "Code": "Heartbeat", "Index": 0}]}});
    Wire::new("application/json", body.to_string())
}

/// Carrier (c): what the camera posts to `/NotificationInfo/TollgateInfo`.
pub(super) fn tollgate(sight: &Sight<'_>) -> Wire {
    let body = json!({"Picture": {
        "NormalPic": {"PicName": format!("{}{:03}_{}.jpg", wall::compact(sight.device_at), sight.millisecond, sight.serial)},
        "Plate": {"IsExist": sight.plate.is_some(), "PlateNumber": sight.plate.unwrap_or_default(), "PlateColor": "Yellow", "Confidence": 92},
        "Vehicle": {"VehicleColor": "White", "VehicleType": "HeavyTruck"},
        "SnapInfo": {
            "DeviceID": sight.post.source.source_id,
            "LanNo": 1 + sight.serial % 2,
            "Direction": capitalised(sight.post.word(sight.milestone)),
            "AccurateTime": format!("{}.{:03}", wall::spaced(sight.device_at), sight.millisecond),
            "SnapTime": wall::spaced(sight.device_at),
            "TimeZone": 7,
        },
    }});
    Wire::new("application/json;charset=UTF-8", body.to_string())
}

pub(super) fn tollgate_keep_alive(device_at: i64) -> Wire {
    Wire::new(
        "application/json;charset=UTF-8",
        json!({"Active": "keepAlive", "DeviceID": "sim", "Time": wall::spaced(device_at)})
            .to_string(),
    )
}

/// Pictures of one car follow each other.
fn event_number(sight: &Sight<'_>) -> u64 {
    (sight.serial * 4 + u64::from(sight.frame.index)) % 100_000
}

/// Devices write `Approach` where the registration says `approach`.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
