//! What a hub's crossings say about the world, in a form that two runs of the same messages share.

use std::collections::BTreeSet;

use anyhow::ensure;
use serde_json::{Value, json};

use crate::Place;

/// Returns what every crossing of a running hub says, one text each.
///
/// # Errors
/// When the hub does not answer, or two of its crossings say the same.
pub async fn told(place: &Place) -> anyhow::Result<BTreeSet<String>> {
    let crossings = place.crossings().await?;
    let told: BTreeSet<String> = crossings.iter().map(meaning).collect();
    ensure!(told.len() == crossings.len(), "two crossings are the same");
    Ok(told)
}

/// The simulator's source whose records the router brings to their gates. Which of two copies of a message comes first
/// there is chance where it has to wait for a link: so the copy's name is left out.
const ROUTED: &str = "sim-province-customs";

/// Returns what a crossing says, without names and numbers that depend on the way it came about.
fn meaning(crossing: &Value) -> String {
    let mut readings = BTreeSet::new();
    let milestones = crossing["milestones"].as_array().into_iter().flatten();
    for reading in milestones
        .flat_map(|milestone| {
            std::iter::once(&milestone["standing"])
                .chain(milestone["others"].as_array().into_iter().flatten())
        })
        .chain(crossing["other_readings"].as_array().into_iter().flatten())
        .filter(|reading| !reading.is_null())
    {
        let name = match reading["source_id"] == ROUTED {
            true => "source_id",
            false => "record_id",
        };
        readings.insert(format!(
            "{} {} {} {}",
            reading[name], reading["index"], reading["milestone"], reading["occurred_at"]
        ));
    }
    json!({
        "readings": readings,
        "gate_id": crossing["gate_id"],
        "state": crossing["state"],
        "direction": crossing["direction"],
        "channel": crossing["channel"],
        "cargo": crossing["cargo"],
        "plate": crossing["plate"],
        "facts": crossing["facts"],
    })
    .to_string()
}
