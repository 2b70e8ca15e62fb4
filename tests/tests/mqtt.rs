//! The MQTT door at a real broker: what the broker acknowledged arrives, whoever is stopped or killed meanwhile.
//!
//! Needs `BORDERGATE_BIN` and `BORDERGATE_TEST_MOSQUITTO`; without them each test says that it is skipped.

mod mqtt_scene;

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context, ensure};
use bordergate_tests::{Mosquitto, Place, program_or_skip, until};
use rumqttc::{PublishOptions, PublishProperties};
use serde_json::Value;
use sqlx::Connection;

use mqtt_scene::{PATIENCE, SCALE, Scene, name, ticket};

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
async fn what_the_log_has_not_acknowledged_is_left_to_the_broker() -> anyhow::Result<()> {
    let Some(mut scene) = Scene::open("").await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let publisher = scene.broker.publisher("scale");
    let mut hub = scene.serve().await?;
    let locked = scene.place.log_locked().await?;
    scene.acknowledged(&publisher, SCALE, 0..5).await?;
    scene.offered_again(&hub).await?;
    hub.kill()?;
    locked.close().await?;
    let hub = scene.serve().await?;
    scene.arrived(0..5).await?;

    let locked = scene.place.log_locked().await?;
    scene.acknowledged(&publisher, SCALE, 5..10).await?;
    scene.offered_again(&hub).await?;
    locked.close().await?;
    scene.arrived(0..10).await
}

#[tokio::test]
async fn a_subscription_that_was_added_holds_in_a_session_that_is_resumed() -> anyhow::Result<()> {
    let Some(mut scene) = Scene::open("").await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let publisher = scene.broker.publisher("scale");
    scene.serve().await?.kill()?;
    let mut settings = std::fs::read_to_string(&scene.config)?;
    settings.push_str(&format!(
        "[[mqtt.subscriptions]]\ntopic = \"scales/#\"\nsource = \"{SCALE}\"\n"
    ));
    std::fs::write(&scene.config, settings)?;
    let hub = scene.serve().await?;
    let resumed = "session resumed: true";
    ensure!(hub.output().contains(resumed), "{}", hub.output());
    let options = PublishOptions::at_least_once();
    let notice = publisher.publish("scales/7", ticket(1), options).await?;
    notice.wait_completion_async().await?;
    scene.acknowledged(&publisher, SCALE, 2..3).await?;
    scene.arrived(1..3).await
}

#[tokio::test]
async fn what_nobody_promised_is_dropped_and_counted_while_the_hub_is_behind() -> anyhow::Result<()>
{
    let Some(mut scene) = Scene::open("max_in_flight = 1\n").await? else {
        return Ok(());
    };
    scene.broker.start().await?;
    let publisher = scene.broker.publisher("scale");
    let hub = scene.serve().await?;
    let locked = scene.place.log_locked().await?;
    let topic = format!("gates/{SCALE}/weight");
    for number in 0..4 {
        let options = PublishOptions::at_most_once();
        publisher.publish(&topic, ticket(number), options).await?;
    }
    scene.told("mqtt.overrun", 3).await?;
    ensure!(hub.output().contains("mqtt.overrun"), "{}", hub.output());
    locked.close().await?;
    scene.arrived(0..1).await
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
