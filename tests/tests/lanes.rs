//! A scale without plates on a camera's lane, through the HTTP door: its weighing joins the one vehicle the camera saw,
//! over a killed hub, and is ambiguous when there were two, though the second is told days later.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it the test says that it is skipped.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bordergate_tests::{Place, of_repository, program_or_skip};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Longest wait for anything asked of a hub.
const PATIENCE: Duration = Duration::from_secs(60);
/// The frames of one weighing.
const FRAMES: &str = "crates/sources/samples/mettler-continuous/ordinary.bin";
/// A camera and a scale on one lane.
const SOURCES: &str = "source_id,format,gate_id,lane,readings,rank,zone,clock_offset_seconds,silent_after_seconds,is_replay,partner_id,is_disabled\n\
    l-camera,survision,huu-nghi,weigh-1,*=YARD_IN,0,Asia/Ho_Chi_Minh,0,,true,,false\n\
    l-scale,mettler-continuous,huu-nghi,weigh-1,*=WEIGHED,0,Asia/Ho_Chi_Minh,0,,true,,false\n";

#[tokio::test]
async fn a_weighing_joins_the_one_vehicle_that_its_lane_saw() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    place.seed("seeds/reference").await?;
    let tables = place.folder().join("tables");
    fs::create_dir(&tables)?;
    fs::write(tables.join("sources.csv"), SOURCES)?;
    place
        .command(&["seed", tables.to_str().context("a path of UTF-8")?])
        .await?;
    let frames = fs::read(of_repository(FRAMES))?;

    // One truck; the hub is killed between the camera's word and the scale's.
    let mut hub = place.serve().await?;
    let truck = saw(&place, "12C34567", "2026-11-12T05:00:00Z", None).await?;
    told(&place, &truck, |reading| reading["crossing_id"].is_string()).await?;
    hub.kill()?;
    hub = place.serve().await?;
    let weighing = weighed(&place, &frames, "2026-11-12T05:00:40Z").await?;
    let by_lane = json!({"kind": "lane", "value": "weigh-1"});
    let linked = told(&place, &weighing, |reading| reading["link_key"] == by_lane).await?;
    let crossing_id = linked["crossing_id"].as_str().context("a crossing")?;
    let crossing: Value = json_at(&place, &format!("/v1/crossings/{crossing_id}")).await?;
    let milestones = crossing["milestones"].as_array().context("milestones")?;
    let standing = milestones.iter().find(|one| one["milestone"] == "WEIGHED");
    let standing = &standing.context("it was weighed")?["standing"];
    ensure!(
        standing["record_id"] == json!(weighing) && standing["link_key"] == by_lane,
        "{standing}"
    );
    ensure!(
        standing["rank"] == 0 && standing["gross_kg"] == 38_520.0,
        "{standing}"
    );
    let page = place
        .get(&format!("/crossings/{crossing_id}?lang=en"))
        .await?;
    ensure!(page.contains("Lane (one vehicle seen)"), "{page}");

    // Two trucks within the window: whichever is nearer.
    saw(&place, "29H55512", "2026-11-12T06:00:00Z", None).await?;
    saw(&place, "98C77777", "2026-11-12T06:01:30Z", None).await?;
    let between = weighed(&place, &frames, "2026-11-12T06:00:10Z").await?;
    told(&place, &between, |reading| {
        reading["unlinked"] == "ambiguous"
    })
    .await?;
    let listed = json_at(&place, "/v1/observations?unlinked").await?;
    let listed = listed["observations"].as_array().context("a list")?;
    let listed: Vec<&Value> = listed.iter().map(|reading| &reading["record_id"]).collect();
    ensure!(listed == [&json!(between)], "{listed:?}");

    // A second truck beside the first, told five days later.
    let late = Some("2026-11-17T05:00:00Z");
    saw(&place, "88K93993", "2026-11-12T05:01:20Z", late).await?;
    told(&place, &weighing, |reading| {
        reading["unlinked"] == "ambiguous"
    })
    .await?;
    let crossing: Value = json_at(&place, &format!("/v1/crossings/{crossing_id}")).await?;
    ensure!(
        !crossing.to_string().contains("WEIGHED"),
        "the truck still counts as weighed: {crossing}"
    );

    let verified = place.run("verify", &["verify"], PATIENCE).await?;
    ensure!(verified.code == Some(0), "{verified:?}");
    ensure!(verified.output.contains("6 records"), "{verified:?}");
    hub.stop().await
}

/// Posts what the camera saw and returns its record's id; received a second later where nothing else is said.
async fn saw(
    place: &Place,
    plate: &str,
    at: &str,
    received_at: Option<&str>,
) -> anyhow::Result<String> {
    let at: Timestamp = at.parse()?;
    let body = json!({"anpr": {
        "@date": at.as_millisecond().to_string(),
        "@synchronized": "1",
        "decision": {"@plate": plate, "@reliability": "97", "@direction": "front"},
    }});
    let after = Timestamp::from_second(at.as_second() + 1)?.to_string();
    let received_at = received_at.unwrap_or(&after);
    post(
        place,
        "l-camera",
        body.to_string().into_bytes(),
        received_at,
    )
    .await
}

/// Posts a weighing and returns its record's id.
async fn weighed(place: &Place, frames: &[u8], received_at: &str) -> anyhow::Result<String> {
    post(place, "l-scale", frames.to_vec(), received_at).await
}

async fn post(
    place: &Place,
    source: &str,
    body: Vec<u8>,
    received_at: &str,
) -> anyhow::Result<String> {
    let url = format!("http://{}/v1/records/{source}", place.http());
    let response = place
        .client()
        .post(url)
        .header("bordergate-received-at", received_at)
        .body(body)
        .send()
        .await?;
    let receipt: Value = response.error_for_status()?.json().await?;
    let record_id = receipt["record_id"].as_str().context("no record id")?;
    Ok(record_id.to_owned())
}

async fn json_at(place: &Place, path: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&place.get(path).await?)?)
}

/// Waits until the record's one reading is as wanted, and returns it.
async fn told(
    place: &Place,
    record_id: &str,
    is_wanted: impl Fn(&Value) -> bool,
) -> anyhow::Result<Value> {
    let begun = Instant::now();
    loop {
        let record = json_at(place, &format!("/v1/records/{record_id}")).await;
        let record = record.unwrap_or_default();
        let reading = &record["appearances"][0]["observations"][0];
        if is_wanted(reading) {
            return Ok(reading.clone());
        }
        ensure!(begun.elapsed() < PATIENCE, "{record_id}: {record}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
