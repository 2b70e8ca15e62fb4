//! Topics of other systems: their messages as they are, from an offset that is kept elsewhere.
//!
//! Partitions are assigned explicitly; no consumer group hands them out and no offset is committed to one. Other
//! systems may have larger messages than a hub takes: they are read all the same, so that someone can say so.

use std::sync::Arc;
use std::time::Duration;

use bordergate_model::{Offset, Shard};
use bytes::Bytes;
use rdkafka::consumer::Consumer as _;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::client::Listener;
use super::consumer::{Assigned, Consumers, LogConsumer};
use super::{ANSWER_WITHIN, KafkaConfig, SecurityConfig, admin, ask, failure, range};
use crate::{Error, RunLimit};

/// How long a reader sleeps at most before it looks at its queue by itself.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A message of another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignMessage {
    /// Its offset in the partition.
    pub offset: Offset,
    /// Its key; `None` when it has none.
    pub key: Option<Bytes>,
    /// Its value; `None` for a tombstone.
    pub value: Option<Bytes>,
    /// Its headers in order; one without a value has an empty one.
    pub headers: Vec<(String, Bytes)>,
}

/// One topic of another system.
pub struct ForeignTopic {
    topic: String,
    cluster_id: String,
    consumers: Arc<Consumers>,
}

impl ForeignTopic {
    /// Connects to the brokers; the topic need not exist yet.
    ///
    /// # Errors
    /// [`Error::Configuration`] when a setting cannot work, or the brokers refuse the login;
    /// [`Error::Unreachable`] when no broker answers within 5 s.
    pub async fn connect(
        brokers: &str,
        topic: &str,
        security: SecurityConfig,
    ) -> Result<Self, Error> {
        let config = KafkaConfig {
            brokers: brokers.to_owned(),
            topic: topic.to_owned(),
            security,
            ..KafkaConfig::default()
        };
        let consumers = Arc::new(Consumers::foreign(&config)?);
        let cluster_id = ask(&consumers, |consumer| {
            // The metadata says why nobody answers, which the cluster's id alone does not.
            consumer.fetch_metadata(None, ANSWER_WITHIN)?;
            Ok(consumer.client().fetch_cluster_id(ANSWER_WITHIN))
        })
        .await?
        .map_err(|error| failure::of(&error, None))?
        .ok_or_else(|| Error::Unreachable {
            reason: "the brokers did not tell their cluster id".to_owned(),
        })?;
        Ok(Self {
            topic: topic.to_owned(),
            cluster_id,
            consumers,
        })
    }

    /// Returns the id of the brokers' cluster.
    #[must_use]
    pub fn cluster_id(&self) -> &str {
        &self.cluster_id
    }

    /// Returns how many partitions the topic has now; `None` when there is no such topic, or none to be seen.
    ///
    /// # Errors
    /// [`Error::Unreachable`]; [`Error::Configuration`] when the brokers refuse to tell.
    pub async fn partition_count(&self) -> Result<Option<Shard>, Error> {
        let topic = self.topic.clone();
        let count = ask(&self.consumers, move |consumer| {
            let metadata = consumer.fetch_metadata(Some(&topic), ANSWER_WITHIN)?;
            admin::partition_count(&metadata, &topic)
        })
        .await?
        .map_err(|error| failure::of(&error, None))?;
        Ok(count.map(|count| Shard::try_from(count).unwrap_or(Shard::MAX)))
    }

    /// Returns the oldest offset a partition keeps and the one after the newest.
    ///
    /// # Errors
    /// [`Error::Unreachable`]; [`Error::NoSuchShard`].
    pub async fn range(&self, partition: Shard) -> Result<(Offset, Offset), Error> {
        range(&self.consumers, &self.topic, partition).await
    }

    /// Opens a partition at an offset that it keeps. A partition is opened once at a time.
    ///
    /// # Errors
    /// [`Error::Unreachable`]; [`Error::NoSuchShard`].
    pub fn open(&self, partition: Shard, from: Offset) -> Result<ForeignReader, Error> {
        let Assigned {
            consumer,
            mut queue,
        } = self.consumers.assign(&self.topic, partition, from)?;
        let arrived = Arc::new(Notify::new());
        let bell = Arc::clone(&arrived);
        queue.set_nonempty_callback(move || bell.notify_one());
        Ok(ForeignReader {
            consumers: Arc::clone(&self.consumers),
            consumer,
            queue: Some(queue),
            arrived,
            topic: self.topic.clone(),
            partition,
            next: from,
        })
    }
}

