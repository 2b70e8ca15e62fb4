//! The log on Kafka: the rules of every log, and what a topic promises to Kafka's own tools.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bordergate_eventlog::kafka::{KafkaConfig, KafkaLog, Topics};
use bordergate_eventlog::{EventLog, RunLimit};
use bordergate_model::{Offset, Shard};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::topic_partition_list::TopicPartitionList;
use tokio::time::Instant;
use uuid::Uuid;

use crate::bench::{Bench, RECORD_BYTES, SHARDS};
use crate::records::{odd, plain};
use crate::rules::{read, rules};

struct Kafka {
    config: KafkaConfig,
}

impl Kafka {
    fn topics(&self) -> Topics {
        Topics::new(self.config.clone()).expect("settings that work")
    }

    fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &self.config.brokers);
        client
    }

    async fn end(self) {
        self.topics()
            .delete()
            .await
            .expect("the topic of this test is removed");
    }
}

#[async_trait]
impl Bench for Kafka {
    async fn open(&self) -> Arc<dyn EventLog> {
        Arc::new(
            KafkaLog::connect(self.config.clone())
                .await
                .expect("connected"),
        )
    }

    async fn forget_below(&self, shard: Shard, offset: Offset) {
        let admin: AdminClient<DefaultClientContext> = self.client().create().expect("a client");
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(
            &self.config.topic,
            i32::from(shard),
            rdkafka::Offset::Offset(offset),
        )
        .expect("an offset");
        admin
            .delete_records(&list, &AdminOptions::new())
            .await
            .expect("deleted");
    }
}

/// The settings for a topic of its own, or `None`, said, when there is no broker.
fn config() -> Option<KafkaConfig> {
    #[allow(
        clippy::disallowed_methods,
        reason = "a test program has no configuration"
    )]
    let brokers = std::env::var("BORDERGATE_TEST_KAFKA").ok();
    let Some(brokers) = brokers else {
        println!("skipped: no Kafka broker is named by BORDERGATE_TEST_KAFKA");
        return None;
    };
    Some(KafkaConfig {
        brokers,
        topic: format!("bordergate.test.{}", Uuid::new_v4().simple()),
        shards: SHARDS,
        record_bytes: RECORD_BYTES,
        ..KafkaConfig::default()
    })
}

async fn bench() -> Option<Kafka> {
    let bench = Kafka { config: config()? };
    let report = bench.topics().create().await.expect("made");
    assert!(report.is_new, "{report}");
    // The brokers answer before each of them knows the topic.
    let deadline = Instant::now() + Duration::from_secs(20);
    while !bench
        .topics()
        .findings()
        .await
        .expect("looked at")
        .is_empty()
    {
        assert!(Instant::now() < deadline, "the topic did not appear");
    }
    Some(bench)
}

rules!(bench);

#[tokio::test]
async fn kcat_shows_the_payload_as_it_came_and_the_headers() {
    if Command::new("kcat").arg("-V").output().is_err() {
        println!("skipped: kcat is not installed");
        return;
    }
    let Some(bench) = bench().await else { return };
    let log = bench.open().await;
    let mut record = odd().remove(0);
    record.body = "{\"plate\": \"12C-123.45\"}".into();
    log.append(2, record.clone()).await.expect("appended");
    let shown = Command::new("kcat")
        .args([
            "-b",
            &bench.config.brokers,
            "-t",
            &bench.config.topic,
            "-p",
            "2",
            "-o",
            "beginning",
            "-e",
            "-q",
        ])
        .args(["-C", "-f", "%k\n%s\n%h\n"])
        .output()
        .expect("kcat runs");
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..2],
        ["huu-nghi", "{\"plate\": \"12C-123.45\"}"],
        "{text}"
    );
    for header in [
        "ce_specversion=1.0".to_owned(),
        format!("ce_id={}", record.record_id),
        "ce_source=hn-cam-in-1".to_owned(),
        "ce_type=weighbridge-json".to_owned(),
        "ce_time=2026-11-16T07:00:00.123456789Z".to_owned(),
        "ce_gate=huu-nghi".to_owned(),
        "ce_replay=true".to_owned(),
        "device-ce-ngay=Th\u{1ee9} Hai \u{1f69b}".to_owned(),
    ] {
        assert!(
            lines[2].contains(&header),
            "{header} is not in {}",
            lines[2]
        );
    }
    drop(log);
    bench.end().await;
}

