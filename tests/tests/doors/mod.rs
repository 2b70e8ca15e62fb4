//! What the tests of doors that fetch records themselves share: a hub with a file of settings, asked at its doors.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, Running, Services, program_or_skip, until};
use serde_json::Value;

/// Longest wait for anything a hub was given.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Gates and sources of these tests; none is a replay source.
const GATES: &str = "gate_id,name_en,name_vi,shard,office_codes,is_disabled\n\
    huu-nghi,Huu Nghi,Hữu Nghị,0,,false\n\
    tan-thanh,Tan Thanh,Tân Thanh,1,,false\n";
const SOURCES: &str = "source_id,format,gate_id,lane,readings,rank,zone,clock_offset_seconds,silent_after_seconds,is_replay,partner_id,is_disabled\n\
    scale,weighbridge-json,huu-nghi,scale-1,*=WEIGHED,0,Asia/Ho_Chi_Minh,0,,false,,false\n\
    scale-b,weighbridge-json,huu-nghi,scale-2,*=WEIGHED,0,Asia/Ho_Chi_Minh,0,,false,,false\n\
    yard,edifact-codeco,huu-nghi,,,1,Asia/Ho_Chi_Minh,0,,false,,false\n\
    guard,cloudevents-json,huu-nghi,,,1,Asia/Ho_Chi_Minh,0,,false,,false\n\
    elsewhere,cloudevents-json,tan-thanh,,,1,Asia/Ho_Chi_Minh,0,,false,,false\n\
    lists,gdc-container-list,huu-nghi,,,2,Asia/Ho_Chi_Minh,0,,false,,false\n";

/// A hub's place with its settings.
pub(crate) struct Hub {
    pub(crate) place: Place,
    settings: PathBuf,
}

impl Hub {
    /// Makes a place with tables to seed; `environment` is its configuration besides the file.
    pub(crate) fn new(program: &Path, environment: &[(String, String)]) -> anyhow::Result<Self> {
        let place = Place::new(program, environment)?;
        let tables = place.folder().join("tables");
        std::fs::create_dir_all(&tables)?;
        std::fs::write(tables.join("gates.csv"), GATES)?;
        std::fs::write(tables.join("sources.csv"), SOURCES)?;
        let settings = place.folder().join("hub.toml");
        Ok(Self { place, settings })
    }

    /// Registers the gates and sources.
    pub(crate) async fn seed(&self) -> anyhow::Result<()> {
        let tables = self.place.folder().join("tables");
        let tables = tables.to_str().context("a path in words")?;
        self.place.command(&["seed", tables]).await
    }

    /// Starts the hub with these settings in its file.
    pub(crate) async fn serve(&self, settings: &str) -> anyhow::Result<Running> {
        std::fs::write(&self.settings, settings)?;
        self.place.serve_with(&["--config", self.settings()?]).await
    }

    /// Returns the path of the file with the settings.
    pub(crate) fn settings(&self) -> anyhow::Result<&str> {
        self.settings.to_str().context("a path in words")
    }

    /// Returns a JSON answer.
    pub(crate) async fn json(&self, path: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.place.get(path).await?)?)
    }

    /// Waits until the door whose name begins so has a state.
    pub(crate) async fn door_is(&self, door: &str, state: &str) -> anyhow::Result<()> {
        let mut seen = Value::Null;
        let waited = until(state, PATIENCE, async || {
            seen = self.json("/healthz").await?["doors"].take();
            let doors = seen.as_object().context("no doors")?;
            let mut named = doors.iter().filter(|(name, _)| name.starts_with(door));
            Ok(named.any(|(_, found)| found == state))
        });
        let waited = waited.await;
        waited.with_context(|| format!("door {door} among {seen}"))
    }

    /// Returns a counter's value by its name and the beginning of its labels; 0 when it has none yet.
    pub(crate) async fn counted(&self, counter: &str) -> anyhow::Result<u64> {
        let metrics = self.place.get("/metrics").await?;
        let mut values = metrics.lines().filter(|line| line.starts_with(counter));
        let value = values.next().and_then(|line| line.rsplit(' ').next());
        value.map_or(Ok(0), |value| Ok(value.parse()?))
    }

    /// Returns the outcome of each appearance of a record, once it has one; `observed` when it gave observations.
    pub(crate) async fn outcomes(&self, record_id: &str) -> anyhow::Result<Vec<String>> {
        let path = format!("/v1/records/{record_id}");
        let mut record = Value::Null;
        until("the record is processed", PATIENCE, async || {
            let Ok(answer) = self.place.get(&path).await else {
                return Ok(false);
            };
            record = serde_json::from_str(&answer)?;
            Ok(true)
        })
        .await
        .with_context(|| record_id.to_owned())?;
        let appearances = record["appearances"].as_array().context("no appearances")?;
        let outcome = |appearance: &Value| appearance["outcome"].as_str().map(str::to_owned);
        appearances
            .iter()
            .map(|appearance| outcome(appearance).context("no outcome"))
            .collect()
    }

    /// Checks that each record was observed once, and that all its other appearances are duplicates; returns how
    /// many of those there are. The last record is waited for first: what lies before it in the log is processed then.
    pub(crate) async fn observed_once(&self, record_ids: &[String]) -> anyhow::Result<usize> {
        let mut duplicates = 0;
        self.outcomes(record_ids.last().context("no record")?)
            .await?;
        for record_id in record_ids {
            let outcomes = self.outcomes(record_id).await?;
            let observed = outcomes
                .iter()
                .filter(|outcome| *outcome == "observed")
                .count();
            let repeated = outcomes
                .iter()
                .filter(|outcome| *outcome == "duplicate")
                .count();
            ensure!(
                observed == 1 && observed + repeated == outcomes.len(),
                "{record_id}: {outcomes:?}"
            );
            duplicates += repeated;
        }
        Ok(duplicates)
    }
}

/// Makes two hubs of one Kafka and one database, with gates and sources; says that the test is skipped where there is no
/// program or no such services.
pub(crate) async fn pair() -> anyhow::Result<Option<(Hub, Hub, Services)>> {
    let Some(program) = program_or_skip() else {
        return Ok(None);
    };
    let Some(services) = Services::make_or_skip().await? else {
        return Ok(None);
    };
    let environment = services.environment(&[]);
    let (one, other) = (
        Hub::new(&program, &environment)?,
        Hub::new(&program, &environment)?,
    );
    one.place.prepare().await?;
    one.seed().await?;
    Ok(Some((one, other, services)))
}

/// Returns a weighbridge's ticket, which no two numbers share.
pub(crate) fn ticket(number: u64) -> String {
    format!(
        r#"{{"ticket":"T-{number}","weighed_at":"2026-03-02T08:15:00+07:00","gross_kg":38460,"stable":true}}"#
    )
}
