//! Another system's topic on a real Kafka, written as that system would.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::time::Duration;

use anyhow::{Context, bail};
use bordergate_model::{RecordId, SourceId};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use uuid::Uuid;

const ANSWER: Duration = Duration::from_secs(20);

/// A topic of its own; [`Self::remove`] takes it away.
pub(crate) struct Foreign {
    pub(crate) brokers: String,
    pub(crate) topic: String,
    partitions: i32,
    admin: AdminClient<DefaultClientContext>,
    producer: FutureProducer,
}

impl Foreign {
    /// Makes the topic.
    pub(crate) async fn make(brokers: &str, partitions: i32) -> anyhow::Result<Self> {
        let mut client = ClientConfig::new();
        client
            .set("bootstrap.servers", brokers)
            .set("message.max.bytes", "4000000");
        let foreign = Self {
            brokers: brokers.to_owned(),
            topic: format!("foreign.{}", Uuid::new_v4().simple()),
            partitions,
            admin: client.create()?,
            producer: client.create()?,
        };
        foreign.create().await?;
        Ok(foreign)
    }

    /// Makes the topic under its name.
    pub(crate) async fn create(&self) -> anyhow::Result<()> {
        let topic = NewTopic::new(&self.topic, self.partitions, TopicReplication::Fixed(1));
        let made = self
            .admin
            .create_topics([&topic], &AdminOptions::new())
            .await?;
        match made.into_iter().next() {
            Some(Ok(_)) => Ok(()),
            other => bail!("{other:?}"),
        }
    }

    /// Removes the topic.
    pub(crate) async fn remove(&self) -> anyhow::Result<()> {
        let options = AdminOptions::new().operation_timeout(Some(ANSWER));
        self.admin.delete_topics(&[&self.topic], &options).await?;
        Ok(())
    }

    /// Writes a message and returns its offset.
    pub(crate) async fn send(
        &self,
        partition: i32,
        key: Option<&str>,
        value: Option<&str>,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<i64> {
        let value = value.map(str::as_bytes);
        self.send_bytes(partition, key, value, headers).await
    }

    /// Writes a message that is no text and returns its offset.
    pub(crate) async fn send_bytes(
        &self,
        partition: i32,
        key: Option<&str>,
        value: Option<&[u8]>,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<i64> {
        let mut record = FutureRecord::<str, [u8]>::to(&self.topic).partition(partition);
        (record.key, record.payload) = (key, value);
        if !headers.is_empty() {
            let empty = OwnedHeaders::new();
            record.headers = Some(headers.iter().fold(empty, |all, (key, value)| {
                let value = Some(*value);
                all.insert(Header { key, value })
            }));
        }
        let sent = self.producer.send(record, ANSWER).await;
        let delivery = sent.map_err(|(error, _)| error)?;
        Ok(delivery.offset)
    }

    /// Writes one message to partition 0 in each of several transactions, which end as told.
    pub(crate) async fn transactions(&self, messages: &[(String, bool)]) -> anyhow::Result<()> {
        let producer: FutureProducer = ClientConfig::new()
            .set("bootstrap.servers", &self.brokers)
            .set("transactional.id", &self.topic)
            .create()?;
        producer.init_transactions(ANSWER)?;
        for (value, is_committed) in messages {
            producer.begin_transaction()?;
            let record = FutureRecord::<str, str>::to(&self.topic).partition(0);
            let sent = producer.send(record.payload(value), ANSWER).await;
            sent.map_err(|(error, _)| error)?;
            if *is_committed {
                producer.commit_transaction(ANSWER)?;
            } else {
                producer.abort_transaction(ANSWER)?;
            }
        }
        Ok(())
    }

    /// Deletes the messages of partition 0 before an offset, as the end of their retention does.
    pub(crate) async fn delete_before(&self, offset: i64) -> anyhow::Result<()> {
        let mut places = TopicPartitionList::new();
        places.add_partition_offset(&self.topic, 0, Offset::Offset(offset))?;
        self.admin
            .delete_records(&places, &AdminOptions::new())
            .await?;
        Ok(())
    }

    /// Returns the ids that the records of these offsets of a partition must have.
    pub(crate) fn record_ids(
        &self,
        source_id: &str,
        partition: i32,
        offsets: impl IntoIterator<Item = i64>,
    ) -> anyhow::Result<Vec<String>> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &self.brokers)
            .create()?;
        consumer.fetch_metadata(Some(&self.topic), ANSWER)?;
        let cluster_id = consumer.client().fetch_cluster_id(ANSWER);
        let cluster_id = cluster_id.context("the cluster has no id")?;
        let source_id = SourceId::parse(source_id)?;
        let id = |offset| {
            let key = format!("{cluster_id}/{}/{partition}/{offset}", self.topic);
            RecordId::from_key(&source_id, &key).to_string()
        };
        Ok(offsets.into_iter().map(id).collect())
    }
}
