//! The Kafka bridge of a running hub, on a real Kafka: what comes in, what is left out and named, and that neither a
//! restart nor a crash loses or repeats anything.
//!
//! Needs `BORDERGATE_BIN` and `BORDERGATE_TEST_KAFKA`; two hubs need `BORDERGATE_TEST_POSTGRES` too.

mod doors;
mod foreign;

use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Running, program_or_skip, until, variable};
use futures_util::future::{try_join, try_join_all};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use doors::{Hub, PATIENCE, pair, ticket};
use foreign::Foreign;

/// A hub without services of its own, and the topic of another system.
async fn embedded(partitions: i32) -> anyhow::Result<Option<(Hub, Foreign)>> {
    let Some(program) = program_or_skip() else {
        return Ok(None);
    };
    let Some(brokers) = variable("BORDERGATE_TEST_KAFKA") else {
        println!("skipped: BORDERGATE_TEST_KAFKA is not set");
        return Ok(None);
    };
    let limit = [(
        "BORDERGATE__LIMITS__RECORD_BYTES".to_owned(),
        "2000".to_owned(),
    )];
    let hub = Hub::new(&program, &limit)?;
    hub.seed().await?;
    Ok(Some((hub, Foreign::make(&brokers, partitions).await?)))
}

fn settings(foreign: &Foreign, more: &str, of_topic: &str) -> String {
    format!(
        "[[bridge]]\nbrokers = {:?}\n{more}\n[[bridge.topics]]\ntopic = {:?}\n{of_topic}\n",
        foreign.brokers, foreign.topic
    )
}

/// Waits until a partition was read up to an offset, and returns what the hub says of the bridge.
async fn read_to(hub: &Hub, partition: i32, next_offset: i64) -> anyhow::Result<Value> {
    let mut bridge = Value::Null;
    until("the partition is read", PATIENCE, async || {
        bridge = hub.json("/v1/admin/bridge").await?;
        let partitions = bridge["partitions"].as_array().context("no partitions")?;
        let found = partitions.iter().find(|row| row["partition"] == partition);
        Ok(found.is_some_and(|row| row["next_offset"] == next_offset))
    })
    .await
    .with_context(|| format!("partition {partition} to {next_offset}: {bridge}"))?;
    Ok(bridge)
}

async fn ended(running: Running) -> anyhow::Result<String> {
    running.signal("TERM")?;
    let ended = running.wait(PATIENCE).await?;
    ensure!(ended.code == Some(0), "{ended:?}");
    Ok(ended.output)
}

