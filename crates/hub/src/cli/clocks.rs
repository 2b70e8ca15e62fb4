//! `bordergate sources clocks`: how much devices' clocks seem off, and the commands that register it.

use axum::http::Method;
use clap::Args;
use serde_json::Value;

use super::Common;
use super::table::{cell, table};
use crate::open::Mode;
use crate::reach::Hub;

/// Shows how much the clock of each source seems off, and how to correct it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate sources clocks --hours 6")]
pub struct SourceClocks {
    /// Hours of log time to look at, 168 at most
    #[arg(long, default_value_t = crate::device_clocks::HOURS)]
    hours: u32,
}

impl SourceClocks {
    pub(super) async fn run(&self, common: &Common) -> anyhow::Result<()> {
        let hub = Hub::reach(common.settings()?, &common.remote(), Mode::ReadOnly).await?;
        let path = format!("/v1/sources/clocks?hours={}", self.hours);
        let answer = hub.json(Method::GET, &path, &Value::Null).await;
        hub.close().await;
        print!("{}", shown(&answer?));
        Ok(())
    }
}

/// Returns a row for each source with an estimate, and below them the commands.
fn shown(answer: &Value) -> String {
    let clocks = || answer["clocks"].as_array().into_iter().flatten();
    let estimated = clocks().filter(|clock| !clock["estimate"].is_null());
    let rows: Vec<Vec<String>> = estimated.map(row).collect();
    let headings = [
        "source_id",
        "registered_s",
        "beyond_it_s",
        "spread_s",
        "count",
        "basis",
        "last_jump",
        "suspect",
    ];
    let mut text = table(&headings, &rows);
    let commands = clocks().filter_map(|clock| clock["command"].as_str());
    for (place, command) in commands.enumerate() {
        if place == 0 {
            text.push_str("\nto correct times from now on (what was read stays as it is):\n");
        }
        text.push_str(&format!("  {command}\n"));
    }
    text
}

fn row(clock: &Value) -> Vec<String> {
    let estimate = &clock["estimate"];
    let seconds = |value: &Value| value.as_f64().map_or(String::new(), |s| format!("{s:.1}"));
    let jump = estimate["jumps"].as_array().and_then(|jumps| jumps.last());
    let jump = jump.map(|jump| {
        format!(
            "{} s at {}",
            seconds(&jump["by_seconds"]),
            cell(&jump["at"])
        )
    });
    let is_suspect = clock["is_suspect"].as_bool().unwrap_or_default();
    vec![
        cell(&clock["source_id"]),
        cell(&clock["registered_offset_seconds"]),
        seconds(&estimate["offset_seconds"]),
        seconds(&estimate["spread_seconds"]),
        cell(&estimate["count"]),
        cell(&estimate["basis"]),
        jump.unwrap_or_default(),
        if is_suspect { "yes" } else { "" }.to_owned(),
    ]
}