/// Reads one partition in order. Dropping it closes the partition.
pub struct ForeignReader {
    consumers: Arc<Consumers>,
    consumer: Arc<LogConsumer>,
    /// `None` only while it is being dropped.
    queue: Option<PartitionQueue<Listener>>,
    arrived: Arc<Notify>,
    topic: String,
    partition: Shard,
    /// The offset that the next message has at the least.
    next: Offset,
}

impl ForeignReader {
    /// Returns the next messages in order: those at hand as soon as there is one, and none when none came within
    /// `wait`. The last one may pass `limit.body_bytes`. Offsets may have holes, where a topic is compacted or a
    /// transaction ended; messages of aborted transactions are not seen.
    ///
    /// # Errors
    /// [`Error::OffsetGone`] when the next message was deleted, [`Error::NoSuchShard`], [`Error::Corrupt`] when the
    /// broker sends what fails its checksum, [`Error::Unreachable`] and [`Error::Configuration`]. After any of
    /// them open the partition again: messages taken before it may be lost with it.
    pub async fn next_run(
        &mut self,
        limit: RunLimit,
        wait: Duration,
    ) -> Result<Vec<ForeignMessage>, Error> {
        let deadline = Instant::now() + wait;
        loop {
            let run = match self.take(limit) {
                Ok(run) => run,
                Err(error) => return Err(self.meaning(&error).await),
            };
            let now = Instant::now();
            if !run.is_empty() || now >= deadline {
                return Ok(run);
            }
            // Whether the bell rang or the time is up: the queue knows.
            let _ = timeout_at(deadline.min(now + LOOK_EVERY), self.arrived.notified()).await;
        }
    }

    fn take(&mut self, limit: RunLimit) -> KafkaResult<Vec<ForeignMessage>> {
        let mut run = Vec::new();
        let mut body_bytes = 0;
        let Some(queue) = &self.queue else {
            return Ok(run);
        };
        while run.len() < limit.records.max(1) && body_bytes < limit.body_bytes.max(1) {
            match queue.poll(Duration::ZERO) {
                None => break,
                // Left over from before this opening.
                Some(Ok(message)) if message.offset() < self.next => {}
                Some(Ok(message)) => {
                    self.next = message.offset() + 1;
                    body_bytes += message.payload_len();
                    run.push(read(&message));
                }
                Some(Err(error)) => return Err(error),
            }
        }
        Ok(run)
    }

    async fn meaning(&self, error: &KafkaError) -> Error {
        let (shard, offset) = (self.partition, self.next);
        match error.rdkafka_error_code() {
            Some(Code::AutoOffsetReset | Code::OffsetOutOfRange) => {
                match range(&self.consumers, &self.topic, shard).await {
                    Ok((start, end)) => Error::OffsetGone {
                        shard,
                        offset,
                        start,
                        end,
                    },
                    Err(error) => error,
                }
            }
            Some(Code::BadMessage) => Error::Corrupt {
                shard,
                offset,
                reason: error.to_string(),
            },
            _ => failure::of(error, Some(shard)),
        }
    }
}

impl Drop for ForeignReader {
    fn drop(&mut self) {
        self.queue = None;
        self.consumers
            .unassign(&self.topic, self.partition, &self.consumer);
    }
}

fn read(message: &BorrowedMessage<'_>) -> ForeignMessage {
    let headers = message.headers().map_or_else(Vec::new, |headers| {
        let headers = headers.iter();
        headers
            .map(|header| {
                let value = header.value.map_or_else(Bytes::new, Bytes::copy_from_slice);
                (header.key.to_owned(), value)
            })
            .collect()
    });
    ForeignMessage {
        offset: message.offset(),
        key: message.key().map(Bytes::copy_from_slice),
        value: message.payload().map(Bytes::copy_from_slice),
        headers,
    }
}