#[tokio::test]
async fn every_message_comes_in_or_is_left_out_with_a_code() -> anyhow::Result<()> {
    let Some((hub, foreign)) = embedded(2).await? else {
        return Ok(());
    };
    let at = |source| [("source", source)];
    foreign
        .send(0, None, Some(&ticket(1)), &at("scale"))
        .await?;
    foreign.send(0, None, None, &at("scale")).await?;
    foreign
        .send(0, None, Some(&"x".repeat(2001)), &at("scale"))
        .await?;
    foreign
        .send(0, None, Some(&ticket(2)), &at("nobody"))
        .await?;
    foreign.send(0, None, Some(&ticket(3)), &[]).await?;
    foreign
        .send(0, None, Some(&ticket(4)), &at("scale-b"))
        .await?;
    foreign
        .send(1, None, Some(&ticket(5)), &at("scale"))
        .await?;

    let settings = settings(&foreign, "", "source_header = \"source\"");
    let running = hub.serve(&settings).await?;
    read_to(&hub, 0, 6).await?;
    let bridge = read_to(&hub, 1, 1).await?;
    let left_out = bridge["left_out"].as_array().context("no list")?;
    let mut rows: Vec<_> = left_out
        .iter()
        .map(|row| {
            (
                row["from_offset"].as_i64(),
                row["code"].as_str(),
                row["body_bytes"].as_u64(),
            )
        })
        .collect();
    rows.sort();
    let size = ticket(2).len() as u64;
    let expected = [
        (Some(2), Some("record.too_large"), Some(2001)),
        (Some(3), Some("source.unknown"), Some(size)),
        (Some(4), Some("bridge.no_source"), Some(size)),
    ];
    ensure!(rows == expected, "{rows:?}");
    let came_in = [("scale", 0, 0), ("scale-b", 0, 5), ("scale", 1, 0)];
    for (source, partition, offset) in came_in {
        let ids = foreign.record_ids(source, partition, [offset])?;
        ensure!(hub.observed_once(&ids).await? == 0);
    }
    for (result, count) in [
        ("accepted", 3),
        ("bridge.tombstone", 1),
        ("record.too_large", 1),
    ] {
        let topic = &foreign.topic;
        let counter =
            format!(r#"bordergate_bridge_messages_total{{result="{result}",topic="{topic}","#);
        ensure!(hub.counted(&counter).await? == count, "{result}");
    }
    drop(running);
    foreign.remove().await
}

#[tokio::test]
async fn a_restart_repeats_no_message_and_a_crash_no_effect() -> anyhow::Result<()> {
    const BEFORE: i64 = 1500;
    let Some((hub, foreign)) = embedded(1).await? else {
        return Ok(());
    };
    let settings = settings(&foreign, "", "source = \"scale\"");
    let send = async |numbers: std::ops::Range<i64>| {
        let sent = numbers.map(|number| {
            let value = ticket(number.unsigned_abs());
            let foreign = &foreign;
            async move { foreign.send(0, None, Some(&value), &[]).await }
        });
        try_join_all(sent).await
    };
    send(0..10).await?;
    let running = hub.serve(&settings).await?;
    read_to(&hub, 0, 10).await?;
    ended(running).await?;
    send(10..20).await?;
    let running = hub.serve(&settings).await?;
    read_to(&hub, 0, 20).await?;
    let ids = foreign.record_ids("scale", 0, 0..20)?;
    ensure!(
        hub.observed_once(&ids).await? == 0,
        "a clean restart repeats none"
    );

    // What a crash leaves that comes after the log's word and before the database's.
    ended(running).await?;
    let store = hub.place.data_dir().join("store.sqlite");
    let store = SqliteConnectOptions::new().filename(store);
    let mut store = SqliteConnection::connect_with(&store).await?;
    let back = "update bridge_partitions set next_offset = 5, last_sha256 = null";
    sqlx::query(back).execute(&mut store).await?;
    store.close().await?;
    let mut running = hub.serve(&settings).await?;
    read_to(&hub, 0, 20).await?;
    let repeated = async || Ok(hub.observed_once(&ids).await? == 15);
    until("fifteen are there twice", PATIENCE, repeated).await?;

    let killing = async {
        let mut next_offset = None;
        until("some of it is read", PATIENCE, async || {
            let bridge = hub.json("/v1/admin/bridge").await?;
            next_offset = bridge["partitions"][0]["next_offset"].as_i64();
            Ok(next_offset > Some(20))
        })
        .await?;
        running.kill()?;
        ensure!(next_offset < Some(BEFORE), "killed too late");
        Ok(())
    };
    try_join(send(20..BEFORE), killing).await?;
    let _running = hub.serve(&settings).await?;
    read_to(&hub, 0, BEFORE).await?;
    let ids = foreign.record_ids("scale", 0, 0..BEFORE)?;
    let repeated = hub.observed_once(&ids).await?;
    println!("{repeated} of {BEFORE} messages came in twice and count once");
    foreign.remove().await
}

#[tokio::test]
async fn an_aborted_transaction_is_not_seen_and_its_hole_is_no_gap() -> anyhow::Result<()> {
    let Some((hub, foreign)) = embedded(1).await? else {
        return Ok(());
    };
    // A message and the mark of its transaction's end each: offsets 0, 2 and 4 are messages.
    let messages = [(ticket(1), true), (ticket(2), false), (ticket(3), true)];
    foreign.transactions(&messages).await?;
    let settings = settings(&foreign, "", "source = \"scale\"");
    let running = hub.serve(&settings).await?;
    read_to(&hub, 0, 5).await?;
    ended(running).await?;
    foreign.send(0, None, Some(&ticket(4)), &[]).await?;
    let running = hub.serve(&settings).await?;
    let bridge = read_to(&hub, 0, 7).await?;
    ensure!(bridge["left_out"] == json!([]), "{bridge}");
    let ids = foreign.record_ids("scale", 0, [0, 4, 6])?;
    ensure!(hub.observed_once(&ids).await? == 0);
    let aborted = foreign.record_ids("scale", 0, [2])?;
    let unknown = hub.place.get(&format!("/v1/records/{}", aborted[0])).await;
    ensure!(unknown.is_err(), "{unknown:?}");
    drop(running);
    foreign.remove().await
}

#[tokio::test]
async fn a_gap_is_an_alarm_and_is_never_passed_over_in_silence() -> anyhow::Result<()> {
    let Some((hub, foreign)) = embedded(1).await? else {
        return Ok(());
    };
    let stop = settings(&foreign, "", "source = \"scale\"");
    for number in 0..5 {
        foreign.send(0, None, Some(&ticket(number)), &[]).await?;
    }
    let running = hub.serve(&stop).await?;
    read_to(&hub, 0, 5).await?;
    ended(running).await?;
    for number in 5..12 {
        foreign.send(0, None, Some(&ticket(number)), &[]).await?;
    }
    foreign.delete_before(9).await?;

    let running = hub.serve(&stop).await?;
    let door = format!("bridge {}/0", foreign.topic);
    hub.door_is(&door, "bridge.gap").await?;
    read_to(&hub, 0, 5).await?;
    let output = ended(running).await?;
    let words = "offsets 5 to 8 were deleted before they were read";
    ensure!(
        output.contains("ERROR") && output.contains(words),
        "{output}"
    );

    let running = hub
        .serve(&settings(
            &foreign,
            "on_gap = \"record\"",
            "source = \"scale\"",
        ))
        .await?;
    let bridge = read_to(&hub, 0, 12).await?;
    let row = &bridge["left_out"][0];
    let told = json!([row["from_offset"], row["until_offset"], row["code"]]);
    ensure!(told == json!([5, 9, "bridge.gap"]), "{bridge}");
    let ids = foreign.record_ids("scale", 0, (0..5).chain(9..12))?;
    ensure!(hub.observed_once(&ids).await? == 0);
    drop(running);
    foreign.remove().await
}

#[tokio::test]
async fn a_topic_made_anew_is_found_out_and_read_as_another_generation() -> anyhow::Result<()> {
    let Some((hub, foreign)) = embedded(1).await? else {
        return Ok(());
    };
    let by_source = "source = \"scale\"";
    for number in 0..3 {
        foreign.send(0, None, Some(&ticket(number)), &[]).await?;
    }
    let running = hub.serve(&settings(&foreign, "", by_source)).await?;
    read_to(&hub, 0, 3).await?;
    ended(running).await?;

    foreign.remove().await?;
    until("the name is free", PATIENCE, async || {
        Ok(foreign.create().await.is_ok())
    })
    .await?;
    // As long as before: only what it holds tells.
    for number in 10..14 {
        foreign.send(0, None, Some(&ticket(number)), &[]).await?;
    }
    let door = format!("bridge {}/0", foreign.topic);
    let running = hub.serve(&settings(&foreign, "", by_source)).await?;
    hub.door_is(&door, "bridge.topic_remade").await?;
    ended(running).await?;

    let anew = format!("{by_source}\ngeneration = 1");
    let running = hub.serve(&settings(&foreign, "", &anew)).await?;
    let kept = format!("{}#1", foreign.topic);
    until("the new topic is read", PATIENCE, async || {
        let bridge = hub.json("/v1/admin/bridge").await?;
        let partitions = bridge["partitions"].as_array().context("no partitions")?;
        let mut new = partitions.iter().filter(|row| row["topic"] == *kept);
        Ok(new.any(|row| row["next_offset"] == 4))
    })
    .await?;
    drop(running);
    foreign.remove().await
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_named_and_read_once_it_is() -> anyhow::Result<()> {
    let Some((hub, foreign)) = embedded(1).await? else {
        return Ok(());
    };
    foreign.remove().await?;
    let settings = settings(&foreign, "", "source = \"scale\"");
    let _running = hub.serve(&settings).await?;
    hub.door_is(&format!("bridge {}", foreign.topic), "bridge.topic_unknown")
        .await?;
    until("the name is free", PATIENCE, async || {
        Ok(foreign.create().await.is_ok())
    })
    .await?;
    foreign.send(0, None, Some(&ticket(1)), &[]).await?;
    read_to(&hub, 0, 1).await?;
    foreign.remove().await
}

#[tokio::test]
async fn a_partition_goes_from_a_killed_hub_to_another() -> anyhow::Result<()> {
    let Some((one, other, services)) = pair().await? else {
        return Ok(());
    };
    let foreign = Foreign::make(&services.brokers, 1).await?;
    let settings = settings(&foreign, "", "source = \"scale\"");
    let mut first = one.serve(&settings).await?;
    let door = format!("bridge {}/0", foreign.topic);
    one.door_is(&door, "open").await?;
    let second = other.serve(&settings).await?;
    other.door_is(&door, "bridge.held").await?;
    for number in 0..20 {
        foreign.send(0, None, Some(&ticket(number)), &[]).await?;
    }
    read_to(&other, 0, 20).await?;
    first.kill()?;
    for number in 20..40 {
        foreign.send(0, None, Some(&ticket(number)), &[]).await?;
    }
    read_to(&other, 0, 40).await?;
    other.door_is(&door, "open").await?;
    let ids = foreign.record_ids("scale", 0, 0..40)?;
    other.observed_once(&ids).await?;
    drop(second);
    foreign.remove().await?;
    // The hub's own connections end in their time.
    tokio::time::sleep(Duration::from_millis(100)).await;
    services.remove().await
}
