//! Pictures of cameras that send to a broker or to another system's Kafka: taken out at the door, kept, put back.
//!
//! Needs `BORDERGATE_BIN`, and `BORDERGATE_TEST_MOSQUITTO` or `BORDERGATE_TEST_KAFKA`; without them the tests say that they
//! are skipped.

mod camera;
mod foreign;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use bordergate_tests::{Mosquitto, Place, Running, until, variable};
use rumqttc::{PublishOptions, PublishProperties};
use serde_json::Value;

use camera::{CAMERA, FORM, PATIENCE, alert, ask, files, images, logged, picture, seeded, stop};
use foreign::Foreign;

/// A camera that sends through another door than [`CAMERA`] under the topic's own content type.
const OTHER_CAMERA: &str = "hn-cam-in-2";

#[tokio::test]
async fn a_camera_at_a_broker_keeps_its_pictures_out_of_the_log() -> anyhow::Result<()> {
    let Some(mut broker) = Mosquitto::new_or_skip()? else {
        return Ok(());
    };
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    broker.start().await?;
    let settings = format!(
        "[mqtt]\nurl = \"mqtt://localhost:{}\"\n[[mqtt.subscriptions]]\ntopic = \"gates/{{source}}/anpr\"\n\
         content_type = {FORM:?}\n",
        broker.port()
    );
    let hub = serve(&place, &settings, "mqtt", "connected").await?;
    let publisher = broker.publisher("cameras");
    let publish = async |source: &str, body: Vec<u8>, content_type: Option<&str>| {
        let properties = PublishProperties {
            content_type: content_type.map(str::to_owned),
            ..PublishProperties::default()
        };
        let options = PublishOptions::at_least_once().properties(properties);
        let topic = format!("gates/{source}/anpr");
        let notice = publisher.publish(&topic, body, options).await?;
        notice.wait_completion_async().await?;
        anyhow::Ok(())
    };

    // One message says what it is, of the other the subscription says it.
    let (named, unnamed) = (alert("29C-123.45")?, alert("29C-543.21")?);
    publish(CAMERA, named.clone(), Some(FORM)).await?;
    publish(OTHER_CAMERA, unnamed.clone(), None).await?;
    kept(&place, &[(CAMERA, &named), (OTHER_CAMERA, &unnamed)]).await?;

    // Without the folder a message waits at the broker.
    let away = Away::take(&place)?;
    let late = alert("29C-777.77")?;
    publish(CAMERA, late.clone(), Some(FORM)).await?;
    until("the folder is missed", PATIENCE, async || {
        Ok(hub.output().contains("images.disk"))
    })
    .await
    .with_context(|| hub.output())?;
    ensure!(logged(&place).await?.len() == 2, "logged without pictures");
    away.put_back()?;
    kept(
        &place,
        &[(CAMERA, &named), (CAMERA, &late), (OTHER_CAMERA, &unnamed)],
    )
    .await?;
    verified(&place).await?;
    stop(hub).await
}

#[tokio::test]
async fn a_camera_in_another_systems_topic_keeps_its_pictures_out_of_the_log() -> anyhow::Result<()>
{
    let Some(brokers) = variable("BORDERGATE_TEST_KAFKA") else {
        println!("skipped: BORDERGATE_TEST_KAFKA is not set");
        return Ok(());
    };
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    let foreign = Foreign::make(&brokers, 1).await?;
    let settings = format!(
        "[[bridge]]\nbrokers = {:?}\n[[bridge.topics]]\ntopic = {:?}\nsource_is_key = true\ncontent_type = {FORM:?}\n",
        foreign.brokers, foreign.topic
    );
    let door = format!("bridge {}/0", foreign.topic);
    let (named, unnamed) = (alert("29C-123.45")?, alert("29C-543.21")?);
    let send = async |source: &str, body: &[u8], headers: &[(&str, &str)]| {
        let sent = foreign.send_bytes(0, Some(source), Some(body), headers);
        sent.await
    };
    send(CAMERA, &named, &[("content-type", FORM)]).await?;
    let mut hub = serve(&place, &settings, &door, "open").await?;
    send(OTHER_CAMERA, &unnamed, &[]).await?;
    kept(&place, &[(CAMERA, &named), (OTHER_CAMERA, &unnamed)]).await?;

    // Without the folder the partition waits; a hub that is killed meanwhile begins at the same message.
    let away = Away::take(&place)?;
    let late = alert("29C-777.77")?;
    send(CAMERA, &late, &[]).await?;
    door_is(&place, &door, "images.disk", &hub).await?;
    hub.kill()?;
    ensure!(logged(&place).await?.len() == 2, "logged without pictures");
    away.put_back()?;
    let hub = serve(&place, &settings, &door, "open").await?;
    kept(
        &place,
        &[(CAMERA, &named), (CAMERA, &late), (OTHER_CAMERA, &unnamed)],
    )
    .await?;
    verified(&place).await?;
    stop(hub).await?;
    foreign.remove().await
}

