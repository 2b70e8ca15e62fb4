//! Reference tables: the CSV files of a folder, as the registrations they stand for.
//!
//! Columns are documented in `seeds/reference/README.md`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use bordergate_indicators::{ExpectedMilestones, ExpectedRow};
use serde::Deserialize;
use serde_json::{Value, json};

/// Under which key of `hub_state` the table of expected milestones is kept.
pub const EXPECTED_MILESTONES: &str = "expected_milestones";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GateRow {
    gate_id: String,
    name_en: String,
    name_vi: String,
    shard: u16,
    office_codes: String,
    #[serde(default)]
    is_disabled: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceRow {
    source_id: String,
    format: String,
    gate_id: Option<String>,
    lane: Option<String>,
    readings: String,
    rank: u8,
    zone: String,
    clock_offset_seconds: i64,
    silent_after_seconds: Option<u32>,
    is_replay: bool,
    partner_id: Option<String>,
    #[serde(default)]
    recorder_id: Option<String>,
    #[serde(default)]
    device_serial: Option<String>,
    #[serde(default)]
    is_disabled: bool,
}

/// Reads the tables of a folder as the body of `POST /v1/admin/seed`.
///
/// # Errors
/// When the folder has neither `gates.csv` nor `sources.csv`, or a row cannot be read; names file and line.
pub fn read(dir: &Path) -> anyhow::Result<Value> {
    let (gates, sources) = (dir.join("gates.csv"), dir.join("sources.csv"));
    if !gates.is_file() && !sources.is_file() {
        bail!("{} has neither gates.csv nor sources.csv", dir.display());
    }
    let gates: Vec<Value> = rows::<GateRow>(&gates)?.into_iter().map(gate).collect();
    let sources = rows::<SourceRow>(&sources)?
        .into_iter()
        .map(source)
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut tables = json!({ "gates": gates, "sources": sources });
    let expected = dir.join("expected_milestones.csv");
    if expected.is_file() {
        let text = std::fs::read_to_string(&expected)
            .with_context(|| format!("cannot read {}", expected.display()))?;
        expected_milestones(&text).with_context(|| expected.display().to_string())?;
        tables[EXPECTED_MILESTONES] = Value::String(text);
    }
    Ok(tables)
}

/// Reads a table of expected milestones.
///
/// # Errors
/// A row that cannot be read or names what is not known.
pub fn expected_milestones(text: &str) -> anyhow::Result<ExpectedMilestones> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader
        .deserialize::<ExpectedRow>()
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ExpectedMilestones::from_rows(rows)?)
}

fn rows<T: for<'a> Deserialize<'a>>(path: &Path) -> anyhow::Result<Vec<T>> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    reader
        .deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| path.display().to_string())
}

fn gate(row: GateRow) -> Value {
    let office_codes: Vec<&str> = listed(&row.office_codes).collect();
    json!({
        "gate_id": row.gate_id, "name_en": row.name_en, "name_vi": row.name_vi, "shard": row.shard,
        "office_codes": office_codes, "is_disabled": row.is_disabled,
    })
}

fn source(row: SourceRow) -> anyhow::Result<Value> {
    let mut readings = BTreeMap::new();
    for reading in listed(&row.readings) {
        let (word, milestone) = reading.split_once('=').with_context(|| {
            format!(
                "source {}: reading {reading:?} is not WORD=MILESTONE",
                row.source_id
            )
        })?;
        readings.insert(word.to_owned(), milestone.to_owned());
    }
    let set = |text: Option<String>| text.filter(|text| !text.is_empty());
    Ok(json!({
        "source_id": row.source_id, "format": row.format, "gate_id": set(row.gate_id), "lane": set(row.lane),
        "readings": readings, "rank": row.rank, "zone": row.zone, "clock_offset_seconds": row.clock_offset_seconds,
        "silent_after_seconds": row.silent_after_seconds, "is_replay": row.is_replay, "partner_id": set(row.partner_id),
        "recorder_id": set(row.recorder_id), "device_serial": set(row.device_serial), "is_disabled": row.is_disabled,
    }))
}

/// Returns the parts of a list, separated by `;` or blanks.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', ' ']).filter(|part| !part.is_empty())
}
