//! Sending the day through the doors its sources really use: sources beside each other, each source's messages in order.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bordergate_exchange::client::{Client, Settings as ClientSettings};
use bordergate_exchange::v1;
use bordergate_model::{GateId, SourceId};
use bordergate_simulator::{Day, Door, Message};
use futures_util::future::try_join_all;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::Speed;
use super::sent::Sent;
use crate::serve::Hub;

/// How often a message is offered to a door that refuses it for now.
const ATTEMPTS: u32 = 60;

/// Most messages of a gate on their way at once.
const MOST_AT_ONCE: usize = 256;

/// Sends everything that was not sent before.
///
/// # Errors
/// When a door refuses a message that it should take.
pub async fn drive(hub: &Hub, day: &Arc<Day>, speed: Speed, data_dir: &Path) -> anyhow::Result<()> {
    let sent = Arc::new(Sent::open(data_dir)?);
    let bar = ProgressBar::new(day.messages.len() as u64).with_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} messages, {msg}",
    )?);
    let started = Instant::now();
    // Taken up again, the day goes on at its next message, not at its first.
    let first_at = day
        .gates
        .iter()
        .filter_map(|gate| {
            let sent_count = sent.count(gate.gate_id.as_str());
            let of_gate = day
                .messages
                .iter()
                .filter(|message| message.gate_id == gate.gate_id);
            of_gate.map(|message| message.received_at).nth(sent_count)
        })
        .min()
        .unwrap_or(day.end_at);
    let grpc = Client::new(ClientSettings::new(format!("http://{}", hub.grpc)))?;
    let mut gates = Vec::new();
    for gate in &day.gates {
        let sender = Sender {
            day: Arc::clone(day),
            gate_id: gate.gate_id.clone(),
            sent: Arc::clone(&sent),
            bar: bar.clone(),
            pace: Pace {
                started,
                first_at,
                speed,
            },
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(60))
                .build()?,
            http_url: format!("http://{}", hub.http),
            grpc: grpc.clone(),
        };
        gates.push(tokio::spawn(sender.run()));
    }
    for gate in gates {
        gate.await.context("a sender failed")??;
    }
    bar.finish_and_clear();
    Ok(())
}

/// When a message is due.
#[derive(Clone, Copy, Debug)]
struct Pace {
    started: Instant,
    first_at: Timestamp,
    speed: Speed,
}

impl Pace {
    /// Returns the moment at which a message of `at` is due; `None`: at once.
    fn due_at(&self, at: Timestamp) -> Option<Instant> {
        let Speed::Times(times) = self.speed else {
            return None;
        };
        let seconds = at.duration_since(self.first_at).as_secs_f64().max(0.0) / times;
        Some(self.started + Duration::from_secs_f64(seconds))
    }

    fn is_due(&self, at: Timestamp) -> bool {
        self.due_at(at)
            .is_none_or(|due_at| due_at <= Instant::now())
    }

    async fn wait_for(&self, at: Timestamp) {
        if let Some(due_at) = self.due_at(at) {
            tokio::time::sleep_until(due_at.into()).await;
        }
    }
}

/// Sends one gate's messages.
struct Sender {
    day: Arc<Day>,
    gate_id: GateId,
    sent: Arc<Sent>,
    bar: ProgressBar,
    pace: Pace,
    http: reqwest::Client,
    http_url: String,
    grpc: Client,
}

impl Sender {
    async fn run(self) -> anyhow::Result<()> {
        let messages: Vec<&Message> = self
            .day
            .messages
            .iter()
            .filter(|message| message.gate_id == self.gate_id)
            .collect();
        let mut next = self.sent.count(self.gate_id.as_str());
        self.bar.inc(next as u64);
        while next < messages.len() {
            self.pace.wait_for(messages[next].received_at).await;
            let due = due(&messages[next..], &self.pace);
            try_join_all(by_source(due).into_values().map(|own| self.send(own))).await?;
            next += due.len();
            self.sent
                .note(self.gate_id.as_str(), next, next == messages.len())?;
            self.bar.inc(due.len() as u64);
            if let Some(last) = due.last() {
                self.bar
                    .set_message(last.received_at.strftime("%H:%M UTC").to_string());
            }
        }
        Ok(())
    }

