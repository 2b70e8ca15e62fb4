//! The log as one Kafka topic: a shard is a partition, the key is the gate, the headers are CloudEvents.
//!
//! Partitions are explicit on both sides: nothing is hashed, and no consumer group hands them out
//! (DESIGN.md, "Never lose, never count twice"). Offsets that count live in the hub's database; those of the
//! consumer group `bordergate` are shown to Kafka's tools and never read back.

mod admin;
mod client;
mod config;
mod consumer;
mod failure;
mod foreign;
mod headers;
mod producer;
mod reader;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bordergate_model::{Offset, RawRecord, Shard};
use rdkafka::consumer::Consumer as _;

use crate::{Error, EventLog, ShardReader, limit};
use consumer::{Consumers, LogConsumer};
use producer::Producer;
use reader::Reader;

pub use admin::{Finding, TopicReport, Topics};
pub use config::{KafkaConfig, SecurityConfig, SecurityProtocol};
pub use foreign::{ForeignMessage, ForeignReader, ForeignTopic};

/// How long a question to the brokers (offsets, metadata) may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// A log in one Kafka topic.
pub struct KafkaLog {
    topic: String,
    record_bytes: usize,
    /// As many partitions as the topic had when this was connected.
    shard_count: Shard,
    log_id: String,
    producer: Producer,
    consumers: Arc<Consumers>,
}

impl KafkaLog {
    /// Connects to the brokers and looks at the topic, which must exist.
    ///
    /// # Errors
    /// [`Error::Configuration`] when a setting cannot work, TLS or SASL is asked of a build without the feature
    /// `kafka-tls`, or the topic does not exist; [`Error::NoSuchShard`] when it has fewer partitions than
    /// `config.shards`; [`Error::Unreachable`] when no broker answers within 5 s.
    pub async fn connect(config: KafkaConfig) -> Result<Self, Error> {
        let producer = Producer::new(&config)?;
        let consumers = Arc::new(Consumers::new(&config)?);
        let topic = config.topic.clone();
        let (partition_count, cluster_id) = ask(&consumers, move |consumer| {
            let metadata = consumer.fetch_metadata(Some(&topic), ANSWER_WITHIN)?;
            let count = admin::partition_count(&metadata, &topic)?;
            Ok((count, consumer.client().fetch_cluster_id(ANSWER_WITHIN)))
        })
        .await?
        .map_err(|error| failure::of(&error, None))?;
        let Some(partition_count) = partition_count else {
            return Err(Error::Configuration {
                reason: format!(
                    "kafka.topic {} does not exist; create it with `bordergate topics create`",
                    config.topic
                ),
            });
        };
        let shard_count = Shard::try_from(partition_count).unwrap_or(Shard::MAX);
        if shard_count < config.shards {
            return Err(Error::NoSuchShard { shard: shard_count });
        }
        let cluster_id = cluster_id.ok_or_else(|| Error::Unreachable {
            reason: "the brokers did not tell their cluster id".to_owned(),
        })?;
        Ok(Self {
            log_id: format!("{cluster_id}/{}", config.topic),
            topic: config.topic,
            record_bytes: config.record_bytes,
            shard_count,
            producer,
            consumers,
        })
    }

    fn check_shard(&self, shard: Shard) -> Result<(), Error> {
        if shard < self.shard_count {
            Ok(())
        } else {
            Err(Error::NoSuchShard { shard })
        }
    }

    /// Returns the oldest offset kept and the one after the newest.
    async fn range(&self, shard: Shard) -> Result<(Offset, Offset), Error> {
        self.check_shard(shard)?;
        range(&self.consumers, &self.topic, shard).await
    }
}

#[async_trait]
impl EventLog for KafkaLog {
    async fn append(&self, shard: Shard, record: RawRecord) -> Result<Offset, Error> {
        self.check_shard(shard)?;
        limit::check(&record, self.record_bytes)?;
        self.producer.append(&self.topic, shard, record).await
    }

    async fn open(&self, shard: Shard, from: Offset) -> Result<Box<dyn ShardReader>, Error> {
        let (start, end) = self.range(shard).await?;
        if from < start || from > end {
            return Err(Error::OffsetGone {
                shard,
                offset: from,
                start,
                end,
            });
        }
        let reader = Reader::open(Arc::clone(&self.consumers), self.topic.clone(), shard, from)?;
        Ok(Box::new(reader))
    }

    async fn end(&self, shard: Shard) -> Result<Offset, Error> {
        Ok(self.range(shard).await?.1)
    }

    async fn start(&self, shard: Shard) -> Result<Offset, Error> {
        Ok(self.range(shard).await?.0)
    }

    async fn log_id(&self) -> Result<String, Error> {
        Ok(self.log_id.clone())
    }

    async fn show_progress(&self, shard: Shard, next_offset: Offset) -> Result<(), Error> {
        self.check_shard(shard)?;
        self.consumers
            .show_progress(&self.topic, shard, next_offset)
    }
}

/// Asks the brokers for what a partition keeps.
async fn range(
    consumers: &Arc<Consumers>,
    topic: &str,
    shard: Shard,
) -> Result<(Offset, Offset), Error> {
    let topic = topic.to_owned();
    ask(consumers, move |consumer| {
        consumer.fetch_watermarks(&topic, i32::from(shard), ANSWER_WITHIN)
    })
    .await?
    .map_err(|error| failure::of(&error, Some(shard)))
}

/// Runs a blocking question to the brokers where it blocks no other task.
async fn ask<T: Send + 'static>(
    consumers: &Arc<Consumers>,
    question: impl FnOnce(&LogConsumer) -> T + Send + 'static,
) -> Result<T, Error> {
    let consumer = consumers.first();
    tokio::task::spawn_blocking(move || question(&consumer))
        .await
        .map_err(|error| Error::Unreachable {
            reason: error.to_string(),
        })
}