/// Starts the hub with a file of settings and waits for a door.
async fn serve(place: &Place, settings: &str, door: &str, state: &str) -> anyhow::Result<Running> {
    let config = place.folder().join("hub.toml");
    fs::write(&config, settings)?;
    let config = config.to_str().context("a path in words")?;
    let hub = place.serve_with(&["--config", config]).await?;
    door_is(place, door, state, &hub).await?;
    Ok(hub)
}

async fn door_is(place: &Place, door: &str, state: &str, hub: &Running) -> anyhow::Result<()> {
    until(state, PATIENCE, async || {
        let health: Value = serde_json::from_str(&place.get("/healthz").await?)?;
        let doors = health["doors"].as_object().context("no doors")?;
        let mut named = doors.iter().filter(|(name, _)| name.starts_with(door));
        Ok(named.any(|(_, found)| found == state))
    })
    .await
    .with_context(|| hub.output())
}

/// Waits until exactly these messages were read, and checks of each that its two large pictures are kept and not logged,
/// that it comes back byte by byte and that its pictures are shown.
async fn kept(place: &Place, sent: &[(&str, &Vec<u8>)]) -> anyhow::Result<()> {
    let mut readings = Vec::new();
    until("every message is read", PATIENCE, async || {
        let page: Value = serde_json::from_str(&place.get("/v1/observations").await?)?;
        readings = page["observations"].as_array().context("a list")?.clone();
        Ok(readings.len() == sent.len())
    })
    .await
    .with_context(|| format!("{} of {}", readings.len(), sent.len()))?;
    let mut came = Vec::new();
    for reading in &readings {
        let (source, id) = (&reading["source_id"], &reading["record_id"]);
        let (source, id) = (source.as_str(), id.as_str().context("an id")?);
        let raw = ask(place, &format!("/v1/records/{id}/raw"), None).await?;
        came.push((source.context("a source")?.to_owned(), raw.bytes().await?));
        for (number, name) in ["vehicle.jpg", "plate.jpg", "small.jpg"].iter().enumerate() {
            let image = &images(place, id).await?[number];
            ensure!(image["is_detached"] == (*name != "small.jpg"), "{image}");
            let shown = ask(place, image["url"].as_str().context("a url")?, None).await?;
            ensure!(shown.bytes().await? == picture(name)?, "{name} is changed");
        }
    }
    for (source, body) in sent {
        let place = came
            .iter()
            .position(|(by, raw)| by == source && raw[..] == body[..]);
        came.swap_remove(place.with_context(|| format!("a body of {source} is changed"))?);
    }
    ensure!(files(place)?.len() == 2, "a picture is kept once");
    let small = picture("small.jpg")?.len();
    for record in logged(place).await? {
        ensure!(
            record.body.len() < small + 2000,
            "{} bytes",
            record.body.len()
        );
        ensure!(record.detached.is_some(), "{record:?}");
    }
    Ok(())
}

async fn verified(place: &Place) -> anyhow::Result<()> {
    let verified = place.run("verify", &["verify"], PATIENCE).await?;
    ensure!(verified.code == Some(0), "{verified:?}");
    Ok(())
}

/// A folder of pictures that a hub cannot write into: a file stands in its place.
struct Away {
    folder: PathBuf,
    aside: PathBuf,
}

impl Away {
    fn take(place: &Place) -> anyhow::Result<Self> {
        let folder = place.data_dir().join("images");
        let aside = place.data_dir().join("images-aside");
        fs::rename(&folder, &aside)?;
        fs::write(&folder, "")?;
        Ok(Self { folder, aside })
    }

    fn put_back(self) -> anyhow::Result<()> {
        fs::remove_file(&self.folder)?;
        Ok(fs::rename(&self.aside, &self.folder)?)
    }
}
