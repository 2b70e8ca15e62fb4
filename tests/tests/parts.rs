//! A split message of customs through the HTTP door: put together over a killed hub, given up and redriven, verified.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it the test says that it is skipped.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bordergate_tests::{Place, of_repository, program_or_skip};
use serde_json::{Value, json};

/// Longest wait for anything asked of a hub.
const PATIENCE: Duration = Duration::from_secs(60);
/// A clearance permit and the tables with its source.
const MESSAGES: &str = "tests/tests/outsider_messages";
/// Its header with the line break, in bytes.
const HEADER: usize = 400;

#[tokio::test]
async fn a_split_message_is_put_together_over_a_killed_hub_and_verified() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    for tables in ["seeds/reference", MESSAGES] {
        place.seed(tables).await?;
    }
    let message = std::fs::read(of_repository(MESSAGES).join("vad1ag.txt"))?;

    let mut hub = place.serve().await?;
    let [one, two, three] = cut(&message, "LS-SPLIT-1");
    let last = post(&place, three, "04:35:00").await?;
    let first = post(&place, one, "04:35:01").await?;
    for waiting in [&last, &first] {
        told(&place, waiting, 0, &json!(["part", "vnaccs.part", 0])).await?;
    }
    hub.kill()?;
    hub = place.serve().await?;
    let second = post(&place, two, "04:35:02").await?;
    told(&place, &second, 0, &json!(["observed", null, 3])).await?;
    told(&place, &first, 0, &json!(["part", "vnaccs.part", 0])).await?;

    // The next one lacks its second part for a day; then that comes, and what was put aside is sent through again.
    let [one, two, three] = cut(&message, "LS-SPLIT-2");
    let first = post(&place, one, "05:00:00").await?;
    let last = post(&place, three, "05:00:01").await?;
    let second = post_on(&place, two, "2026-11-13T05:00:00Z").await?;
    let missing = json!(["quarantined", "vnaccs.part_missing", 0]);
    told(&place, &first, 0, &missing).await?;
    told(&place, &last, 0, &missing).await?;
    told(&place, &second, 0, &json!(["part", "vnaccs.part", 0])).await?;
    place
        .command(&["quarantine", "redrive", &first, &last])
        .await?;
    told(&place, &last, 1, &json!(["observed", null, 3])).await?;
    told(&place, &first, 1, &json!(["part", "vnaccs.part", 0])).await?;

    let verified = place.run("verify", &["verify"], PATIENCE).await?;
    ensure!(verified.code == Some(0), "{verified:?}");
    ensure!(verified.output.contains("8 records"), "{verified:?}");
    hub.stop().await
}

/// Returns the message under a data id, its body in three parts of about one length.
fn cut(message: &[u8], data_id: &str) -> [Vec<u8>; 3] {
    let (header, body) = message.split_at(HEADER);
    let third = body.len() / 3;
    let bodies = [&body[..third], &body[third..2 * third], &body[2 * third..]];
    let heads = [("001", b'C'), ("002", b'C'), ("003", b'E')];
    [0, 1, 2].map(|at| {
        let (number, end_flag) = heads[at];
        let mut part = [header, bodies[at]].concat();
        part[219..245].copy_from_slice(format!("{data_id:26}").as_bytes());
        part[245..248].copy_from_slice(number.as_bytes());
        part[248] = end_flag;
        part
    })
}

async fn post(place: &Place, body: Vec<u8>, time: &str) -> anyhow::Result<String> {
    post_on(place, body, &format!("2026-11-12T{time}Z")).await
}

/// Posts a part and returns its record's id.
async fn post_on(place: &Place, body: Vec<u8>, received_at: &str) -> anyhow::Result<String> {
    let url = format!("http://{}/v1/records/o-customs", place.http());
    let request = place.client().post(url).body(body);
    let request = request.header("content-type", "text/plain");
    let response = request
        .header("bordergate-received-at", received_at)
        .send()
        .await?;
    let receipt: Value = response.error_for_status()?.json().await?;
    let record_id = receipt["record_id"].as_str().context("no record id")?;
    Ok(record_id.to_owned())
}

/// Waits until the record's appearance tells this outcome, code and number of observations.
async fn told(place: &Place, record_id: &str, at: usize, expected: &Value) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let text = place.get(&format!("/v1/records/{record_id}")).await;
        let text = text.unwrap_or_else(|error| format!("\"{error}\""));
        let record: Value = serde_json::from_str(&text).unwrap_or_default();
        let fate = &record["appearances"][at];
        let count = fate["observations"].as_array().map_or(0, Vec::len);
        if json!([fate["outcome"], fate["code"], count]) == *expected {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < PATIENCE,
            "{record_id} does not tell {expected}: {text}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
