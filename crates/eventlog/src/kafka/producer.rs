//! Appending: idempotent, acknowledged by all in-sync replicas, to an explicit partition.
//!
//! librdkafka numbers the messages of each partition, so a retry is stored once and in order. When it gives up
//! on that order for good (a fatal error), the producer is made anew; what was under way fails and is told so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bordergate_model::{Offset, RawRecord, Shard};
use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};

use super::client::Listener;
use super::{KafkaConfig, failure, headers};
use crate::Error;

type LogProducer = FutureProducer<Listener>;

/// Most bytes that wait to be sent; callers are held back beyond it.
const QUEUE_KBYTES: &str = "262144";

/// The process's one producer.
pub(super) struct Producer {
    shared: Arc<Shared>,
}

struct Shared {
    client: ClientConfig,
    append_timeout: Duration,
    current: Mutex<LogProducer>,
}

impl Producer {
    /// Makes the producer; connects in the background.
    pub(super) fn new(config: &KafkaConfig) -> Result<Self, Error> {
        let append_timeout_ms = config.append_timeout_ms.max(1000);
        let mut client = config.client()?;
        client
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("message.timeout.ms", append_timeout_ms.to_string())
            .set(
                "request.timeout.ms",
                append_timeout_ms.min(10_000).to_string(),
            )
            .set("compression.codec", "lz4")
            // Senders wait for their receipt: a short linger fills batches without being felt.
            .set("linger.ms", "2")
            .set("queue.buffering.max.kbytes", QUEUE_KBYTES)
            // A topic that does not exist is told after 5 s instead of 30 s.
            .set("topic.metadata.propagation.max.ms", "5000");
        let current = make(&client)?;
        Ok(Self {
            shared: Arc::new(Shared {
                client,
                append_timeout: Duration::from_millis(append_timeout_ms),
                current: Mutex::new(current),
            }),
        })
    }

    /// Appends a record and returns its offset once all in-sync replicas have it.
    pub(super) async fn append(
        &self,
        topic: &str,
        shard: Shard,
        record: RawRecord,
    ) -> Result<Offset, Error> {
        let shared = Arc::clone(&self.shared);
        let topic = topic.to_owned();
        // A task of its own: a caller that hangs up cannot cancel it.
        tokio::spawn(async move { shared.append(&topic, shard, &record).await })
            .await
            .map_err(|error| Error::Unreachable {
                reason: error.to_string(),
            })?
    }
}

impl Shared {
    async fn append(&self, topic: &str, shard: Shard, record: &RawRecord) -> Result<Offset, Error> {
        let producer = self.current();
        let mut message = FutureRecord::<str, [u8]>::to(topic)
            .partition(i32::from(shard))
            .payload(&record.body)
            .headers(headers::encode(record));
        message.key = headers::key(record);
        match producer.send(message, self.append_timeout).await {
            Ok(delivery) => Ok(delivery.offset),
            Err((error, _)) => {
                self.replace_if_fatal(&producer)?;
                Err(failure::of_append(&error, shard, record.body.len()))
            }
        }
    }

    fn current(&self) -> LogProducer {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Makes the producer anew when it can no longer be used, once for all who find it so.
    fn replace_if_fatal(&self, used: &LogProducer) -> Result<(), Error> {
        let Some((code, reason)) = used.client().fatal_error() else {
            return Ok(());
        };
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.client().native_ptr() == used.client().native_ptr() {
            tracing::error!(
                "the Kafka producer failed for good ({code}: {reason}) and is made anew"
            );
            *current = make(&self.client)?;
        }
        Err(Error::Unreachable { reason })
    }
}

fn make(client: &ClientConfig) -> Result<LogProducer, Error> {
    client
        .create_with_context(Listener)
        .map_err(|error| failure::of(&error, None))
}