    /// Sends one source's messages, each after the receipt of the one before: as a device does.
    async fn send(&self, messages: Vec<&Message>) -> anyhow::Result<()> {
        let mut rest = messages.as_slice();
        while let Some(first) = rest.first() {
            let (together, after) = rest.split_at(run_length(rest));
            match first.door {
                Door::Http => self.post(first).await?,
                Door::Ingest => self.publish(first).await?,
                Door::Submit => self.submit(together).await?,
            }
            rest = after;
        }
        Ok(())
    }

    async fn post(&self, message: &Message) -> anyhow::Result<()> {
        for attempt in 1..=ATTEMPTS {
            let mut request = self
                .http
                .post(format!(
                    "{}/v1/records/{}",
                    self.http_url, message.source_id
                ))
                .header("content-type", &message.content_type)
                .header("idempotency-key", &message.idempotency_key)
                .header("bordergate-received-at", message.received_at.to_string())
                .body(message.body.clone());
            for (name, value) in &message.headers {
                request = request.header(name, value);
            }
            match request.send().await {
                Ok(response) if response.status().is_success() => return Ok(()),
                Ok(response) if response.status().as_u16() != 503 => {
                    let (status, words) =
                        (response.status(), response.text().await.unwrap_or_default());
                    bail!(
                        "the HTTP door refused a message of {} with {status}: {words}",
                        message.source_id
                    );
                }
                Ok(_) | Err(_) => {
                    tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 50)).await
                }
            }
        }
        bail!(
            "the HTTP door did not take a message of {} in {ATTEMPTS} attempts",
            message.source_id
        )
    }

    async fn publish(&self, message: &Message) -> anyhow::Result<()> {
        let record = v1::RawRecord {
            source_id: message.source_id.to_string(),
            idempotency_key: message.idempotency_key.clone(),
            content_type: message.content_type.clone(),
            body: message.body.to_vec().into(),
            received_at: Some(bordergate_exchange::mapping::to_timestamp(
                message.received_at,
            )),
            headers: message.headers.iter().cloned().collect(),
        };
        let published = self.grpc.publish(&record).await;
        published
            .map(drop)
            .with_context(|| format!("the gRPC door refused a message of {}", message.source_id))
    }

    async fn submit(&self, together: &[&Message]) -> anyhow::Result<()> {
        let request_id = together[0]
            .place
            .as_ref()
            .map(|place| place.request_id.clone());
        let records = together.iter().map(|message| v1::SubmittedRecord {
            source_id: message.source_id.to_string(),
            content_type: message.content_type.clone(),
            body: message.body.to_vec().into(),
            received_at: Some(bordergate_exchange::mapping::to_timestamp(
                message.received_at,
            )),
        });
        let request = v1::SubmitRecordsRequest {
            request_id: request_id.context("a submitted message has its place")?,
            records: records.collect(),
        };
        let answer = self
            .grpc
            .submit(&request)
            .await
            .context("SubmitRecords was refused")?;
        for result in answer.results {
            if let Some(v1::submit_result::Result::Error(error)) = result.result {
                bail!("SubmitRecords refused a record: {error:?}");
            }
        }
        Ok(())
    }
}

/// Returns the messages to send now: those due, no more than [`MOST_AT_ONCE`], and no submission cut in two.
fn due<'a, 'day>(messages: &'a [&'day Message], pace: &Pace) -> &'a [&'day Message] {
    let most = messages
        .iter()
        .take(MOST_AT_ONCE)
        .take_while(|message| pace.is_due(message.received_at))
        .count()
        .max(1);
    let last = most - 1;
    &messages[..last + run_length(&messages[last..])]
}

/// Returns each source's messages, in their order.
fn by_source<'day>(messages: &[&'day Message]) -> BTreeMap<&'day SourceId, Vec<&'day Message>> {
    let mut by_source: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for message in messages {
        by_source
            .entry(&message.source_id)
            .or_default()
            .push(*message);
    }
    by_source
}

/// Returns how many messages from the first on go together: a whole submission, else one.
fn run_length(messages: &[&Message]) -> usize {
    let Some(first) = messages.first().and_then(|message| message.place.as_ref()) else {
        return 1;
    };
    messages
        .iter()
        .take_while(|message| {
            message
                .place
                .as_ref()
                .is_some_and(|place| place.request_id == first.request_id)
        })
        .count()
        .max(1)
}
