//! What an undisturbed embedded hub makes of the same messages: what a disturbed one is compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::{History, Part, Place, told, until};

/// Longest wait for the hub to process everything.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of each record, by its id: one text for each of its places in the log.
type Fates = BTreeMap<String, Vec<String>>;

/// The answers of a hub that nothing disturbed.
#[derive(Debug)]
pub struct Calm {
    told: BTreeSet<String>,
    fates: Fates,
}

impl Calm {
    /// Posts the history to an embedded hub and keeps what it tells.
    ///
    /// # Errors
    /// When the hub does not take or process all of it.
    pub async fn of(program: &Path, history: &History) -> anyhow::Result<Self> {
        let place = Place::new(program, &[])?;
        history.seed(&place).await?;
        let _hub = place.serve().await?;
        let mut posted = Vec::new();
        for gate in 0..history.gate_count() {
            for part in [Part::First, Part::Second] {
                posted.extend(history.post(&[&place], gate, part).await?);
            }
        }
        let mut fates = Fates::new();
        until("the calm hub has processed all", PATIENCE, async || {
            fates = fates_of(&place, posted.iter()).await?;
            Ok(fates.values().map(Vec::len).sum::<usize>() == posted.len())
        })
        .await?;
        let told = told(&place).await?;
        Ok(Self { told, fates })
    }

    /// Checks that the hub at `place` tells the same of every crossing, fact and record.
    ///
    /// # Errors
    /// Naming what differs.
    pub async fn compare(&self, place: &Place) -> anyhow::Result<()> {
        let told = told(place).await?;
        let differing: Vec<_> = told.symmetric_difference(&self.told).collect();
        ensure!(differing.is_empty(), "crossings differ: {differing:#?}");
        let fates = fates_of(place, self.fates.keys()).await?;
        for (record_id, fate) in &self.fates {
            let other = fates.get(record_id);
            ensure!(
                other == Some(fate),
                "record {record_id}: {other:?}, calm {fate:?}"
            );
        }
        Ok(())
    }
}

async fn fates_of(
    place: &Place,
    record_ids: impl Iterator<Item = &String>,
) -> anyhow::Result<Fates> {
    let mut fates = Fates::new();
    for record_id in record_ids {
        if fates.contains_key(record_id) {
            continue;
        }
        let answer = place.get(&format!("/v1/records/{record_id}")).await;
        // Not processed yet: nothing is known of it.
        let Ok(answer) = answer else { return Ok(fates) };
        let record: Value = serde_json::from_str(&answer)?;
        let appearances = record["appearances"].as_array().context("no appearances")?;
        fates.insert(record_id.clone(), appearances.iter().map(fate).collect());
    }
    Ok(fates)
}

fn fate(appearance: &Value) -> String {
    let count = |name: &str| appearance[name].as_array().map_or(0, Vec::len);
    format!(
        "shard {} offset {} {} {}: {} observations in {} crossings",
        appearance["shard"],
        appearance["offset"],
        appearance["outcome"],
        appearance["code"],
        count("observations"),
        count("crossing_ids"),
    )
}
