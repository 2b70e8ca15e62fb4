//! Clocks of devices that are wrong without anybody knowing: what is estimated of simulated ones, without a hub and
//! by a running one, and that a correction is registered by a person, from then on, and never silent.
//!
//! The test with a hub needs `BORDERGATE_BIN` (the built program); without it it says that it is skipped.

mod simulated_day;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_indicators::{ClockEstimate, ClockReading, estimate_clocks};
use bordergate_model::{Basis, CrossingId, Observation, SourceId};
use bordergate_simulator::{Day, Noise, Plan, simulate};
use bordergate_tests::{History, Part, Place, program_or_skip, said, until};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::Value;

use simulated_day::compared::linked;

/// How close an estimate must come, in seconds.
const CLOSE_SECONDS: f64 = 5.0;
/// So many readings may pass before a jump is seen.
const FEW: usize = 3;
/// Longest wait for the hub to process what was posted.
const PATIENCE: Duration = Duration::from_secs(120);

/// A day on which the clocks named are wrong.
fn plan(seed: u64, wrong: &[(&str, i64, i64)]) -> Plan {
    let noise_of = wrong.iter().map(|&(source, ahead, jump)| {
        let noise = Noise {
            unknown_clock_seconds: ahead,
            clock_jump_seconds: jump,
            ..Noise::default()
        };
        (source.to_owned(), noise)
    });
    Plan {
        seed,
        vehicle_count: 300,
        noise_of: noise_of.collect(),
        ..Plan::of_day(date(2026, 3, 2))
    }
}

/// Returns the readings of a day as a store gives them.
fn clock_readings(day: &Day) -> Vec<ClockReading> {
    let (crossings, unlinked) = linked(day);
    let told = |observation: &Observation, crossing_id: Option<CrossingId>| {
        let occurred = &observation.occurred;
        let is_dated = !matches!(occurred.basis, Basis::Received | Basis::Undated);
        let is_told = is_dated && observation.rank == 0 && observation.index == 0;
        Some(ClockReading {
            source_id: observation.source_id.clone(),
            received_at: observation.received_at,
            occurred_at: occurred.at.filter(|_| is_told)?,
            crossing_id,
            milestone: observation.milestone,
        })
    };
    let mut readings = Vec::new();
    for crossing in &crossings {
        let all = crossing.readings.iter();
        readings.extend(all.filter_map(|one| told(&one.observation, Some(crossing.crossing_id))));
    }
    readings.extend(unlinked.iter().filter_map(|(one, _)| told(one, None)));
    readings
}

fn estimates(day: &Day) -> BTreeMap<SourceId, Option<ClockEstimate>> {
    estimate_clocks(&clock_readings(day))
}

#[test]
fn right_clocks_are_left_alone() {
    let mut count = 0;
    for seed in 1..=6 {
        for (source_id, estimate) in estimates(&simulate(&plan(seed, &[]))) {
            let Some(estimate) = estimate else { continue };
            let what = format!("seed {seed}, {source_id}: {estimate:?}");
            assert!(!estimate.is_suspect(), "{what}");
            assert!(estimate.offset_seconds.abs() <= CLOSE_SECONDS, "{what}");
            count += 1;
        }
    }
    assert!(count >= 150, "{count} estimates");
}

#[test]
fn an_unknown_offset_is_found_and_no_neighbour_is_suspected_for_it() {
    for seed in 1..=3 {
        let wrong = [
            ("sim-hn-in-1", 90, 0),
            ("sim-hn-line-2", -90, 0),
            ("sim-tt-yard-1", 90, 0),
        ];
        for (source_id, estimate) in estimates(&simulate(&plan(seed, &wrong))) {
            let Some(estimate) = estimate else { continue };
            let known = wrong.iter().find(|(name, ..)| *name == source_id.as_str());
            let known = known.map_or(0, |(_, ahead, _)| *ahead);
            let what = format!("seed {seed}, {source_id}: {estimate:?}");
            let error = estimate.offset_seconds - known as f64;
            assert!(error.abs() <= CLOSE_SECONDS, "{what}");
            assert_eq!(estimate.is_suspect(), known != 0, "{what}");
            assert!(estimate.jumps.is_empty(), "{what}");
        }
    }
}

