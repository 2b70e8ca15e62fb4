//! The process's consumer, and which shards are open on it.
//!
//! A shard is added with `incremental_assign` at its offset and read from a queue of its own; a plain second
//! `assign` would read the other shards again from where they began. One consumer can have a shard open once: whoever
//! opens it a second time (to show a record as evidence while it is processed) gets a further consumer.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bordergate_model::{Offset, Shard};
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::{ClientConfig, Offset as At};

use super::client::Listener;
use super::{KafkaConfig, failure};
use crate::Error;

/// A consumer whose words go to the traces.
pub(super) type LogConsumer = BaseConsumer<Listener>;

/// The consumer group whose offsets Kafka's tools look at.
const GROUP: &str = "bordergate";
/// The group that readers of other systems' topics name when they connect; it keeps nothing.
const FOREIGN_GROUP: &str = "bordergate-bridge";
/// Most bytes of one answer with a message of another system: its limits are not ours.
const FOREIGN_ANSWER_BYTES: usize = 1024 * 1024 * 1024;
/// How long the serving thread waits for an event; also how soon it notices that the consumer is gone.
const SERVE_EVERY: Duration = Duration::from_millis(200);
/// Bytes that one fetch brings at most, unless one record is larger.
const FETCH_BYTES: usize = 16 * 1024 * 1024;
/// Further consumers kept for the next who need one.
const SPARE_CONSUMERS: usize = 1;

/// The consumers of this process: the first, and further ones while shards are open more than once.
pub(super) struct Consumers {
    client: ClientConfig,
    first: Arc<LogConsumer>,
    all: Mutex<Vec<Open>>,
}

struct Open {
    consumer: Arc<LogConsumer>,
    shards: HashSet<Shard>,
}

/// One shard open on one consumer.
pub(super) struct Assigned {
    pub(super) consumer: Arc<LogConsumer>,
    pub(super) queue: PartitionQueue<Listener>,
}

impl Consumers {
    /// Makes the first consumer of the log; connects in the background.
    pub(super) fn new(config: &KafkaConfig) -> Result<Self, Error> {
        let answer_bytes = fetch_bytes(config) + 1024 * 1024;
        Self::of(config, GROUP, answer_bytes)
    }

    /// Makes the first consumer of another system's topic; connects in the background.
    pub(super) fn foreign(config: &KafkaConfig) -> Result<Self, Error> {
        Self::of(config, FOREIGN_GROUP, FOREIGN_ANSWER_BYTES)
    }

    fn of(config: &KafkaConfig, group: &str, answer_bytes: usize) -> Result<Self, Error> {
        let mut client = config.client()?;
        client
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("allow.auto.create.topics", "false")
            .set("check.crcs", "true")
            .set("isolation.level", "read_committed")
            .set("fetch.max.bytes", fetch_bytes(config).to_string())
            .set("receive.message.max.bytes", answer_bytes.to_string())
            // Per shard; the default of 64 MiB would take half a gigabyte while eight shards are read again.
            .set("queued.max.messages.kbytes", "16384")
            // A shard added while a fetch waits is read from the next fetch on.
            .set("fetch.wait.max.ms", "100")
            .set("fetch.error.backoff.ms", "100");
        let first = make(&client)?;
        let all = vec![Open {
            consumer: Arc::clone(&first),
            shards: HashSet::new(),
        }];
        Ok(Self {
            client,
            first,
            all: Mutex::new(all),
        })
    }

    /// Returns the consumer that answers questions.
    pub(super) fn first(&self) -> Arc<LogConsumer> {
        Arc::clone(&self.first)
    }

    /// Opens a shard at an offset, on a consumer that does not have it open.
    pub(super) fn assign(
        &self,
        topic: &str,
        shard: Shard,
        from: Offset,
    ) -> Result<Assigned, Error> {
        let mut all = self.all();
        let index = match all.iter().position(|open| !open.shards.contains(&shard)) {
            Some(index) => index,
            None => {
                all.push(Open {
                    consumer: make(&self.client)?,
                    shards: HashSet::new(),
                });
                all.len() - 1
            }
        };
        let open = &mut all[index];
        // The queue is split off first: no message of the shard ever lands in the common queue.
        let queue = open
            .consumer
            .split_partition_queue(topic, i32::from(shard))
            .ok_or(Error::NoSuchShard { shard })?;
        let place = place(topic, shard, from)?;
        open.consumer
            .incremental_assign(&place)
            .map_err(|error| failure::of(&error, Some(shard)))?;
        open.shards.insert(shard);
        Ok(Assigned {
            consumer: Arc::clone(&open.consumer),
            queue,
        })
    }

    /// Closes a shard on the consumer that [`Self::assign`] gave.
    pub(super) fn unassign(&self, topic: &str, shard: Shard, consumer: &Arc<LogConsumer>) {
        let mut all = self.all();
        let mut list = TopicPartitionList::new();
        list.add_partition(topic, i32::from(shard));
        if let Err(error) = consumer.incremental_unassign(&list) {
            tracing::warn!("shard {shard} could not be closed: {error}");
        }
        for open in all.iter_mut() {
            if Arc::ptr_eq(&open.consumer, consumer) {
                open.shards.remove(&shard);
            }
        }
        let mut spare_count = 0;
        all.retain(|open| {
            let is_spare = open.shards.is_empty() && !Arc::ptr_eq(&open.consumer, &self.first);
            spare_count += usize::from(is_spare);
            !is_spare || spare_count <= SPARE_CONSUMERS
        });
    }

    /// Commits an offset to the group without waiting; a failure later is only a warning.
    pub(super) fn show_progress(
        &self,
        topic: &str,
        shard: Shard,
        next_offset: Offset,
    ) -> Result<(), Error> {
        self.first
            .commit(&place(topic, shard, next_offset)?, CommitMode::Async)
            .map_err(|error| failure::of(&error, Some(shard)))
    }

    fn all(&self) -> MutexGuard<'_, Vec<Open>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns how many bytes one fetch brings at most, unless one record is larger.
fn fetch_bytes(config: &KafkaConfig) -> usize {
    FETCH_BYTES.max(config.message_bytes())
}

/// Returns a list of one partition at one offset.
pub(super) fn place(
    topic: &str,
    shard: Shard,
    offset: Offset,
) -> Result<TopicPartitionList, Error> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, i32::from(shard), At::Offset(offset))
        .map_err(|error| failure::of(&error, Some(shard)))?;
    Ok(list)
}

/// Makes a consumer and the thread that serves its common queue: answers to commits, errors of the connection.
fn make(client: &ClientConfig) -> Result<Arc<LogConsumer>, Error> {
    let consumer: LogConsumer = client
        .create_with_context(Listener)
        .map_err(|error| failure::of(&error, None))?;
    let consumer = Arc::new(consumer);
    let served = Arc::downgrade(&consumer);
    std::thread::Builder::new()
        .name("kafka-events".to_owned())
        .spawn(move || serve(&served))
        .map_err(|error| Error::Unreachable {
            reason: format!("no thread for the Kafka consumer: {error}"),
        })?;
    Ok(consumer)
}

/// Serves the common queue until the consumer is dropped. The last handle is usually dropped here, where closing,
/// which blocks, keeps no task waiting.
fn serve(served: &Weak<LogConsumer>) {
    while let Some(consumer) = served.upgrade() {
        if let Some(Ok(message)) = consumer.poll(SERVE_EVERY) {
            use rdkafka::Message as _;
            tracing::error!(
                "a message of shard {} came in nobody's queue",
                message.partition()
            );
        }
    }
}
