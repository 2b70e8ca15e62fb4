//! `bordergate unrouted`: records of province-wide sources that wait for their gate.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::Common;
use super::registrations::{change, list};
use super::table::cell;

/// Records that wait for their gate.
#[derive(Debug, Subcommand)]
pub enum Unrouted {
    /// Lists them, oldest first
    List(List),
    /// Sends one to a gate, with the other parts of its message
    Assign(Assign),
}

/// Lists the records that wait for their gate, oldest first; `going_to` is where one was sent a moment ago.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate unrouted list")]
pub struct List {
    /// Most rows
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

/// Sends a waiting record to a gate, with the other parts of its message; a record that is at a gate stays there.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate unrouted assign 01936f5e-8e1c-7bb1-a3a1-3a2f9c1d7e10 tan-thanh"
)]
pub struct Assign {
    /// The record
    record_id: String,
    /// The gate
    gate_id: String,
}

impl Unrouted {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        match self {
            Self::List(List { limit }) => {
                let columns = [
                    "record_id",
                    "source_id",
                    "received_at",
                    "code",
                    "detail",
                    "going_to",
                ];
                let path = format!("/v1/unrouted?page_size={limit}");
                list(common, &path, "unrouted", &columns).await?;
            }
            Self::Assign(Assign { record_id, gate_id }) => {
                let wanted = json!({ "record_id": record_id, "gate_id": gate_id });
                let report = change(common, "/v1/admin/unrouted/assign", &wanted).await?;
                println!("{}", cell(&report));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
