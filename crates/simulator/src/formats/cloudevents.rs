//! Milestone reports as CloudEvents 1.0, structured or in headers (formats.md, Milestone report).

use serde_json::{Map, Value, json};

use super::Wire;
use crate::border::Post;
use crate::telling::Report;
use crate::wall;

const REPORTED: &str = "vn.langson.bordergate.milestone.reported";
const HEARTBEAT: &str = "vn.langson.bordergate.heartbeat";
const STRUCTURED: &str = "application/cloudevents+json";

/// Structured mode, as LGSP submits.
pub(crate) fn report(post: &Post, report: &Report) -> Wire {
    let body = json!({
        "specversion": "1.0",
        "id": report.id,
        "source": source(post),
        "type": REPORTED,
        "time": wall::iso(report.at),
        "datacontenttype": "application/json",
        "data": data(report),
    });
    Wire::new(STRUCTURED, body.to_string())
}

/// Binary mode, as the management centre posts.
pub(crate) fn report_in_headers(post: &Post, report: &Report) -> Wire {
    let attributes = [
        ("ce-id", report.id.clone()),
        ("ce-source", source(post)),
        ("ce-specversion", "1.0".to_owned()),
        ("ce-time", wall::iso(report.at)),
        ("ce-type", REPORTED.to_owned()),
    ];
    let headers = attributes
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
    Wire {
        headers,
        ..Wire::new("application/json", data(report).to_string())
    }
}

/// A sign of life of the source itself.
pub(crate) fn heartbeat(post: &Post, at: i64) -> Wire {
    let body = json!({"specversion": "1.0", "id": format!("alive-{at}"), "source": source(post), "type": HEARTBEAT, "time": wall::iso(at), "data": {}});
    Wire::new(STRUCTURED, body.to_string())
}

fn source(post: &Post) -> String {
    format!("//langson.example/{}", post.source.source_id)
}

fn data(report: &Report) -> Value {
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| data.insert(name.to_owned(), value);
    put("milestone", report.milestone.code().into());
    for (name, plate) in [
        ("plate", &report.plate),
        ("to_plate", &report.to_plate),
        ("trailer_plate", &report.trailer),
    ] {
        if let Some(plate) = plate {
            put(name, plate.printed().into());
        }
    }
    if let Some(trip) = &report.trip {
        put("trip_code", trip.as_str().into());
    }
    for (name, list) in [
        ("containers", &report.containers),
        ("declarations", &report.declarations),
        ("seals", &report.seals),
        ("tags", &report.tags),
    ] {
        if !list.is_empty() {
            put(name, list.clone().into());
        }
    }
    if let Some(direction) = report.direction {
        put("direction", direction.code().into());
    }
    if let Some(cargo) = report.cargo {
        put("cargo", cargo.code().into());
    }
    if let Some(is_loaded) = report.is_loaded {
        put("loaded", is_loaded.into());
    }
    if let Some(corrects) = &report.corrects {
        put("corrects", corrects.as_str().into());
        put("revision", 1.into());
    }
    data.into()
}
