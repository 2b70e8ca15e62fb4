//! A crossing asked for as an EPCIS document, and the document read by the hub as any partner would read it.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it the test says that it is skipped.

#[allow(dead_code)]
mod border;

use anyhow::{Context, ensure};
use border::Border;
use reqwest::StatusCode;
use serde_json::{Value, json};

const EPCIS: &str = "application/ld+json";
const READ_AT: &str = "2026-11-16T04:58:20Z";
const RECEIVED_AT: &str = "2026-11-16T05:00:00Z";

#[tokio::test]
async fn a_crossing_is_told_as_a_document_that_another_gate_can_read() -> anyhow::Result<()> {
    let Some(border) = Border::open(&["seeds/reference"]).await? else {
        return Ok(());
    };
    for (source_id, format, gate_id, readings) in [
        ("e-guard", "cloudevents-json", "huu-nghi", json!({})),
        (
            "e-epcis",
            "epcis",
            "tan-thanh",
            json!({ "arriving": "GATE_IN" }),
        ),
    ] {
        let source = json!({
            "source_id": source_id, "format": format, "gate_id": gate_id,
            "readings": readings, "rank": 1, "is_replay": true,
        });
        border.register(&source).await?;
    }
    let report = json!({
        "specversion": "1.0", "id": "r-1", "source": "guard",
        "type": "vn.langson.bordergate.milestone.reported", "time": READ_AT,
        "data": { "milestone": "GATE_IN", "plate": "12C-123.45", "containers": ["CSQU3054383"] },
    });
    let reading = read(&border, "e-guard", report.to_string()).await?;
    let crossing_id = reading["crossing_id"].as_str().context("in no crossing")?;

    let (status, content_type, text) = document(&border, crossing_id).await?;
    ensure!(status == StatusCode::OK && content_type == EPCIS, "{text}");
    let told: Value = serde_json::from_str(&text)?;
    let event = &told["epcisBody"]["eventList"][0];
    let objects = [
        border.url(&format!("/crossings/{crossing_id}")),
        "urn:epc:id:bic:CSQU3054383".to_owned(),
    ];
    ensure!(event["epcList"] == json!(objects), "{told}");
    ensure!(event["bizStep"] == "arriving", "{told}");
    ensure!(!text.contains("12C"), "a plate is in {text}");

    let reading = read(&border, "e-epcis", text).await?;
    ensure!(reading["milestone"] == "GATE_IN", "{reading}");
    ensure!(reading["occurred_at"] == READ_AT, "{reading}");
    ensure!(reading["containers"] == json!(["CSQU3054383"]), "{reading}");

    let (status, _, text) = document(&border, "00000000-0000-4000-8000-000000000000").await?;
    let is_unknown = status == StatusCode::NOT_FOUND && text.contains("crossing.unknown");
    ensure!(is_unknown, "{status}: {text}");
    Ok(())
}

/// Asks for a crossing as a document; returns status, content type and body.
async fn document(
    border: &Border,
    crossing_id: &str,
) -> anyhow::Result<(StatusCode, String, String)> {
    let url = border.url(&format!("/v1/crossings/{crossing_id}"));
    let asked = border.client().get(url).header("accept", EPCIS);
    let response = asked.send().await?;
    let content_type = response.headers().get("content-type");
    let content_type = content_type
        .context("no content type")?
        .to_str()?
        .to_owned();
    Ok((response.status(), content_type, response.text().await?))
}

/// Posts a record and returns its first reading, once it is processed.
async fn read(border: &Border, source_id: &str, body: String) -> anyhow::Result<Value> {
    let posted = border.accepted(
        source_id,
        "application/json",
        body.into(),
        Some(RECEIVED_AT),
    );
    let mut record = border.record(&posted.await?).await?;
    let reading = record["appearances"][0]["observations"][0].take();
    ensure!(reading.is_object(), "no reading: {record}");
    Ok(reading)
}