#[test]
fn a_jump_is_found_within_a_few_readings() {
    let noon: Timestamp = "2026-03-02T05:00:00Z".parse().expect("RFC 3339");
    for seed in 1..=3 {
        let jumping = [("sim-hn-out-1", 0, 600), ("sim-tt-line-1", 0, -600)];
        let day = simulate(&plan(seed, &jumping));
        let readings = clock_readings(&day);
        let found = estimate_clocks(&readings);
        for (name, _, by) in jumping {
            let source_id = SourceId::parse(name).expect("a plain name");
            let estimate = found[&source_id].clone().expect("it read many plates");
            let what = format!("seed {seed}, {name}: {estimate:?}");
            let [jump] = estimate.jumps.as_slice() else {
                panic!("{what}");
            };
            assert!(
                (jump.by_seconds - by as f64).abs() <= CLOSE_SECONDS,
                "{what}"
            );
            let error = estimate.offset_seconds - by as f64;
            assert!(error.abs() <= CLOSE_SECONDS, "{what}");
            let before = readings.iter().filter(|reading| {
                reading.source_id == source_id && (noon..jump.at).contains(&reading.received_at)
            });
            assert!(jump.at >= noon && before.count() <= FEW, "{what}");
        }
    }
}

#[tokio::test]
async fn a_running_hub_shows_a_wrong_clock_and_a_person_corrects_it() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let often = ("BORDERGATE__CLOCKS__CHECK_EVERY_SECONDS", "1");
    let place = Place::new(&program, &[(often.0.to_owned(), often.1.to_owned())])?;
    let mut plan = plan(1, &[("sim-hn-in-1", 90, 0), ("sim-hn-out-1", 0, 600)]);
    plan.gates = vec!["huu-nghi".to_owned()];
    plan.vehicle_count = 200;
    let history = History::planned(&plan, &[0]);
    history.seed(&place).await?;
    let hub = place.serve().await?;

    history.post(&[&place], 0, Part::First).await?;
    let clock = processed(&place, "sim-hn-in-1", history.last_received(0, Part::First)).await?;
    ensure!(
        is_about(&clock["estimate"]["offset_seconds"], 90.0),
        "{clock}"
    );
    ensure!(
        clock["is_suspect"] == true && clock["registered_offset_seconds"] == 0,
        "{clock}"
    );
    let proposed = clock["proposed_offset_seconds"]
        .as_i64()
        .context("none is proposed")?;
    counted(&place, 1).await?;
    let line = clock["command"].as_str().context("no command")?;
    let shown = place.said(&["sources", "clocks"])?;
    ensure!(shown.contains(line), "{shown}");

    let before = registration(&place, "sim-hn-in-1").await?;
    type_in(&program, &place, line)?;
    let after = registration(&place, "sim-hn-in-1").await?;
    ensure!(before == after, "{before} became {after}");
    history.post(&[&place], 0, Part::Second).await?;
    let clock = processed(
        &place,
        "sim-hn-in-1",
        history.last_received(0, Part::Second),
    )
    .await?;
    ensure!(clock["registered_offset_seconds"] == proposed, "{clock}");
    ensure!(
        is_about(&clock["estimate"]["offset_seconds"], 0.0),
        "{clock}"
    );
    ensure!(clock["is_suspect"] == false, "{clock}");
    ensure!(clock["command"].is_null(), "{clock}");
    corrected_from_then_on(&place).await?;

    let clock = clock_of(&place, "sim-hn-out-1").await?;
    let jumps = clock["estimate"]["jumps"].as_array().context("no jumps")?;
    ensure!(
        jumps.len() == 1 && is_about(&jumps[0]["by_seconds"], 600.0),
        "{clock}"
    );
    let suspects = suspects(&place).await?;
    ensure!(suspects == ["sim-hn-out-1"], "{suspects:?}");
    counted(&place, 1).await?;
    let output = hub.output();
    for (source, told) in [("sim-hn-in-1", "seems wrong"), ("sim-hn-out-1", "jumped")] {
        let warning = format!("the clock of source {source} {told}");
        ensure!(output.matches(&warning).count() == 1, "{warning}: {output}");
    }
    Ok(())
}

