//! Watched folders of a running hub: what is taken, when, where it ends, and that a killed hub loses and repeats nothing.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it each test says that it is skipped. The one in which the log is
//! away starts a broker of its own (`BORDERGATE_TEST_KAFKA_JARS`).

mod doors;
mod own_broker;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bordergate_tests::{program_or_skip, until};
use serde_json::{Value, json};

use doors::{Hub, PATIENCE, ticket};
use own_broker::OwnBroker;

/// What the tests' folders wait for before a file counts as complete.
const SETTLE: Duration = Duration::from_millis(400);

/// Longer than a broker takes to start on a loaded machine.
const START: Duration = Duration::from_secs(90);

/// A hub with one watched folder.
struct Watched {
    hub: Hub,
    inbox: PathBuf,
    settings: String,
}

impl Watched {
    fn new(
        program: &Path,
        source: &str,
        more: &str,
        environment: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let environment: Vec<_> = environment
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let hub = Hub::new(program, &environment)?;
        let inbox = hub.place.folder().join("inbox");
        fs::create_dir(&inbox)?;
        let settings = format!(
            "[[folders]]\npath = {inbox:?}\nsource = {source:?}\nsettle_ms = {}\n{more}\n",
            SETTLE.as_millis()
        );
        Ok(Self {
            hub,
            inbox,
            settings,
        })
    }

    /// Waits until a file is put away and returns its report.
    async fn report(&self, place: &str) -> anyhow::Result<Value> {
        let file = self.inbox.join(place);
        until(place, PATIENCE, async || Ok(file.exists())).await?;
        let report = fs::read_to_string(self.inbox.join(format!("{place}.report.json")))?;
        serde_json::from_str(&report).context("the report is no JSON")
    }
}

fn record_ids(report: &Value) -> anyhow::Result<Vec<String>> {
    let receipts = report["receipts"].as_array().context("no receipts")?;
    receipts
        .iter()
        .map(|receipt| Ok(receipt["record_id"].as_str().context("no id")?.to_owned()))
        .collect()
}

fn interchange() -> anyhow::Result<Vec<u8>> {
    let sample = "../crates/sources/samples/edifact-codeco/ordinary.edi";
    Ok(fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR")).join(sample),
    )?)
}

#[tokio::test]
async fn a_file_is_taken_when_it_is_complete_and_ends_in_done_with_its_receipt()
-> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let watched = Watched::new(&program, "yard", "", &[])?;
    let (hub, inbox) = (&watched.hub, &watched.inbox);
    hub.seed().await?;
    let _running = hub.serve(&watched.settings).await?;
    hub.door_is("folder", "open").await?;

    // Left alone: a link out of the folder, and names that say they are not whole.
    let outside = hub.place.folder().join("outside.edi");
    fs::write(&outside, interchange()?)?;
    std::os::unix::fs::symlink(&outside, inbox.join("link.edi"))?;
    fs::write(inbox.join("later.edi.part"), interchange()?)?;
    fs::write(inbox.join(".hidden.edi"), interchange()?)?;

    // Written bit by bit, for longer than the settle time.
    let (whole, growing) = (interchange()?, inbox.join("gate.edi"));
    let begun = Instant::now();
    let mut written = 0;
    while begun.elapsed() < SETTLE * 3 {
        written = (written + 1).min(whole.len() - 1);
        fs::write(&growing, &whole[..written])?;
        tokio::time::sleep(SETTLE / 8).await;
        ensure!(growing.exists(), "taken after {written} bytes");
    }
    fs::write(&growing, &whole)?;
    let report = watched.report("done/gate.edi").await?;
    ensure!(fs::read(inbox.join("done/gate.edi"))? == whole);
    ensure!(
        report["fault_count"] == 0 && report["bytes"] == whole.len(),
        "{report}"
    );
    let first = record_ids(&report)?;
    ensure!(first.len() == 1, "{report}");
    hub.observed_once(&first).await?;

    // The same file again: another name in done/, the same record.
    fs::rename(inbox.join("later.edi.part"), inbox.join("gate.edi"))?;
    let report = watched.report("done/gate.2.edi").await?;
    ensure!(record_ids(&report)? == first, "{report}");
    let repeated = async || Ok(hub.outcomes(&first[0]).await?.len() == 2);
    until("the second is processed", PATIENCE, repeated).await?;
    ensure!(hub.observed_once(&first).await? == 1);

    let left: Vec<_> = ["link.edi", ".hidden.edi"]
        .map(|name| inbox.join(name).symlink_metadata().is_ok())
        .into();
    ensure!(left == [true, true] && outside.exists());
    let counter = r#"bordergate_folder_files_total{end="done",source="yard","#;
    ensure!(hub.counted(counter).await? == 2);
    Ok(())
}

#[tokio::test]
async fn a_line_that_cannot_be_accepted_fails_its_file_and_no_other_line() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let lines = "split = \"lines\"\nheader_lines = 1\n";
    let limit = [("BORDERGATE__LIMITS__RECORD_BYTES", "2000")];
    let watched = Watched::new(&program, "scale", lines, &limit)?;
    let (hub, inbox) = (&watched.hub, &watched.inbox);
    hub.seed().await?;
    let _running = hub.serve(&watched.settings).await?;
    let text = format!(
        "tickets of a day\n{}\r\n\n{}\n{}",
        ticket(1),
        "x".repeat(2001),
        ticket(2)
    );
    fs::write(inbox.join("day.jsonl"), text)?;
    let report = watched.report("failed/day.jsonl").await?;
    let lines = |list: &str| -> Vec<Value> {
        let rows = report[list].as_array().into_iter().flatten();
        rows.map(|row| row["line"].clone()).collect()
    };
    ensure!(lines("receipts") == [json!(2), json!(5)], "{report}");
    ensure!(lines("faults") == [json!(4)], "{report}");
    ensure!(
        report["faults"][0]["code"] == "record.too_large",
        "{report}"
    );
    ensure!(hub.observed_once(&record_ids(&report)?).await? == 0);
    Ok(())
}

