//! Records that an administrator sends to a gate on the command line, over hubs that are killed: each is at that gate, once.
//!
//! Needs `BORDERGATE_BIN`, and for one test Kafka and PostgreSQL (the crate's README names the variables); without them a
//! test says that it is skipped.

mod router_scene;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, Services, program_or_skip};
use serde_json::{Value, json};

use router_scene::{PATIENCE, appearances, post, report, told, verify, waits};

#[tokio::test]
async fn what_an_administrator_sends_to_a_gate_is_there_once_whatever_is_killed()
-> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    play(&place).await
}

#[tokio::test]
async fn the_same_on_kafka_and_postgresql() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(services) = Services::make_or_skip().await? else {
        return Ok(());
    };
    let place = Place::new(&program, &services.environment(&[]))?;
    let played = async {
        place.prepare().await?;
        play(&place).await
    };
    let played = played.await;
    services.remove().await?;
    played
}

async fn play(place: &Place) -> anyhow::Result<()> {
    for tables in ["seeds/reference", "tests/tests/router_tables"] {
        place.seed(tables).await?;
    }
    let mut hub = place.serve().await?;
    let mut sent = Vec::new();
    for number in 1..=4 {
        let declaration = format!("1065999{number}9990");
        let body = report(&format!("r{number}"), "RELEASED", &declaration);
        let record_id = post(place, "ls-reports", body, number).await?;
        told(place, &record_id, &["route.unknown"]).await?;
        sent.push(record_id);
    }

    // A gate that is not there, and a record that is not there.
    refused(place, &sent[0], "no-such-gate", "request.field").await?;
    let none = "00000000-0000-4000-8000-000000000000";
    refused(place, none, "tan-thanh", "unrouted.unknown").await?;

    // The hub is killed as soon as it has answered.
    for record_id in &sent[..2] {
        assign(place, record_id, "going").await?;
        hub.kill()?;
        hub = place.serve().await?;
        told(place, record_id, &["route.assigned", "observed"]).await?;
    }
    // No hub runs when it is decided.
    hub.kill()?;
    assign(place, &sent[2], "going").await?;
    assign(place, &sent[2], "going").await?;
    refused(place, &sent[2], "huu-nghi", "unrouted.decided").await?;
    hub = place.serve().await?;
    told(place, &sent[2], &["route.assigned", "observed"]).await?;
    // Nothing is killed.
    assign(place, &sent[3], "going").await?;
    told(place, &sent[3], &["route.assigned", "observed"]).await?;
    waits(place, None).await?;

    for record_id in &sent {
        assign(place, record_id, "there").await?;
        refused(place, record_id, "huu-nghi", "unrouted.routed").await?;
        for one in readings(place, record_id).await? {
            ensure!(one["gate_id"] == "tan-thanh", "{one}");
        }
    }
    hub.stop().await?;
    drop(hub);
    verify(place, 0, " 0 differences").await
}

/// Sends a record to Tan Thanh, and checks what is said of it.
async fn assign(place: &Place, record_id: &str, state: &str) -> anyhow::Result<()> {
    let said = place.said(&["unrouted", "assign", record_id, "tan-thanh"])?;
    let said: Value = serde_json::from_str(&said).with_context(|| said.clone())?;
    let count = usize::from(state == "going");
    let expected = json!({
        "record_id": record_id,
        "gate_id": "tan-thanh",
        "state": state,
        "record_count": count,
    });
    ensure!(said == expected, "{said}");
    Ok(())
}

/// Checks that a record cannot be sent to a gate.
async fn refused(place: &Place, record_id: &str, gate: &str, code: &str) -> anyhow::Result<()> {
    let arguments = ["unrouted", "assign", record_id, gate];
    let ended = place.run("assign", &arguments, PATIENCE).await?;
    ensure!(ended.code != Some(0), "{ended:?}");
    ensure!(ended.output.contains(code), "{ended:?}");
    Ok(())
}

async fn readings(place: &Place, record_id: &str) -> anyhow::Result<Vec<Value>> {
    let appearances = appearances(place, record_id).await?;
    let readings: Vec<Value> = appearances
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["observations"].as_array())
        .flatten()
        .cloned()
        .collect();
    ensure!(readings.len() == 1, "{appearances}");
    Ok(readings)
}
