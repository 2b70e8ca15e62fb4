//! `bordergate sources` and `bordergate gates`: registrations, each change a new version.

use std::process::ExitCode;

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::Common;
use super::clocks::SourceClocks;
use super::table::{cell, table};
use crate::open::Mode;
use crate::reach::Hub;

/// Sources.
#[derive(Debug, Subcommand)]
pub enum Sources {
    /// Registers a source, or a new version of it
    Add(Box<AddSource>),
    /// Lists every version of every source
    List(ListSources),
    /// Shows how much the clock of each source seems off, and how to correct it
    Clocks(SourceClocks),
    /// Registers a disabled version: its records are refused from then on
    Disable(DisableSource),
}

/// Registers a source; a source of that id gets a new version.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate sources add hn-cam-in-1 --format hikvision-anpr --gate huu-nghi \
    --lane 1 --reading forward=GATE_IN --reading reverse=GATE_OUT\n  \
    bordergate sources add ls-customs --format vnaccs --rank 2"
)]
pub struct AddSource {
    /// Its id
    source_id: String,
    /// Format of its messages
    #[arg(long)]
    format: String,
    /// The gate its readings belong to; without one it is province-wide, and the router finds the gate of each record
    #[arg(long)]
    gate: Option<String>,
    /// The lane it watches
    #[arg(long)]
    lane: Option<String>,
    /// What a reading means, by the device's word for direction; `*` for any
    #[arg(long = "reading", value_name = "WORD=MILESTONE")]
    readings: Vec<String>,
    /// 0 sensor at the place, 1 agency or yard report, 2 customs message
    #[arg(long, default_value_t = 0)]
    rank: u8,
    /// Zone of times that carry none
    #[arg(long, default_value = "Asia/Ho_Chi_Minh")]
    zone: String,
    /// Device clock minus true time, in seconds
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    clock_offset_seconds: i64,
    /// Seconds without a record after which it counts as silent
    #[arg(long)]
    silent_after_seconds: Option<u32>,
    /// It may say when its records were received
    #[arg(long)]
    replay: bool,
    /// The LGSP partner that may submit under it
    #[arg(long)]
    partner: Option<String>,
    /// The recorder that may send under it
    #[arg(long)]
    recorder: Option<String>,
    /// What the device calls itself in its messages, such as its hardware address
    #[arg(long)]
    device_serial: Option<String>,
}

/// Lists sources.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate sources list")]
pub struct ListSources {}

/// Disables a source.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate sources disable hn-cam-in-1")]
pub struct DisableSource {
    /// Its id
    source_id: String,
}

/// Gates.
#[derive(Debug, Subcommand)]
pub enum Gates {
    /// Registers a gate, or a new version of it
    Add(AddGate),
    /// Lists every version of every gate
    List(ListGates),
    /// Registers a disabled version: records of its sources are refused from then on
    Disable(DisableGate),
}

/// Registers a gate; its shard is fixed from then on.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate gates add coc-nam --name-en \"Coc Nam\" --name-vi \"Cốc Nam\" --shard 2"
)]
pub struct AddGate {
    /// Its id
    gate_id: String,
    /// Name in English
    #[arg(long)]
    name_en: String,
    /// Name in Vietnamese
    #[arg(long)]
    name_vi: String,
    /// The shard of its records, from 0
    #[arg(long)]
    shard: u16,
    /// Customs office or gate code seen in messages
    #[arg(long = "office-code", value_name = "CODE")]
    office_codes: Vec<String>,
}

/// Lists gates.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate gates list")]
pub struct ListGates {}

/// Disables a gate.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate gates disable coc-nam")]
pub struct DisableGate {
    /// Its id
    gate_id: String,
}

impl Sources {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add(add) => {
                let mut readings = Map::new();
                for reading in &add.readings {
                    let pair = reading.split_once('=');
                    let (word, milestone) = pair.ok_or_else(|| {
                        anyhow::anyhow!("--reading {reading:?} is not WORD=MILESTONE")
                    })?;
                    readings.insert(word.to_lowercase(), Value::String(milestone.to_owned()));
                }
                let body = json!({
                    "source_id": add.source_id, "format": add.format, "gate_id": add.gate, "lane": add.lane,
                    "readings": readings, "rank": add.rank, "zone": add.zone,
                    "clock_offset_seconds": add.clock_offset_seconds,
                    "silent_after_seconds": add.silent_after_seconds, "is_replay": add.replay,
                    "partner_id": add.partner, "recorder_id": add.recorder, "device_serial": add.device_serial,
                });
                let source = change(common, "/v1/admin/sources", &body).await?;
                println!(
                    "source {} is registered, version {}",
                    cell(&source["source_id"]),
                    source["version"]
                );
            }
            Self::List(ListSources {}) => {
                let columns = [
                    "source_id",
                    "version",
                    "format",
                    "gate_id",
                    "lane",
                    "rank",
                    "is_replay",
                    "partner_id",
                    "recorder_id",
                    "device_serial",
                    "is_disabled",
                ];
                list(common, "/v1/admin/sources", "sources", &columns).await?;
            }
            Self::Clocks(clocks) => clocks.run(common).await?,
            Self::Disable(DisableSource { source_id }) => {
                change(
                    common,
                    &format!("/v1/admin/sources/{source_id}/disable"),
                    &Value::Null,
                )
                .await?;
                println!("source {source_id} is disabled");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Gates {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add(AddGate {
                gate_id,
                name_en,
                name_vi,
                shard,
                office_codes,
            }) => {
                let body = json!({
                    "gate_id": gate_id, "name_en": name_en, "name_vi": name_vi, "shard": shard,
                    "office_codes": office_codes,
                });
                let gate = change(common, "/v1/admin/gates", &body).await?;
                println!(
                    "gate {} is registered, version {}",
                    cell(&gate["gate_id"]),
                    gate["version"]
                );
            }
            Self::List(ListGates {}) => {
                let columns = [
                    "gate_id",
                    "version",
                    "name_en",
                    "name_vi",
                    "shard",
                    "office_codes",
                    "is_disabled",
                ];
                list(common, "/v1/admin/gates", "gates", &columns).await?;
            }
            Self::Disable(DisableGate { gate_id }) => {
                change(
                    common,
                    &format!("/v1/admin/gates/{gate_id}/disable"),
                    &Value::Null,
                )
                .await?;
                println!("gate {gate_id} is disabled");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Posts a change and returns what it made.
pub(super) async fn change(common: &Common, path: &str, body: &Value) -> anyhow::Result<Value> {
    let hub = Hub::reach(common.settings()?, &common.remote(), Mode::Write).await?;
    let made = hub.json(Method::POST, path, body).await?;
    hub.close().await;
    Ok(made)
}

/// Prints a list of the hub's as a table of the given fields.
pub(super) async fn list(
    common: &Common,
    path: &str,
    field: &str,
    columns: &[&str],
) -> anyhow::Result<()> {
    let hub = Hub::reach(common.settings()?, &common.remote(), Mode::Write).await?;
    let answer = hub.json(Method::GET, path, &Value::Null).await?;
    hub.close().await;
    let rows: Vec<Vec<String>> = answer[field]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| columns.iter().map(|column| cell(&row[*column])).collect())
        .collect();
    print!("{}", table(columns, &rows));
    Ok(())
}