#[tokio::test]
async fn a_tick_has_no_key() {
    let Some(bench) = bench().await else { return };
    let log = bench.open().await;
    log.append(0, odd().remove(1)).await.expect("appended");
    let consumer: BaseConsumer = bench
        .client()
        .set("group.id", "test")
        .create()
        .expect("a consumer");
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(&bench.config.topic, 0, rdkafka::Offset::Beginning)
        .expect("an offset");
    consumer.assign(&list).expect("assigned");
    let message = consumer
        .poll(Duration::from_secs(20))
        .expect("a message")
        .expect("no error");
    assert!(rdkafka::Message::key(&message).is_none());
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_is_seen_by_kafkas_tools() {
    let Some(bench) = bench().await else { return };
    let log = bench.open().await;
    log.append(1, plain("a")).await.expect("appended");
    log.show_progress(1, 1).await.expect("shown");
    let tools: BaseConsumer = bench
        .client()
        .set("group.id", "bordergate")
        .create()
        .expect("a consumer");
    let mut list = TopicPartitionList::new();
    list.add_partition(&bench.config.topic, 1);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let seen = tools
            .committed_offsets(list.clone(), Duration::from_secs(10))
            .expect("an answer");
        if seen.elements()[0].offset() == rdkafka::Offset::Offset(1) {
            break;
        }
        assert!(Instant::now() < deadline, "{seen:?}");
    }
    bench.end().await;
}

#[tokio::test]
async fn a_foreign_message_stands_in_the_way_and_is_named() {
    let Some(bench) = bench().await else { return };
    let log = bench.open().await;
    log.append(0, plain("ours")).await.expect("appended");
    let foreign: FutureProducer = bench.client().create().expect("a producer");
    foreign
        .send(
            FutureRecord::<str, str>::to(&bench.config.topic)
                .partition(0)
                .payload("theirs"),
            Duration::ZERO,
        )
        .await
        .expect("sent");
    let mut reader = log.open(0, 0).await.expect("opened");
    assert_eq!(read(reader.as_mut(), 1).await[0].record.body, "ours");
    let any = RunLimit {
        records: 10,
        body_bytes: usize::MAX,
    };
    for _ in 0..2 {
        let error = reader
            .next_run(any, Duration::from_secs(20))
            .await
            .expect_err("no record of a hub");
        assert_eq!(
            error.to_string(),
            "offset 1 of shard 0 cannot be decoded: ce_specversion is missing"
        );
    }
    drop(reader);
    bench.end().await;
}

#[tokio::test]
async fn a_topic_that_is_not_as_configured_is_found_out() {
    let Some(bench) = bench().await else { return };
    let topics = |config: KafkaConfig| Topics::new(config).expect("settings that work");
    let again = bench.topics().create().await.expect("examined");
    assert!(!again.is_new && again.findings.is_empty(), "{again}");
    let more = KafkaConfig {
        shards: SHARDS + 1,
        record_bytes: RECORD_BYTES * 2,
        min_insync_replicas: 2,
        replication_factor: 3,
        ..bench.config.clone()
    };
    let found = topics(more.clone()).findings().await.expect("examined");
    let kinds: Vec<bool> = found.iter().map(|finding| finding.is_error).collect();
    assert_eq!(kinds, [true, true, false, false], "{found:?}");
    let error = KafkaLog::connect(more)
        .await
        .err()
        .expect("a shard is missing");
    assert_eq!(error.code(), "log.no_such_shard");

    let short = KafkaConfig {
        topic: format!("{}.short", bench.config.topic),
        retention_days: Some(1),
        ..bench.config.clone()
    };
    topics(short.clone()).create().await.expect("made");
    let for_ever = KafkaConfig {
        retention_days: None,
        ..short
    };
    let found = topics(for_ever.clone())
        .create()
        .await
        .expect("examined")
        .findings;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        !found[0].is_error && found[0].message.contains("retention.ms = 86400000"),
        "{found:?}"
    );
    topics(for_ever).delete().await.expect("removed");
    bench.end().await;
}

#[tokio::test]
async fn a_topic_that_does_not_exist_is_named() {
    let Some(config) = config() else { return };
    let error = KafkaLog::connect(config.clone())
        .await
        .err()
        .expect("no topic");
    assert_eq!(error.code(), "log.configuration");
    assert!(
        error.to_string().contains("bordergate topics create"),
        "{error}"
    );
    let found = Topics::new(config)
        .expect("settings that work")
        .findings()
        .await
        .expect("looked for");
    assert!(
        found[0].is_error && found[0].message.contains("does not exist"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_unreachable() {
    let config = KafkaConfig {
        brokers: "127.0.0.1:1".to_owned(),
        ..KafkaConfig::default()
    };
    let error = KafkaLog::connect(config)
        .await
        .err()
        .expect("nobody listens there");
    assert_eq!(error.code(), "log.unreachable");
}
