//! A small simulated day to post at the HTTP doors of one or more hubs.

use std::path::Path;

use anyhow::{Context, ensure};
use bordergate_model::Shard;
use bordergate_simulator::{Day, Message, Plan, gates_csv, simulate, sources_csv};
use jiff::Timestamp;
use jiff::civil::date;

use crate::Place;

/// A half of a gate's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Those up to the middle.
    First,
    /// The others.
    Second,
}

/// A day that is long past, so that nothing depends on the clock of the machine.
#[derive(Debug)]
pub struct History {
    day: Day,
}

impl History {
    /// Simulates a day of so many vehicles, with the noise of the demo; its gates lie in the shards given, in turn.
    #[must_use]
    pub fn of(vehicle_count: u32, shards: &[Shard]) -> Self {
        let plan = Plan {
            vehicle_count,
            // Every record lies at its gate, where those who use this count them.
            province_share: 0.0,
            ..Plan::of_day(date(2026, 3, 2))
        };
        Self::planned(&plan, shards)
    }

    /// Simulates a plan; its gates lie in the shards given, in turn.
    #[must_use]
    pub fn planned(plan: &Plan, shards: &[Shard]) -> Self {
        let mut day = simulate(plan);
        for (gate, shard) in day.gates.iter_mut().zip(shards) {
            gate.shard = *shard;
        }
        Self { day }
    }

    /// Registers gates and sources with the store of `place`, whose hub does not run.
    ///
    /// # Errors
    /// When the command fails.
    pub async fn seed(&self, place: &Place) -> anyhow::Result<()> {
        let folder = place.folder().join("seed");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("gates.csv"), gates_csv(&self.day.gates))?;
        std::fs::write(folder.join("sources.csv"), sources_csv(&self.day.sources))?;
        place.command(&["seed", path(&folder)?]).await
    }

    /// Returns how many gates there are.
    #[must_use]
    pub fn gate_count(&self) -> usize {
        self.day.gates.len()
    }

    /// Returns how many messages of a gate have been posted when the part has.
    #[must_use]
    pub fn end_of(&self, gate: usize, part: Part) -> usize {
        let count = self.of_gate(gate).count();
        match part {
            Part::First => count / 2,
            Part::Second => count,
        }
    }

    /// Returns when the last message of a part is received.
    ///
    /// # Panics
    /// When the gate has no message.
    #[must_use]
    pub fn last_received(&self, gate: usize, part: Part) -> Timestamp {
        let messages = self.of_gate(gate).take(self.end_of(gate, part));
        let last = messages.map(|message| message.received_at).max();
        last.expect("a gate has messages")
    }

    /// Posts a part of a gate's messages in their order, each at the next of the doors; returns the ids of the
    /// records, the same again where a message was sent again.
    ///
    /// # Errors
    /// When a door refuses one.
    pub async fn post(
        &self,
        doors: &[&Place],
        gate: usize,
        part: Part,
    ) -> anyhow::Result<Vec<String>> {
        let begin = match part {
            Part::First => 0,
            Part::Second => self.end_of(gate, Part::First),
        };
        let messages = self.of_gate(gate).take(self.end_of(gate, part)).skip(begin);
        let mut record_ids = Vec::new();
        for (message, door) in messages.zip(doors.iter().cycle()) {
            record_ids.push(post(door, message).await?);
        }
        Ok(record_ids)
    }

    fn of_gate(&self, gate: usize) -> impl Iterator<Item = &Message> {
        let gate_id = &self.day.gates[gate].gate_id;
        let messages = self.day.messages.iter();
        messages.filter(move |message| message.gate_id == *gate_id)
    }
}

fn path(folder: &Path) -> anyhow::Result<&str> {
    folder
        .to_str()
        .context("a temporary folder has a plain name")
}

async fn post(door: &Place, message: &Message) -> anyhow::Result<String> {
    // The key of a submission has line breaks, which no header may have.
    let key = message.idempotency_key.replace('\n', "/");
    let mut request = door
        .client()
        .post(format!(
            "http://{}/v1/records/{}",
            door.http(),
            message.source_id
        ))
        .header("content-type", &message.content_type)
        .header("idempotency-key", key)
        .header("bordergate-received-at", message.received_at.to_string())
        .body(message.body.clone());
    for (name, value) in &message.headers {
        request = request.header(name, value);
    }
    let response = request.send().await?;
    let (status, text) = (response.status(), response.text().await?);
    ensure!(
        status.is_success(),
        "{} got {status}: {text}",
        message.source_id
    );
    let receipt: serde_json::Value = serde_json::from_str(&text)?;
    let record_id = receipt["record_id"].as_str();
    Ok(record_id
        .context("a receipt without a record id")?
        .to_owned())
}
