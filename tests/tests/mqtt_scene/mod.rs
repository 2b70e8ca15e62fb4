//! A broker and a hub that subscribes to it: what is published to one and read at the other.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Mosquitto, Place, Publisher, Running, program_or_skip, until};
use rumqttc::{PublishNotice, PublishOptions};
use serde_json::{Value, json};

/// A scale of the reference tables that sends `weighbridge-json`.
pub(crate) const SCALE: &str = "hn-scale-1";
/// Longest wait for anything; a broker that is back is found within it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// A broker, a hub's place and its configuration.
pub(crate) struct Scene {
    /// The broker.
    pub(crate) broker: Mosquitto,
    /// The hub's place.
    pub(crate) place: Place,
    /// Path of its configuration.
    pub(crate) config: String,
}

impl Scene {
    /// Prepares both with the reference tables; `more` are settings of the door.
    pub(crate) async fn open(more: &str) -> anyhow::Result<Option<Self>> {
        let Some(broker) = Mosquitto::new_or_skip()? else {
            return Ok(None);
        };
        let url = format!("mqtt://localhost:{}", broker.port());
        Self::of(broker, &url, more).await
    }

    pub(crate) async fn of(
        broker: Mosquitto,
        url: &str,
        more: &str,
    ) -> anyhow::Result<Option<Self>> {
        let Some(program) = program_or_skip() else {
            return Ok(None);
        };
        let place = Place::new(&program, &[])?;
        place.seed("seeds/reference").await?;
        let settings = format!(
            "[limits]\nrecord_bytes = 65536\n[mqtt]\nurl = \"{url}\"\n{more}\n[[mqtt.subscriptions]]\n\
             topic = \"gates/{{source}}/weight\"\ncontent_type = \"application/json\"\n"
        );
        let config = place.folder().join("hub.toml");
        std::fs::write(&config, settings)?;
        Ok(Some(Self {
            broker,
            place,
            config: config.to_str().context("a path of UTF-8")?.to_owned(),
        }))
    }

    /// Starts the hub and waits until its door is connected.
    pub(crate) async fn serve(&self) -> anyhow::Result<Running> {
        let mut hub = self
            .place
            .start("serve", &["serve", "--config", &self.config])?;
        until("the hub has its broker", PATIENCE, async || {
            ensure!(hub.is_running()?, "{}", hub.output());
            self.door("connected").await
        })
        .await
        .with_context(|| hub.output())?;
        Ok(hub)
    }

    /// Waits until the hub says that it has messages which the log does not take.
    pub(crate) async fn offered_again(&self, hub: &Running) -> anyhow::Result<()> {
        until("the log refuses", PATIENCE, async || {
            Ok(hub.output().contains("refused and offered again"))
        })
        .await
        .with_context(|| hub.output())
    }

    /// Tells whether `/healthz` says this of the door; while the hub does not answer it does not.
    pub(crate) async fn door(&self, state: &str) -> anyhow::Result<bool> {
        let Ok(text) = self.place.get("/healthz").await else {
            return Ok(false);
        };
        let health: Value = serde_json::from_str(&text)?;
        Ok(health["doors"]["mqtt"] == state)
    }

    pub(crate) async fn door_is_not(&self, state: &str) -> anyhow::Result<()> {
        until("the door is not connected", PATIENCE, async || {
            Ok(!self.door(state).await?)
        })
        .await
    }

    /// Publishes tickets of these numbers; the notices tell when the broker has acknowledged them.
    pub(crate) async fn published(
        &self,
        publisher: &Publisher,
        source: &str,
        numbers: Range<usize>,
    ) -> anyhow::Result<Vec<PublishNotice>> {
        let topic = format!("gates/{source}/weight");
        let mut notices = Vec::new();
        for number in numbers {
            let options = PublishOptions::at_least_once();
            notices.push(publisher.publish(&topic, ticket(number), options).await?);
        }
        Ok(notices)
    }

    /// Publishes tickets and waits until the broker has acknowledged all.
    pub(crate) async fn acknowledged(
        &self,
        publisher: &Publisher,
        source: &str,
        numbers: Range<usize>,
    ) -> anyhow::Result<()> {
        for notice in self.published(publisher, source, numbers).await? {
            notice.wait_completion_async().await?;
        }
        Ok(())
    }

    pub(crate) async fn observations(&self) -> anyhow::Result<Vec<Value>> {
        let text = self.place.get("/v1/observations?page_size=1000").await?;
        let page: Value = serde_json::from_str(&text)?;
        Ok(page["observations"]
            .as_array()
            .context("a list of observations")?
            .clone())
    }

    pub(crate) async fn tickets(&self) -> anyhow::Result<BTreeSet<String>> {
        let readings = self.observations().await?.into_iter();
        Ok(readings
            .filter_map(|reading| Some(reading["event_id"].as_str()?.to_owned()))
            .collect())
    }

    /// Waits until so many tickets are read.
    pub(crate) async fn arrived_some(&self, count: usize) -> anyhow::Result<()> {
        until("some messages arrive", PATIENCE, async || {
            Ok(self.tickets().await?.len() >= count)
        })
        .await
    }

    /// Waits until exactly these tickets are read.
    pub(crate) async fn arrived(&self, numbers: Range<usize>) -> anyhow::Result<()> {
        let expected: BTreeSet<String> = numbers.map(name).collect();
        let mut missing = expected.clone();
        until("every message arrives", PATIENCE, async || {
            let found = self.tickets().await?;
            missing = expected.difference(&found).cloned().collect();
            Ok(found == expected)
        })
        .await
        .with_context(|| format!("{} are missing: {missing:?}", missing.len()))
    }

    /// Waits until the metrics tell so many messages of the door with this result.
    pub(crate) async fn told(&self, result: &str, count: usize) -> anyhow::Result<()> {
        let mut metrics = String::new();
        until("the messages are counted", PATIENCE, async || {
            metrics = self.place.get("/metrics").await?;
            Ok(counted(&metrics).get(result) == Some(&count))
        })
        .await
        .with_context(|| format!("{count} {result}: {metrics}"))
    }
}

/// Reads how many messages of the door had which result.
fn counted(metrics: &str) -> BTreeMap<String, usize> {
    let lines = metrics
        .lines()
        .filter(|line| line.starts_with("bordergate_door_messages_total{"));
    lines
        .filter_map(|line| {
            let (_, rest) = line.split_once("result=\"")?;
            let (result, _) = rest.split_once('"')?;
            let (_, count) = line.rsplit_once(' ')?;
            Some((result.to_owned(), count.parse().ok()?))
        })
        .collect()
}

pub(crate) fn name(number: usize) -> String {
    format!("mqtt-{number:04}")
}

pub(crate) fn ticket(number: usize) -> String {
    json!({
        "ticket": name(number),
        "weighed_at": "2026-11-12T08:00:00+07:00",
        "gross_kg": 30_000 + number,
        "tare_kg": 15_000,
        "net_kg": 15_000 + number,
        "stable": true,
    })
    .to_string()
}
