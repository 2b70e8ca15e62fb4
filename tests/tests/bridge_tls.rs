//! The Kafka bridge over TLS with a SCRAM login, on a broker that takes nothing else from it.
//!
//! Needs `BORDERGATE_BIN`, built with the feature `kafka-tls`, `BORDERGATE_TEST_KAFKA_JARS`, Java and openssl.

mod doors;
mod foreign;
mod own_broker;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use anyhow::ensure;
use bordergate_tests::{program_or_skip, until};

use doors::{Hub, PATIENCE, ticket};
use foreign::Foreign;
use own_broker::{OwnBroker, PASSWORD, USER};

/// Longer than a broker takes to start on a loaded machine.
const START: Duration = Duration::from_secs(90);

#[tokio::test]
async fn a_login_over_tls_reads_and_a_wrong_one_reads_nothing() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let hub = Hub::new(&program, &[])?;
    let password = hub.place.folder().join("password");
    let settings = |broker: &OwnBroker, topic: &str, ca: &str| {
        format!(
            "[[bridge]]\nbrokers = {:?}\nsecurity_protocol = \"sasl_ssl\"\nca_file = {ca:?}\n\
             sasl_mechanism = \"SCRAM-SHA-512\"\nusername = {USER:?}\npassword_file = {password:?}\n\
             [[bridge.topics]]\ntopic = {topic:?}\nsource = \"scale\"\n",
            broker.secure
        )
    };
    let say = |word: &str| -> anyhow::Result<()> {
        fs::write(&password, word)?;
        Ok(fs::set_permissions(
            &password,
            fs::Permissions::from_mode(0o600),
        )?)
    };
    let Some(broker) = OwnBroker::start_or_skip()? else {
        return Ok(());
    };
    let mut made = None;
    until("the broker takes a topic", START, async || {
        made = Foreign::make(&broker.plain, 1).await.ok();
        Ok(made.is_some())
    })
    .await?;
    let Some(foreign) = made else { return Ok(()) };
    foreign.send(0, None, Some(&ticket(1)), &[]).await?;
    hub.seed().await?;
    let ca = broker.authority().display().to_string();
    let right = settings(&broker, &foreign.topic, &ca);
    say(PASSWORD)?;

    fs::write(hub.settings()?, &right)?;
    let check = ["check-config", "--config", hub.settings()?];
    let checked = hub.place.run("check", &check, PATIENCE).await?;
    if checked.output.contains("feature `kafka-tls`") {
        println!("skipped: BORDERGATE_BIN is built without the feature kafka-tls");
        return Ok(());
    }
    ensure!(checked.code == Some(0), "{checked:?}");
    ensure!(
        checked.output.contains("the configuration is fine"),
        "{checked:?}"
    );

    let door = format!("bridge {}", foreign.topic);
    say("another password")?;
    let running = hub.serve(&right).await?;
    hub.door_is(&door, "bridge.unreachable").await?;
    let output = running.output();
    ensure!(output.contains("SASL authentication error"), "{output}");
    ensure!(!output.contains("another password"), "{output}");
    drop(running);

    say(PASSWORD)?;
    let other_ca = hub.place.folder().join("other.pem");
    let made = rcgen::generate_simple_self_signed(["elsewhere".to_owned()])?;
    fs::write(&other_ca, made.cert.pem())?;
    let untrusted = settings(&broker, &foreign.topic, &other_ca.display().to_string());
    let running = hub.serve(&untrusted).await?;
    hub.door_is(&door, "bridge.unreachable").await?;
    drop(running);
    let nothing = hub.serve("").await?;
    let bridge = hub.json("/v1/admin/bridge").await?;
    ensure!(
        bridge["partitions"].as_array().is_some_and(Vec::is_empty),
        "{bridge}"
    );
    drop(nothing);

    let _running = hub.serve(&right).await?;
    let ids = foreign.record_ids("scale", 0, [0])?;
    ensure!(hub.observed_once(&ids).await? == 0);
    Ok(())
}
