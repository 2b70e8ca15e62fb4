//! Reads one partition in order, from the queue that is its own.
//!
//! librdkafka fetches ahead; a message that is taken from the queue but not yet handed out is kept here, so
//! that nothing is lost when a caller drops the future or the run is full.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bordergate_model::{LoggedRecord, Offset, Shard};
use bytes::Bytes;
use rdkafka::Message as _;
use rdkafka::consumer::Consumer as _;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, OwnedHeaders};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::client::Listener;
use super::consumer::{Assigned, Consumers, LogConsumer, place};
use super::{ANSWER_WITHIN, failure, headers, range};
use crate::{Error, RunLimit, ShardReader};

/// How long a reader sleeps at most before it looks at its queue by itself.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A place in one partition.
pub(super) struct Reader {
    consumers: Arc<Consumers>,
    consumer: Arc<LogConsumer>,
    /// `None` only while it is being dropped.
    queue: Option<PartitionQueue<Listener>>,
    arrived: Arc<Notify>,
    topic: String,
    shard: Shard,
    /// The offset that the next record has at the least.
    next: Offset,
    /// What was taken from the queue and not yet handed out.
    held: Option<Held>,
}

enum Held {
    Record(LoggedRecord),
    /// No record of a hub; stays, since there is no way past it.
    Foreign {
        offset: Offset,
        reason: String,
    },
    Failed(KafkaError),
}

impl Reader {
    /// Opens the shard at an offset that the partition keeps.
    pub(super) fn open(
        consumers: Arc<Consumers>,
        topic: String,
        shard: Shard,
        from: Offset,
    ) -> Result<Self, Error> {
        let Assigned {
            consumer,
            mut queue,
        } = consumers.assign(&topic, shard, from)?;
        let arrived = Arc::new(Notify::new());
        let bell = Arc::clone(&arrived);
        queue.set_nonempty_callback(move || bell.notify_one());
        Ok(Self {
            consumers,
            consumer,
            queue: Some(queue),
            arrived,
            topic,
            shard,
            next: from,
            held: None,
        })
    }

    /// Takes what is at hand, up to the limit.
    fn take(&mut self, limit: RunLimit) -> Vec<LoggedRecord> {
        let mut run = Vec::new();
        let mut body_bytes = 0;
        while run.len() < limit.records.max(1) {
            let Some(held) = self.held.take().or_else(|| self.poll()) else {
                break;
            };
            match held {
                Held::Record(logged)
                    if run.is_empty()
                        || body_bytes + logged.record.body.len() <= limit.body_bytes =>
                {
                    body_bytes += logged.record.body.len();
                    self.next = logged.offset + 1;
                    run.push(logged);
                }
                other => {
                    self.held = Some(other);
                    break;
                }
            }
        }
        run
    }

    fn poll(&self) -> Option<Held> {
        let queue = self.queue.as_ref()?;
        loop {
            let held = match queue.poll(Duration::ZERO)? {
                Ok(message) => self.read(&message),
                Err(error) => Held::Failed(error),
            };
            match held {
                // Left over from before a seek.
                Held::Record(logged) if logged.offset < self.next => {}
                held => return Some(held),
            }
        }
    }

    fn read(&self, message: &BorrowedMessage<'_>) -> Held {
        let offset = message.offset();
        let body = message
            .payload()
            .map_or_else(Bytes::new, Bytes::copy_from_slice);
        let read = match message.headers() {
            Some(found) => headers::decode(found, body),
            None => headers::decode(&OwnedHeaders::new(), body),
        };
        match read {
            Ok(record) => Held::Record(LoggedRecord {
                shard: self.shard,
                offset,
                record,
            }),
            Err(reason) => Held::Foreign { offset, reason },
        }
    }

    /// Turns what stands in the way of the next record into an error, after which reading may go on.
    async fn stand_in_the_way(&mut self) -> Result<(), Error> {
        let shard = self.shard;
        match &self.held {
            None | Some(Held::Record(_)) => Ok(()),
            Some(Held::Foreign { offset, reason }) => Err(Error::Corrupt {
                shard,
                offset: *offset,
                reason: reason.clone(),
            }),
            Some(Held::Failed(error)) => {
                let code = error.rdkafka_error_code();
                let mapped = match code {
                    Some(RDKafkaErrorCode::AutoOffsetReset) => return self.look_again().await,
                    Some(RDKafkaErrorCode::BadMessage) => Error::Corrupt {
                        shard,
                        offset: self.next,
                        reason: error.to_string(),
                    },
                    _ => failure::of(error, Some(shard)),
                };
                self.held = None;
                Err(mapped)
            }
        }
    }

    /// The broker does not have the offset. When the partition does keep it (its leader had changed and was
    /// behind), reading goes on there; else the record is gone, which every further call says again.
    async fn look_again(&mut self) -> Result<(), Error> {
        let (start, end) = range(&self.consumers, &self.topic, self.shard).await?;
        if self.next < start || self.next > end {
            return Err(Error::OffsetGone {
                shard: self.shard,
                offset: self.next,
                start,
                end,
            });
        }
        let place = place(&self.topic, self.shard, self.next)?;
        let consumer = Arc::clone(&self.consumer);
        let sought = tokio::task::spawn_blocking(move || -> KafkaResult<()> {
            let places = consumer.seek_partitions(place, ANSWER_WITHIN)?;
            places
                .elements()
                .iter()
                .try_for_each(|element| element.error())
        })
        .await
        .map_err(|error| Error::Unreachable {
            reason: error.to_string(),
        })?;
        sought.map_err(|error| failure::of(&error, Some(self.shard)))?;
        self.held = None;
        Ok(())
    }
}

#[async_trait]
impl ShardReader for Reader {
    async fn next_run(
        &mut self,
        limit: RunLimit,
        wait: Duration,
    ) -> Result<Vec<LoggedRecord>, Error> {
        let deadline = Instant::now() + wait;
        loop {
            let run = self.take(limit);
            if !run.is_empty() {
                return Ok(run);
            }
            self.stand_in_the_way().await?;
            let now = Instant::now();
            if now >= deadline {
                return Ok(run);
            }
            // Whether the bell rang or the time is up: the queue knows.
            let _ = timeout_at(deadline.min(now + LOOK_EVERY), self.arrived.notified()).await;
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.queue = None;
        self.consumers
            .unassign(&self.topic, self.shard, &self.consumer);
    }
}
