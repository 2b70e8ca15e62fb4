//! The MQTT door at a real broker: what the broker acknowledged arrives, whoever is stopped or killed meanwhile.
//!
//! Needs `BORDERGATE_BIN` and `BORDERGATE_TEST_MOSQUITTO`; without them each test says that it is skipped.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Mosquitto, Place, Publisher, Running, program_or_skip, until};
use rumqttc::{PublishNotice, PublishOptions, PublishProperties};
use serde_json::{Value, json};

/// A scale of the reference tables that sends `weighbridge-json`.
const SCALE: &str = "hn-scale-1";
/// Longest wait for anything; a broker that is back is found within it.
const PATIENCE: Duration = Duration::from_secs(40);
/// Messages of a test in which something is stopped.
const MANY: usize = 300;

#[tokio::test]
async fn a_message_is_a_record_of_the_source_that_its_topic_names() -> anyhow::Result<()> {
    let Some(mut scene) = Scene::open("").await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let mut hub = scene.serve().await?;
    let publisher = scene.broker.publisher("scale");
    scene.acknowledged(&publisher, SCALE, 0..3).await?;
    scene.arrived(0..3).await?;

    let named = PublishProperties {
        user_properties: vec![("idempotency-key".to_owned(), "seven".to_owned())],
        ..PublishProperties::default()
    };
    for _ in 0..2 {
        let options = PublishOptions::at_least_once().properties(named.clone());
        let topic = format!("gates/{SCALE}/weight");
        let notice = publisher.publish(&topic, ticket(7), options).await?;
        notice.wait_completion_async().await?;
    }
    scene.told("accepted", 5).await?;
    let mut appearances = 0;
    until(
        "one key is one record, logged twice",
        PATIENCE,
        async || {
            let readings = scene.observations().await?.into_iter();
            let mut of_seven = readings.filter(|reading| reading["event_id"] == name(7));
            let Some(reading) = of_seven.next() else {
                return Ok(false);
            };
            let record_id = reading["record_id"].as_str().context("a record id")?;
            let record = scene.place.get(&format!("/v1/records/{record_id}")).await?;
            let record: Value = serde_json::from_str(&record)?;
            appearances = record["appearances"].as_array().map_or(0, Vec::len);
            Ok(appearances == 2)
        },
    )
    .await
    .with_context(|| format!("{appearances} appearances"))?;
    ensure!(hub.is_running()?, "{}", hub.output());
    Ok(())
}

