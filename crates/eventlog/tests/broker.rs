//! A broker that is killed and comes back: what that means for those who append and read.
//!
//! The broker is started here, from the jars in the folder that `BORDERGATE_TEST_KAFKA_JARS` names, and belongs to
//! this test alone.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bordergate_eventlog::kafka::{KafkaConfig, KafkaLog, Topics};
use bordergate_eventlog::{EventLog, RunLimit};
use bordergate_model::{GateId, Offset, RawRecord, RecordId, SourceId};
use tempfile::TempDir;
use tokio::time::Instant;
use uuid::Uuid;

/// Longer than a broker takes to start on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(90);
const APPEND_TIMEOUT: Duration = Duration::from_secs(3);

struct Broker {
    jars: PathBuf,
    dir: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Broker {
    fn prepare(jars: PathBuf) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let (port, controller) = (free_port(), free_port());
        let settings = format!(
            "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:{controller}\n\
             listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
             controller.listener.names=CONTROLLER\noffsets.topic.replication.factor=1\nlog.dirs={}\n",
            dir.path().join("data").display()
        );
        fs::write(dir.path().join("server.properties"), settings).expect("written");
        let broker = Self {
            jars,
            dir,
            port,
            process: None,
        };
        let formatted = broker
            .java("kafka.tools.StorageTool")
            .args(["format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c"])
            .arg(broker.dir.path().join("server.properties"))
            .status()
            .expect("java runs");
        assert!(formatted.success());
        broker
    }

    fn java(&self, class: &str) -> Command {
        let mut command = Command::new("java");
        command
            .args([
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
            ])
            .arg(self.jars.join("*"))
            .arg(class)
            .current_dir(self.dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn start(&mut self) {
        let settings = self.dir.path().join("server.properties");
        self.process = Some(
            self.java("kafka.Kafka")
                .arg(settings)
                .spawn()
                .expect("java runs"),
        );
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("killed");
            process.wait().expect("gone");
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn record(text: &str) -> RawRecord {
    RawRecord {
        record_id: RecordId(Uuid::new_v4()),
        source_id: SourceId::parse("hn-scale-1").expect("a plain name"),
        source_version: 1,
        gate_id: Some(GateId::parse("huu-nghi").expect("a plain name")),
        format: "weighbridge-json".to_owned(),
        content_type: "application/json".to_owned(),
        received_at: "2026-11-16T07:00:00Z".parse().expect("a timestamp"),
        is_replay: false,
        traceparent: None,
        device_headers: Vec::new(),
        redrive_of: None,
        detached: None,
        routed_from: None,
        body: text.to_owned().into(),
    }
}

/// Appends until the log takes it, and returns its offset.
async fn append_at_last(log: &KafkaLog, text: &str) -> Offset {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match log.append(0, record(text)).await {
            Ok(offset) => return offset,
            Err(error) => assert_eq!(error.code(), "log.unreachable", "{error}"),
        }
        assert!(Instant::now() < deadline, "the log never came back");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_comes_back_is_appended_to_and_read_on() {
    #[allow(
        clippy::disallowed_methods,
        reason = "a test program has no configuration"
    )]
    let jars = std::env::var_os("BORDERGATE_TEST_KAFKA_JARS").map(PathBuf::from);
    let Some(jars) = jars.filter(|jars| Path::is_dir(jars)) else {
        println!("skipped: BORDERGATE_TEST_KAFKA_JARS names no folder with Kafka's jars");
        return;
    };
    let mut broker = Broker::prepare(jars);
    broker.start();
    let config = KafkaConfig {
        brokers: format!("127.0.0.1:{}", broker.port),
        shards: 1,
        append_timeout_ms: 3000,
        ..KafkaConfig::default()
    };
    let topics = Topics::new(config.clone()).expect("settings that work");
    let deadline = Instant::now() + PATIENCE;
    while topics.create().await.is_err() {
        assert!(Instant::now() < deadline, "the broker did not start");
    }
    let log = loop {
        match KafkaLog::connect(config.clone()).await {
            Ok(log) => break log,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
    };
    let mut reader = log.open(0, 0).await.expect("opened");
    let mut acknowledged = vec![(
        log.append(0, record("before")).await.expect("appended"),
        "before",
    )];

    broker.kill();
    let began = Instant::now();
    let error = log
        .append(0, record("lost"))
        .await
        .expect_err("nobody acknowledges");
    assert_eq!(error.code(), "log.unreachable");
    assert!(
        began.elapsed() < APPEND_TIMEOUT * 3,
        "given up after {:?}",
        began.elapsed()
    );
    assert_eq!(
        log.end(0).await.expect_err("nobody answers").code(),
        "log.unreachable"
    );

    broker.start();
    for text in ["after", "and on"] {
        acknowledged.push((append_at_last(&log, text).await, text));
    }
    let mut read = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    while read.last().map(|(_, body)| body) != Some(&"and on".to_owned()) {
        assert!(
            Instant::now() < deadline,
            "the reader went no further than {read:?}"
        );
        let limit = RunLimit {
            records: 100,
            body_bytes: usize::MAX,
        };
        if let Ok(run) = reader.next_run(limit, Duration::from_secs(1)).await {
            read.extend(run.into_iter().map(|logged| {
                (
                    logged.offset,
                    String::from_utf8_lossy(&logged.record.body).into_owned(),
                )
            }));
        }
    }
    assert!(read.is_sorted_by_key(|(offset, _)| *offset), "{read:?}");
    for (offset, text) in acknowledged {
        let times = read
            .iter()
            .filter(|(at, body)| *at == offset && body == text)
            .count();
        assert_eq!(times, 1, "{text:?} at {offset} in {read:?}");
    }
}
