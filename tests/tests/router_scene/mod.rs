//! Province-wide sources at a hub's door, and what the hub tells of their records.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, until};
use serde_json::{Value, json};

/// Longest wait for anything asked of a hub; a lease of a killed one runs out within it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The router's shard.
const ROUTER: u64 = 8;

/// A milestone report of a vehicle with this declaration.
pub(crate) fn report(id: &str, milestone: &str, declaration: &str) -> Vec<u8> {
    let report = json!({
        "specversion": "1.0",
        "id": id,
        "source": "urn:example:province",
        "type": "vn.langson.bordergate.milestone.reported",
        "time": "2026-11-16T12:30:00+07:00",
        "data": { "milestone": milestone, "declarations": [declaration] },
    });
    report.to_string().into_bytes()
}

/// Posts a message that was received so many minutes after one o'clock, and returns its record's id.
pub(crate) async fn post(
    place: &Place,
    source: &str,
    body: Vec<u8>,
    minute: u32,
) -> anyhow::Result<String> {
    let url = format!("http://{}/v1/records/{source}", place.http());
    let content_type = match source {
        "ls-customs" => "text/plain",
        _ => "application/cloudevents+json",
    };
    let request = place.client().post(url).body(body);
    let response = request
        .header("content-type", content_type)
        .header(
            "bordergate-received-at",
            format!("2026-11-16T06:{minute:02}:00Z"),
        )
        .send()
        .await?;
    let receipt: Value = response.error_for_status()?.json().await?;
    let is_routers = receipt["shard"] == ROUTER;
    ensure!(is_routers == source.starts_with("ls-"), "{receipt}");
    let record_id = receipt["record_id"].as_str().context("no record id")?;
    Ok(record_id.to_owned())
}

/// Waits until the record's appearances tell these codes, the router's first.
pub(crate) async fn told(place: &Place, record_id: &str, expected: &[&str]) -> anyhow::Result<()> {
    let mut last = Value::Null;
    until("a record is told", PATIENCE, async || {
        last = appearances(place, record_id).await.unwrap_or_default();
        let mut codes: Vec<(bool, &str)> = last
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| {
                (
                    one["shard"] != ROUTER,
                    one["code"].as_str().unwrap_or("observed"),
                )
            })
            .collect();
        codes.sort_unstable();
        Ok(codes
            .iter()
            .map(|(_, code)| *code)
            .eq(expected.iter().copied()))
    })
    .await
    .with_context(|| format!("{record_id} does not tell {expected:?}: {last}"))
}

/// Returns the record's appearances in the log.
pub(crate) async fn appearances(place: &Place, record_id: &str) -> anyhow::Result<Value> {
    let text = place.get(&format!("/v1/records/{record_id}")).await?;
    let record: Value = serde_json::from_str(&text)?;
    Ok(record["appearances"].clone())
}

/// Checks that the record's readings are in a crossing of the gate.
pub(crate) async fn observed_at(
    place: &Place,
    record_id: &str,
    gate_id: &str,
) -> anyhow::Result<()> {
    let appearances = appearances(place, record_id).await?;
    let observations = appearances.as_array().into_iter().flatten();
    let observations: Vec<&Value> = observations
        .filter_map(|one| one["observations"].as_array())
        .flatten()
        .collect();
    ensure!(!observations.is_empty(), "{appearances}");
    for one in observations {
        ensure!(one["gate_id"] == gate_id, "{one}");
        ensure!(one["crossing_id"].is_string(), "{one}");
    }
    Ok(())
}

/// Checks that this record waits and no other, in the list, on the command line and in the metrics.
pub(crate) async fn waits(place: &Place, record_id: Option<&str>) -> anyhow::Result<()> {
    let list: Value = serde_json::from_str(&place.get("/v1/unrouted").await?)?;
    let rows = list["unrouted"].as_array().context("no list")?;
    let ids: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["record_id"].as_str())
        .collect();
    ensure!(ids == Vec::from_iter(record_id), "{list}");
    let printed = place.said(&["unrouted", "list"])?;
    ensure!(
        record_id.is_none_or(|record_id| printed.contains(record_id)),
        "{printed}"
    );
    let count = format!(" {}", ids.len());
    until("the metric tells it", PATIENCE, async || {
        let metrics = place.get("/metrics").await?;
        let mut lines = metrics.lines();
        Ok(lines
            .any(|line| line.starts_with("bordergate_unrouted_records") && line.ends_with(&count)))
    })
    .await
}

/// Checks how a verification ends, and what it says.
pub(crate) async fn verify(place: &Place, code: i32, said: &str) -> anyhow::Result<()> {
    let verified = place.run("verify", &["verify"], PATIENCE).await?;
    ensure!(verified.code == Some(code), "{verified:?}");
    ensure!(verified.output.contains(said), "{verified:?}");
    Ok(())
}