#[tokio::test]
async fn a_message_that_is_refused_is_told_and_stops_no_other() -> anyhow::Result<()> {
    // A window of one message: one that is kept back would stop everything behind it.
    let settings = "max_in_flight = 1\n";
    let Some(mut scene) = Scene::open(settings).await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let hub = scene.serve().await?;
    let publisher = scene.broker.publisher("scale");
    scene.acknowledged(&publisher, "hn-nowhere", 0..3).await?;
    let topic = format!("gates/{SCALE}/weight");
    for refused in [Vec::new(), vec![b' '; 70_000]] {
        let options = PublishOptions::at_least_once();
        let notice = publisher.publish(&topic, refused, options).await?;
        notice.wait_completion_async().await?;
    }
    scene.acknowledged(&publisher, SCALE, 3..6).await?;
    scene.arrived(3..6).await?;
    for (result, count) in [
        ("source.unknown", 3),
        ("record.empty", 1),
        ("record.too_large", 1),
        ("accepted", 3),
    ] {
        scene.told(result, count).await?;
    }
    let output = hub.output();
    for said in ["source.unknown", "hn-nowhere", "record.too_large"] {
        ensure!(output.contains(said), "{said} is not told: {output}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_broker_is_stopped_while_messages_come()
-> anyhow::Result<()> {
    let Some(mut scene) = Scene::open("").await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let hub = scene.serve().await?;
    let publisher = scene.broker.publisher("scale");
    for part in 0..3 {
        let from = part * MANY / 3;
        let notices = scene.published(&publisher, SCALE, from..from + MANY / 3);
        // Some are acknowledged, others under way, the rest not sent yet.
        let stopped = async {
            scene.arrived_some(from + 5).await?;
            anyhow::Ok(())
        };
        let (notices, stopped) = tokio::join!(notices, stopped);
        stopped?;
        scene.broker.stop().await?;
        scene.door_is_not("connected").await?;
        scene.broker.start().await?;
        for notice in notices? {
            notice.wait_completion_async().await?;
        }
    }
    scene.arrived(0..MANY).await?;
    ensure!(
        !hub.output().contains("mqtt.session_lost"),
        "{}",
        hub.output()
    );
    Ok(())
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_hub_is_killed_while_messages_come()
-> anyhow::Result<()> {
    let Some(mut scene) = Scene::open("max_in_flight = 8\n").await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let publisher = scene.broker.publisher("scale");
    let mut hub = scene.serve().await?;
    for part in 0..3 {
        let from = part * MANY / 3;
        let notices = scene.published(&publisher, SCALE, from..from + MANY / 3);
        let (notices, some) = tokio::join!(notices, scene.arrived_some(from + 5));
        some?;
        hub.kill()?;
        // The broker acknowledges while the hub is away, and keeps for it what it acknowledged.
        for notice in notices? {
            notice.wait_completion_async().await?;
        }
        hub = scene.serve().await?;
    }
    scene.arrived(0..MANY).await
}

#[tokio::test]
async fn a_broker_that_forgot_the_session_is_told_and_subscribed_to_again() -> anyhow::Result<()> {
    let Some(mut scene) = Scene::open("").await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let hub = scene.serve().await?;
    scene
        .acknowledged(&scene.broker.publisher("before"), SCALE, 0..2)
        .await?;
    scene.arrived(0..2).await?;
    scene.broker.kill_and_forget()?;
    scene.door_is_not("connected").await?;
    scene.broker.start().await?;
    until("the loss is told", PATIENCE, async || {
        Ok(hub.output().contains("mqtt.session_lost"))
    })
    .await?;
    until("the hub subscribes again", PATIENCE, async || {
        scene.door("connected").await
    })
    .await?;
    scene
        .acknowledged(&scene.broker.publisher("after"), SCALE, 2..4)
        .await?;
    scene.arrived(0..4).await
}

#[tokio::test]
async fn a_broker_is_reached_over_tls_with_the_right_password_only() -> anyhow::Result<()> {
    let Some(mut broker) = Mosquitto::new_or_skip()? else {
        return Ok(());
    };
    let folder = broker.folder().to_owned();
    let file = |name: &str| folder.join(name).display().to_string();
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    std::fs::write(file("broker.pem"), cert.pem())?;
    std::fs::write(file("broker.key"), signing_key.serialize_pem())?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let encrypted = format!(
        "listener {port} 127.0.0.1\ncertfile {}\nkeyfile {}\n",
        file("broker.pem"),
        file("broker.key")
    );
    broker.protect("hub", "right", &encrypted)?;
    let settings = format!(
        "ca_file = \"{}\"\nusername = \"hub\"\npassword_file = \"{}\"\n",
        file("broker.pem"),
        file("password")
    );
    let password = |text: &str| {
        std::fs::write(file("password"), text)?;
        std::fs::set_permissions(file("password"), Permissions::from_mode(0o600))
    };
    password("wrong")?;
    let url = format!("mqtts://localhost:{port}");
    let Some(mut scene) = Scene::of(broker, &url, &settings).await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let refused = scene
        .place
        .start("refused", &["serve", "--config", &scene.config])?;
    until("the broker refuses the hub", PATIENCE, async || {
        scene.door("mqtt.refused").await
    })
    .await
    .with_context(|| refused.output())?;
    scene.place.get("/readyz").await?;
    ensure!(!refused.output().contains("wrong"), "the password is told");
    drop(refused);

    password("right")?;
    let _hub = scene.serve().await?;
    let publisher = scene.broker.publisher("scale");
    scene.acknowledged(&publisher, SCALE, 0..2).await?;
    scene.arrived(0..2).await
}

#[tokio::test]
async fn settings_that_cannot_work_are_named_by_check_config() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    let config = place.folder().join("wrong.toml");
    std::fs::write(
        &config,
        "[mqtt]\nurl = \"mqtt://127.0.0.1\"\nca_file = \"absent.pem\"\n\
         [[mqtt.subscriptions]]\ntopic = \"gates/+\"\n\
         [[tcp.scales]]\nsource = \"hn-scale-1\"\nlisten = \"0.0.0.0:4001\"\n",
    )?;
    let config = config.to_str().context("a path of UTF-8")?;
    let checked = place
        .run("check", &["check-config", "--config", config], PATIENCE)
        .await?;
    ensure!(checked.code == Some(1), "{checked:?}");
    for said in [
        "mqtt.subscriptions: entry 1: topic \"gates/+\" names no source",
        "mqtt.ca_file: cannot read absent.pem",
        "mqtt.url: must start with mqtts:// where certificates are set",
        "tcp.scales: entry 1: listen 0.0.0.0:4001 is not loopback",
    ] {
        ensure!(checked.output.contains(said), "{said}: {checked:?}");
    }
    Ok(())
}

/// A broker, a hub's place and its configuration.
struct Scene {
    broker: Mosquitto,
    place: Place,
    config: String,
}

impl Scene {
    /// Prepares both with the reference tables; `more` are settings of the door.
    async fn open(more: &str) -> anyhow::Result<Option<Self>> {
        let Some(broker) = Mosquitto::new_or_skip()? else {
            return Ok(None);
        };
        let url = format!("mqtt://localhost:{}", broker.port());
        Self::of(broker, &url, more).await
    }

    async fn of(broker: Mosquitto, url: &str, more: &str) -> anyhow::Result<Option<Self>> {
        let Some(program) = program_or_skip() else {
            return Ok(None);
        };
        let place = Place::new(&program, &[])?;
        let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds/reference");
        place
            .command(&["seed", tables.to_str().context("a path of UTF-8")?])
            .await?;
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
    async fn serve(&self) -> anyhow::Result<Running> {
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

    /// Tells whether `/healthz` says this of the door; while the hub does not answer it does not.
    async fn door(&self, state: &str) -> anyhow::Result<bool> {
        let Ok(text) = self.place.get("/healthz").await else {
            return Ok(false);
        };
        let health: Value = serde_json::from_str(&text)?;
        Ok(health["doors"]["mqtt"] == state)
    }

    async fn door_is_not(&self, state: &str) -> anyhow::Result<()> {
        until("the door is not connected", PATIENCE, async || {
            Ok(!self.door(state).await?)
        })
        .await
    }

    /// Publishes tickets of these numbers; the notices tell when the broker has acknowledged them.
    async fn published(
        &self,
        publisher: &Publisher,
        source: &str,
        numbers: std::ops::Range<usize>,
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
    async fn acknowledged(
        &self,
        publisher: &Publisher,
        source: &str,
        numbers: std::ops::Range<usize>,
    ) -> anyhow::Result<()> {
        for notice in self.published(publisher, source, numbers).await? {
            notice.wait_completion_async().await?;
        }
        Ok(())
    }

    async fn observations(&self) -> anyhow::Result<Vec<Value>> {
        let text = self.place.get("/v1/observations?page_size=1000").await?;
        let page: Value = serde_json::from_str(&text)?;
        Ok(page["observations"]
            .as_array()
            .context("a list of observations")?
            .clone())
    }

    async fn tickets(&self) -> anyhow::Result<BTreeSet<String>> {
        let readings = self.observations().await?.into_iter();
        Ok(readings
            .filter_map(|reading| Some(reading["event_id"].as_str()?.to_owned()))
            .collect())
    }

    /// Waits until so many tickets are read.
    async fn arrived_some(&self, count: usize) -> anyhow::Result<()> {
        until("some messages arrive", PATIENCE, async || {
            Ok(self.tickets().await?.len() >= count)
        })
        .await
    }

    /// Waits until exactly these tickets are read.
    async fn arrived(&self, numbers: std::ops::Range<usize>) -> anyhow::Result<()> {
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
    async fn told(&self, result: &str, count: usize) -> anyhow::Result<()> {
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

fn name(number: usize) -> String {
    format!("mqtt-{number:04}")
}

fn ticket(number: usize) -> String {
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
