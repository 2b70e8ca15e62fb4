//! Province-wide sources through the HTTP door: records go to the gate they name or are linked to, wait over killed hubs
//! until a link appears, and are verified.
//!
//! Needs `BORDERGATE_BIN`, and for one test Kafka and PostgreSQL (the crate's README names the variables); without them a
//! test says that it is skipped.

use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, Running, Services, of_repository, program_or_skip, until};
use serde_json::{Value, json};
use sqlx::Connection as _;

/// Longest wait for anything asked of a hub; a lease of a killed one runs out within it.
const PATIENCE: Duration = Duration::from_secs(60);
/// The router's shard.
const ROUTER: u64 = 8;
/// A clearance permit that names the border gate of Huu Nghi.
const PERMIT: &str = "crates/sources/samples/vnaccs/vad1ag.txt";
/// Two declarations: one that is at Tan Thanh before customs tells of it, and one that comes there afterwards.
const EARLY: &str = "106599999990";
const LATE: &str = "306588888880";

#[tokio::test]
async fn records_of_the_province_find_their_gates_over_a_killed_hub() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    let hub = play(&place, &place).await?;
    hub.stop().await?;
    drop(hub);
    verify(&place, 0, " 0 differences").await?;

    // What the router says it did is checked against the log.
    let store = place.data_dir().join("store.sqlite");
    let mut store =
        sqlx::SqliteConnection::connect(&format!("sqlite://{}", store.display())).await?;
    let lost = "delete from outcomes where shard = 8 and log_offset = 0";
    sqlx::query(lost).execute(&mut store).await?;
    store.close().await?;
    verify(&place, 1, " 1 differences").await
}

#[tokio::test]
async fn two_hubs_hand_the_router_over() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(services) = Services::make_or_skip().await? else {
        return Ok(());
    };
    let played = async {
        let one = Place::new(&program, &services.environment(&[]))?;
        let other = Place::new(&program, &services.environment(&[]))?;
        one.prepare().await?;
        let _hub = play(&one, &other).await?;
        verify(&other, 0, " 0 differences").await
    };
    let played = played.await;
    services.remove().await?;
    played
}

/// Plays the story: the hub at `one` is killed while a record waits, the hub at `other` goes on and is returned.
async fn play(one: &Place, other: &Place) -> anyhow::Result<Running> {
    for tables in ["seeds/reference", "tests/tests/router_tables"] {
        one.seed(tables).await?;
    }
    let mut hub = one.serve().await?;

    let permit = std::fs::read(of_repository(PERMIT))?;
    let named = post(one, "ls-customs", permit, 1).await?;
    told(one, &named, &["route.place", "observed"]).await?;
    observed_at(one, &named, "huu-nghi").await?;

    post(one, "tt-guard", report("tt-1", "GATE_IN", EARLY), 2).await?;
    until("the vehicle is at Tan Thanh", PATIENCE, async || {
        Ok(one.crossings().await?.len() == 2)
    })
    .await?;
    let linked = post(one, "ls-reports", report("ls-1", "RELEASED", EARLY), 3).await?;
    told(one, &linked, &["route.link", "observed"]).await?;
    observed_at(one, &linked, "tan-thanh").await?;

    let waiting = post(one, "ls-reports", report("ls-2", "RELEASED", LATE), 4).await?;
    told(one, &waiting, &["route.unknown"]).await?;
    waits(one, Some(&waiting)).await?;
    hub.kill()?;

    hub = other.serve().await?;
    waits(other, Some(&waiting)).await?;
    post(other, "tt-guard", report("tt-2", "GATE_IN", LATE), 5).await?;
    told(other, &waiting, &["route.link", "observed"]).await?;
    observed_at(other, &waiting, "tan-thanh").await?;
    waits(other, None).await?;
    ensure!(other.crossings().await?.len() == 3, "three vehicles");
    Ok(hub)
}

/// A milestone report of a vehicle with this declaration.
fn report(id: &str, milestone: &str, declaration: &str) -> Vec<u8> {
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
async fn post(place: &Place, source: &str, body: Vec<u8>, minute: u32) -> anyhow::Result<String> {
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
async fn told(place: &Place, record_id: &str, expected: &[&str]) -> anyhow::Result<()> {
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

async fn appearances(place: &Place, record_id: &str) -> anyhow::Result<Value> {
    let text = place.get(&format!("/v1/records/{record_id}")).await?;
    let record: Value = serde_json::from_str(&text)?;
    Ok(record["appearances"].clone())
}

/// Checks that the record's readings are in a crossing of the gate.
async fn observed_at(place: &Place, record_id: &str, gate_id: &str) -> anyhow::Result<()> {
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
async fn waits(place: &Place, record_id: Option<&str>) -> anyhow::Result<()> {
    let list: Value = serde_json::from_str(&place.get("/v1/unrouted").await?)?;
    let rows = list["unrouted"].as_array().context("no list")?;
    let ids: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["record_id"].as_str())
        .collect();
    ensure!(ids == Vec::from_iter(record_id), "{list}");
    let printed = place.said(&["unrouted"])?;
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

async fn verify(place: &Place, code: i32, said: &str) -> anyhow::Result<()> {
    let verified = place.run("verify", &["verify"], PATIENCE).await?;
    ensure!(verified.code == Some(code), "{verified:?}");
    ensure!(verified.output.contains(said), "{verified:?}");
    Ok(())
}
