//! `bordergate quarantine`: records that could not be read.

use std::process::ExitCode;

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::registrations::{change, list};
use super::table::cell;
use crate::open::Mode;
use crate::reach::Hub;

/// Quarantined records.
#[derive(Debug, Subcommand)]
pub enum Quarantine {
    /// Lists them, newest first
    List(List),
    /// Shows one with its reason and its bytes
    Show(Show),
    /// Sends records through again, with the newest registration of their source
    Redrive(Redrive),
}

/// Lists quarantined records that were not redriven.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate quarantine list --source hn-cam-in-1")]
pub struct List {
    /// Only of this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Only with this code
    #[arg(long)]
    code: Option<String>,
}

/// Shows a quarantined record.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate quarantine show 01936f5e-8e1c-7bb1-a3a1-3a2f9c1d7e10"
)]
pub struct Show {
    /// The record
    record_id: String,
}

/// Sends quarantined records through again: the same bytes under the same record id.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate quarantine redrive 01936f5e-8e1c-7bb1-a3a1-3a2f9c1d7e10"
)]
pub struct Redrive {
    /// The records
    #[arg(required = true)]
    record_ids: Vec<String>,
}

impl Quarantine {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        match self {
            Self::List(List { source, code }) => {
                let parts = [("source", source), ("code", code)];
                let query: Vec<String> = parts
                    .into_iter()
                    .filter_map(|(name, value)| Some(format!("{name}={}", value?)))
                    .collect();
                let path = format!("/v1/admin/quarantine?{}", query.join("&"));
                let columns = ["record_id", "source_id", "received_at", "code", "detail"];
                list(common, path.trim_end_matches('?'), "quarantine", &columns).await?;
            }
            Self::Show(Show { record_id }) => {
                let hub = Hub::reach(common.settings()?, &common.remote(), Mode::Write).await?;
                let path = format!("/v1/admin/quarantine/{record_id}");
                let shown = hub.json(Method::GET, &path, &Value::Null).await?;
                hub.close().await;
                println!("{}", serde_json::to_string_pretty(&shown)?);
            }
            Self::Redrive(Redrive { record_ids }) => {
                // In the order given, a call each: the door redrives one record, or all of a source or code.
                for record_id in record_ids {
                    let wanted = json!({ "record_id": record_id });
                    let report = change(common, "/v1/admin/quarantine/redrive", &wanted).await?;
                    println!("{}", cell(&report));
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
