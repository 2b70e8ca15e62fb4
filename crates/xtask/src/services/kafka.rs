//! One Kafka broker that is its own controller (KRaft), on loopback, without TLS.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};

use super::instance::{Instance, free_port};
use super::jars;
use super::process::{Identity, start as start_process, wait_until_ready};
use super::tools::Tools;

/// Name of the service.
pub const NAME: &str = "kafka";

const READY_LIMIT: Duration = Duration::from_secs(90);
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// Starts a broker on the data that is there, or on a new cluster.
///
/// # Errors
/// When Java or the jars cannot be had, or the broker does not answer in time.
pub fn start(home: &Path, port_before: Option<u16>, tools: &Tools) -> anyhow::Result<Instance> {
    let java = tools
        .java
        .as_ref()
        .context("a Java 17 or newer runtime (java) is lacking")?;
    jars::KAFKA.ensure_fetched(home, tools)?;
    let folder = home.join(NAME);
    let (data, settings, log) = (
        folder.join("data"),
        folder.join("server.properties"),
        folder.join("server.log"),
    );
    let port = free_port(port_before)?;
    fs::create_dir_all(&folder).context("cannot make the folder of Kafka")?;
    fs::write(&settings, properties(port, free_port(None)?, &data))
        .context("cannot write the settings of Kafka")?;
    let class_path = jars::KAFKA.dir(home).join("*");
    if !data.join("meta.properties").is_file() {
        let cluster_id = storage_tool(java, &class_path, &["random-uuid"])?;
        let settings = settings
            .to_str()
            .context("the target folder has a name that is not UTF-8")?;
        storage_tool(
            java,
            &class_path,
            &["format", "-t", cluster_id.trim(), "-c", settings],
        )?;
    }
    let mut broker = Command::new(java);
    broker.args([
        "-Xms128m",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
    ]);
    broker
        .arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
        .arg("-cp")
        .arg(&class_path)
        .arg("kafka.Kafka")
        .arg(&settings);
    let mut child = start_process(&mut broker, &log)?;
    let identity = Identity::of(child.id());
    wait_until_ready(&mut child, READY_LIMIT, &log, || answers(port))?;
    let identity = identity.context("the broker has ended")?;
    Ok(Instance {
        address: format!("127.0.0.1:{port}"),
        port,
        identity,
        log,
        data: vec![data],
    })
}

/// Returns whether a broker on this port answers a metadata request and counts itself in.
pub fn answers(port: u16) -> bool {
    ask_for_brokers(port).is_ok_and(|answer| broker_count(&answer).is_some_and(|count| count > 0))
}

/// The settings of the broker: every internal topic small and with one replica, topics made by name only.
fn properties(port: u16, controller_port: u16, data: &Path) -> String {
    let lines = [
        "process.roles=broker,controller".to_owned(),
        "node.id=1".to_owned(),
        format!("controller.quorum.voters=1@127.0.0.1:{controller_port}"),
        format!("listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}"),
        format!("advertised.listeners=PLAINTEXT://127.0.0.1:{port}"),
        "controller.listener.names=CONTROLLER".to_owned(),
        "inter.broker.listener.name=PLAINTEXT".to_owned(),
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT".to_owned(),
        format!("log.dirs={}", data.display()),
        "auto.create.topics.enable=false".to_owned(),
        "group.initial.rebalance.delay.ms=0".to_owned(),
        "offsets.topic.num.partitions=4".to_owned(),
        "offsets.topic.replication.factor=1".to_owned(),
        "transaction.state.log.num.partitions=4".to_owned(),
        "transaction.state.log.replication.factor=1".to_owned(),
        "transaction.state.log.min.isr=1".to_owned(),
        "share.coordinator.state.topic.num.partitions=4".to_owned(),
        "share.coordinator.state.topic.replication.factor=1".to_owned(),
        "share.coordinator.state.topic.min.isr=1".to_owned(),
    ];
    lines.join("\n") + "\n"
}

/// Runs Kafka's tool for data folders; returns what it prints.
fn storage_tool(java: &Path, class_path: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(java)
        .args([
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
        ])
        .arg(class_path)
        .arg("kafka.tools.StorageTool")
        .args(arguments)
        .output()
        .context("cannot run java")?;
    if !output.status.success() {
        bail!(
            "kafka.tools.StorageTool {} failed:\n{}{}",
            arguments[0],
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    String::from_utf8(output.stdout)
        .context("kafka.tools.StorageTool printed something that is not UTF-8")
}

/// Sends a metadata request (key 3, version 1) about no topic; returns the answer without its length.
/// Source: the protocol guide of Apache Kafka, request header version 1.
fn ask_for_brokers(port: u16) -> std::io::Result<Vec<u8>> {
    const REQUEST: [u8; 18] = [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 7, 0xff, 0xff, 0, 0, 0, 0];
    let mut stream =
        TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), PROBE_LIMIT)?;
    stream.set_read_timeout(Some(PROBE_LIMIT))?;
    stream.write_all(&REQUEST)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut answer = Vec::new();
    stream
        .take(u64::from(u32::from_be_bytes(length)))
        .read_to_end(&mut answer)?;
    Ok(answer)
}

/// Returns the count of brokers in an answer: it follows the number that pairs answers with requests.
fn broker_count(answer: &[u8]) -> Option<i32> {
    Some(i32::from_be_bytes(answer.get(4..8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_that_is_not_counted_in_yet_is_not_ready() {
        for (answer, count) in [
            (&[0, 0, 0, 7, 0, 0, 0, 1, 0, 0][..], Some(1)),
            (&[0, 0, 0, 7, 0, 0, 0, 0][..], Some(0)),
            (&[0, 0, 0, 7, 0][..], None),
        ] {
            assert_eq!(broker_count(answer), count, "{answer:?}");
        }
    }

    #[test]
    fn the_broker_listens_on_loopback_only() {
        let text = properties(19_092, 19_093, Path::new("/data"));
        for line in text
            .lines()
            .filter(|line| line.contains("listeners=") || line.contains("voters"))
        {
            for address in line
                .split(',')
                .filter(|part| part.contains("://") || part.contains('@'))
            {
                assert!(address.contains("127.0.0.1:1909"), "{address}");
            }
        }
        assert!(text.contains("log.dirs=/data\n"));
    }
}