#[tokio::test]
async fn a_file_waits_while_its_source_is_not_registered() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let watched = Watched::new(&program, "new-scale", "", &[])?;
    let (hub, inbox) = (&watched.hub, &watched.inbox);
    hub.seed().await?;
    let _running = hub.serve(&watched.settings).await?;
    fs::write(inbox.join("one.json"), ticket(1))?;
    hub.door_is("folder", "source.unknown").await?;
    ensure!(inbox.join("one.json").exists(), "nothing is claimed yet");

    let source = json!({
        "source_id": "new-scale", "format": "weighbridge-json", "gate_id": "huu-nghi", "lane": "scale-3",
        "readings": {"*": "WEIGHED"}, "rank": 0, "zone": "Asia/Ho_Chi_Minh",
    });
    let url = format!("http://{}/v1/admin/sources", hub.place.http());
    let answer = hub.place.client().post(url).json(&source).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    let report = watched.report("done/one.json").await?;
    hub.observed_once(&record_ids(&report)?).await?;
    Ok(())
}

#[tokio::test]
async fn a_hub_killed_in_the_middle_of_a_file_loses_and_repeats_nothing() -> anyhow::Result<()> {
    const LINES: u64 = 2000;
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let watched = Watched::new(&program, "scale", "split = \"lines\"\n", &[])?;
    let (hub, inbox) = (&watched.hub, &watched.inbox);
    hub.seed().await?;
    let mut running = hub.serve(&watched.settings).await?;
    let text: Vec<String> = (0..LINES).map(ticket).collect();
    fs::write(inbox.join("day.jsonl"), text.join("\n"))?;
    let mut accepted = 0;
    until("some of it is sent", PATIENCE, async || {
        let counter = r#"bordergate_doors_records_total{result="accepted","#;
        accepted = hub.counted(counter).await?;
        Ok(accepted > 0)
    })
    .await?;
    running.kill()?;
    ensure!(accepted < LINES, "killed too late: {accepted} were sent");
    ensure!(inbox.join("working/day.jsonl").exists());

    let _running = hub.serve(&watched.settings).await?;
    let report = watched.report("done/day.jsonl").await?;
    let ids = record_ids(&report)?;
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    ensure!(distinct.len() as u64 == LINES, "{} records", distinct.len());
    let duplicates = hub.observed_once(&ids).await?;
    ensure!(duplicates > 0, "what was sent before has the same ids");
    Ok(())
}

#[tokio::test]
async fn a_file_is_sent_again_while_the_log_is_away_and_never_fails_for_it() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(broker) = OwnBroker::start_or_skip()? else {
        return Ok(());
    };
    let kafka = [
        ("BORDERGATE__KAFKA__BROKERS", broker.plain.as_str()),
        ("BORDERGATE__KAFKA__APPEND_TIMEOUT_MS", "1500"),
    ];
    let watched = Watched::new(&program, "scale", "split = \"lines\"\n", &kafka)?;
    let (hub, inbox) = (&watched.hub, &watched.inbox);
    until("the broker takes the topic", START, async || {
        let made = hub
            .place
            .run("topics", &["topics", "create"], PATIENCE)
            .await?;
        Ok(made.code == Some(0))
    })
    .await?;
    hub.seed().await?;
    let _running = hub.serve(&watched.settings).await?;
    hub.door_is("folder", "open").await?;

    broker.signal("STOP")?;
    let text: Vec<String> = (0..100).map(ticket).collect();
    fs::write(inbox.join("day.jsonl"), text.join("\n"))?;
    let log = hub.place.folder().join("serve.log");
    until("the log is missed", PATIENCE, async || {
        Ok(fs::read_to_string(&log)?.contains("waits: the log does not acknowledge now"))
    })
    .await?;
    ensure!(inbox.join("working/day.jsonl").exists());
    broker.signal("CONT")?;
    let report = watched.report("done/day.jsonl").await?;
    ensure!(report["accepted_count"] == 100, "{report}");
    hub.observed_once(&record_ids(&report)?).await?;
    hub.door_is("folder", "open").await
}

#[tokio::test]
async fn the_check_of_the_configuration_looks_at_the_folders() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let watched = Watched::new(&program, "yard", "", &[])?;
    let hub = &watched.hub;
    let missing = hub.place.folder().join("nowhere");
    let twice = format!("{0}{0}", watched.settings);
    for (settings, words) in [
        (watched.settings.clone(), "the configuration is fine"),
        (watched.settings.replace("inbox", "nowhere"), "folders.path"),
        (twice, "is watched already"),
        (
            watched.settings.replace("\"yard\"", "\"a/b\""),
            "folders.source",
        ),
    ] {
        fs::write(hub.settings()?, settings)?;
        let arguments = ["check-config", "--config", hub.settings()?];
        let ended = hub.place.run("check", &arguments, PATIENCE).await?;
        ensure!(ended.output.contains(words), "{words}: {ended:?}");
        fs::remove_file(hub.place.folder().join("check.log"))?;
    }
    ensure!(!missing.exists(), "nothing is made");
    ensure!(
        fs::read_dir(&watched.inbox)?.next().is_none(),
        "nothing is left"
    );
    Ok(())
}