/// Waits until everything received by `until_at` is processed, and returns what is told of a clock then.
async fn processed(place: &Place, source: &str, until_at: Timestamp) -> anyhow::Result<Value> {
    until("everything is processed", PATIENCE, async || {
        let clock = clock_of(place, source).await?;
        let as_of = clock["data_as_of"].as_str();
        Ok(as_of.is_some_and(|at| at.parse::<Timestamp>().is_ok_and(|at| at >= until_at)))
    })
    .await?;
    clock_of(place, source).await
}

async fn clock_of(place: &Place, source: &str) -> anyhow::Result<Value> {
    let text = place.get(&format!("/v1/sources/{source}/clock")).await?;
    Ok(serde_json::from_str(&text)?)
}

fn is_about(seconds: &Value, wanted: f64) -> bool {
    seconds
        .as_f64()
        .is_some_and(|seconds| (seconds - wanted).abs() <= CLOSE_SECONDS)
}

/// Waits until the metric tells so many suspect clocks.
async fn counted(place: &Place, suspects: usize) -> anyhow::Result<()> {
    let (name, count) = ("bordergate_sources_clock_suspect", format!(" {suspects}"));
    until("suspect clocks are counted", PATIENCE, async || {
        let metrics = place.get("/metrics").await?;
        let mut lines = metrics.lines();
        Ok(lines.any(|line| line.starts_with(name) && line.ends_with(&count)))
    })
    .await
}

async fn suspects(place: &Place) -> anyhow::Result<Vec<String>> {
    let all: Value = serde_json::from_str(&place.get("/v1/sources/clocks").await?)?;
    let clocks = all["clocks"].as_array().context("no list")?;
    ensure!(clocks.len() > 20, "every source is listed: {all}");
    let suspect = clocks.iter().filter(|clock| clock["is_suspect"] == true);
    Ok(suspect
        .map(|clock| clock["source_id"].as_str().unwrap_or_default().to_owned())
        .collect())
}

/// Returns what is registered of a source, but for its offset and what counts versions or records.
async fn registration(place: &Place, source: &str) -> anyhow::Result<Value> {
    let all: Value = serde_json::from_str(&place.get("/v1/sources").await?)?;
    let mut sources = all["sources"].as_array().into_iter().flatten();
    let found = sources.find(|one| one["source_id"] == source);
    let mut found = found.context("it is not listed")?.clone();
    let fields = found.as_object_mut().context("no object")?;
    let changing = [
        "version",
        "clock_offset_seconds",
        "registered_at",
        "is_late",
    ];
    fields.retain(|name, _| !changing.contains(&name.as_str()) && !name.starts_with("last_"));
    Ok(found)
}

/// Types a line in a shell, as a person does who read it.
fn type_in(program: &Path, place: &Place, line: &str) -> anyhow::Result<()> {
    let folder = place.folder().join("bin");
    std::fs::create_dir(&folder)?;
    std::os::unix::fs::symlink(program, folder.join("bordergate"))?;
    let mut shell = Command::new("sh");
    shell
        .args([
            "-c",
            &format!("{line} --data-dir \"$DATA\" --http \"$DOOR\""),
        ])
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .env("DATA", place.data_dir())
        .env("DOOR", place.http());
    let told = said(shell.output()?)?;
    ensure!(
        told.contains("sim-hn-in-1 is registered, version 2"),
        "{told}"
    );
    Ok(())
}

/// Checks that times read before the correction stay as they are, and later ones say that they are corrected.
async fn corrected_from_then_on(place: &Place) -> anyhow::Result<()> {
    let (mut before, mut after) = (0, 0);
    let mut next = String::new();
    loop {
        let path = format!("/v1/observations?gate=huu-nghi&page_size=1000{next}");
        let page: Value = serde_json::from_str(&place.get(&path).await?)?;
        let observations = page["observations"].as_array().context("no page")?;
        let of_camera = |one: &&Value| one["source_id"] == "sim-hn-in-1";
        for observation in observations.iter().filter(of_camera) {
            let is_later = observation["source_version"] == 2;
            ensure!(observation["is_corrected"] == is_later, "{observation}");
            ensure!(
                (observation["basis"] == "corrected") == is_later,
                "{observation}"
            );
            *if is_later { &mut after } else { &mut before } += 1;
        }
        match page["next_page_token"].as_str() {
            Some(token) => next = format!("&page_token={token}"),
            None => break,
        }
    }
    ensure!(
        before >= 10 && after >= 10,
        "{before} before, {after} after"
    );
    Ok(())
}
