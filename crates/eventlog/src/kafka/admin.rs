//! The topic itself: making it as the configuration says, and finding where it differs.
//!
//! A topic that exists is never changed: that is the work of Kafka's own tools, knowing what a change does to
//! records already kept.

use std::fmt;

use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::metadata::Metadata;

use super::client::Listener;
use super::{ANSWER_WITHIN, KafkaConfig, failure};
use crate::Error;

/// Makes and examines the topic of raw records.
pub struct Topics {
    config: KafkaConfig,
    admin: AdminClient<Listener>,
}

/// Something about the topic that is not as the configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether the hub cannot work so; else it can, but an administrator should look.
    pub is_error: bool,
    /// What is wrong, naming the topic's setting.
    pub message: String,
}

/// What [`Topics::create`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicReport {
    /// The topic.
    pub topic: String,
    /// Whether it was made now; else it was there and is left as it was.
    pub is_new: bool,
    /// Where it differs from the configuration.
    pub findings: Vec<Finding>,
}

impl fmt::Display for TopicReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let did = if self.is_new {
            "made"
        } else {
            "was there and is left as it was"
        };
        write!(f, "topic {}: {did}", self.topic)?;
        for finding in &self.findings {
            let kind = if finding.is_error { "error" } else { "warning" };
            write!(f, "\n  {kind}: {}", finding.message)?;
        }
        Ok(())
    }
}

/// What a topic is like.
struct Described {
    partition_count: usize,
    replica_count: usize,
    settings: ConfigResource,
}

impl Topics {
    /// Makes the client; connects in the background.
    ///
    /// # Errors
    /// [`Error::Configuration`] naming the setting that cannot work.
    pub fn new(config: KafkaConfig) -> Result<Self, Error> {
        let admin = config
            .client()?
            .create_with_context(Listener)
            .map_err(|error| failure::of(&error, None))?;
        Ok(Self { config, admin })
    }

    /// Makes the topic with the configured shards, copies, retention and sizes; one that exists is only examined.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the brokers refuse it (too few brokers for the copies, no right to);
    /// [`Error::Unreachable`].
    pub async fn create(&self) -> Result<TopicReport, Error> {
        let retention_ms = self.config.retention_ms().to_string();
        let message_bytes = self.config.message_bytes().to_string();
        let min_insync_replicas = self.config.min_insync_replicas.to_string();
        let topic = NewTopic::new(
            &self.config.topic,
            i32::from(self.config.shards),
            TopicReplication::Fixed(self.config.replication_factor),
        )
        .set("cleanup.policy", "delete")
        .set("retention.ms", &retention_ms)
        .set("retention.bytes", "-1")
        .set("max.message.bytes", &message_bytes)
        .set("min.insync.replicas", &min_insync_replicas)
        .set("unclean.leader.election.enable", "false");
        let results = self
            .admin
            .create_topics([&topic], &options())
            .await
            .map_err(|error| failure::of(&error, None))?;
        let is_new = match results.into_iter().next() {
            Some(Ok(_)) => true,
            Some(Err((_, Code::TopicAlreadyExists))) => false,
            Some(Err((topic, code))) => return Err(refused(&topic, code)),
            None => return Err(unanswered()),
        };
        // A topic made a moment ago is not known to every broker yet; it is as it was asked for.
        let findings = if is_new {
            Vec::new()
        } else {
            self.findings().await?
        };
        Ok(TopicReport {
            topic: self.config.topic.clone(),
            is_new,
            findings,
        })
    }

    /// Returns where the topic differs from the configuration, errors first; empty when it is as configured.
    ///
    /// # Errors
    /// [`Error::Unreachable`]; [`Error::Configuration`] when the hub has no right to look.
    pub async fn findings(&self) -> Result<Vec<Finding>, Error> {
        let mut findings = match self.describe().await? {
            Some(described) => differences(&self.config, &described),
            None => vec![error(format!(
                "topic {} does not exist; create it with `bordergate topics create`",
                self.config.topic
            ))],
        };
        findings.sort_by_key(|finding| !finding.is_error);
        Ok(findings)
    }

    /// Removes the topic with every record in it. Tests use it; the hub has no command for it.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the brokers refuse; [`Error::Unreachable`].
    pub async fn delete(&self) -> Result<(), Error> {
        let results = self
            .admin
            .delete_topics(&[&self.config.topic], &options())
            .await
            .map_err(|error| failure::of(&error, None))?;
        match results.into_iter().next() {
            Some(Ok(_)) => Ok(()),
            Some(Err((topic, code))) => Err(refused(&topic, code)),
            None => Err(unanswered()),
        }
    }

    async fn describe(&self) -> Result<Option<Described>, Error> {
        // Asked through a consumer: a producer's question can make the topic where brokers allow that.
        let asker: BaseConsumer<Listener> = self
            .config
            .client()?
            .set("allow.auto.create.topics", "false")
            .create_with_context(Listener)
            .map_err(|error| failure::of(&error, None))?;
        let topic = self.config.topic.clone();
        let counts = tokio::task::spawn_blocking(move || -> KafkaResult<_> {
            let metadata = asker.fetch_metadata(Some(&topic), ANSWER_WITHIN)?;
            let partition_count = partition_count(&metadata, &topic)?;
            Ok(partition_count.map(|count| (count, replica_count(&metadata))))
        })
        .await
        .map_err(|error| Error::Unreachable {
            reason: error.to_string(),
        })?
        .map_err(|error| failure::of(&error, None))?;
        let Some((partition_count, replica_count)) = counts else {
            return Ok(None);
        };
        let results = self
            .admin
            .describe_configs([&ResourceSpecifier::Topic(&self.config.topic)], &options())
            .await
            .map_err(|error| failure::of(&error, None))?;
        let settings = match results.into_iter().next() {
            Some(Ok(settings)) => settings,
            Some(Err(code)) => return Err(refused(&self.config.topic, code)),
            None => return Err(unanswered()),
        };
        Ok(Some(Described {
            partition_count,
            replica_count,
            settings,
        }))
    }
}

/// Returns how many partitions the topic has, `None` when it does not exist.
pub(super) fn partition_count(metadata: &Metadata, topic: &str) -> KafkaResult<Option<usize>> {
    let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else {
        return Ok(None);
    };
    match found.error().map(Code::from) {
        None => Ok(Some(found.partitions().len())),
        Some(Code::UnknownTopicOrPartition | Code::UnknownTopic) => Ok(None),
        Some(code) => Err(KafkaError::MetadataFetch(code)),
    }
}

/// Returns the copies of the partition that has fewest.
fn replica_count(metadata: &Metadata) -> usize {
    metadata
        .topics()
        .iter()
        .flat_map(|topic| topic.partitions())
        .map(|partition| partition.replicas().len())
        .min()
        .unwrap_or(0)
}

fn differences(config: &KafkaConfig, described: &Described) -> Vec<Finding> {
    let setting = |name: &str| {
        described
            .settings
            .get(name)
            .and_then(|entry| entry.value.as_deref())
    };
    let number = |name: &str| setting(name).and_then(|value| value.parse::<i64>().ok());
    let topic = &config.topic;
    let mut findings = Vec::new();
    if described.partition_count < usize::from(config.shards) {
        findings.push(error(format!(
            "topic {topic} has {} partitions, fewer than the {} of log.shards and log.router_shard",
            described.partition_count, config.shards
        )));
    }
    if setting("cleanup.policy").is_some_and(|policy| policy.contains("compact")) {
        findings.push(error(format!(
            "topic {topic} has cleanup.policy with `compact`, which removes records; it must be delete"
        )));
    }
    let needed_bytes = i64::try_from(config.message_bytes()).unwrap_or(i64::MAX);
    if let Some(bytes) = number("max.message.bytes").filter(|bytes| *bytes < needed_bytes) {
        findings.push(error(format!(
            "topic {topic} has max.message.bytes = {bytes}; limits.record_bytes needs {needed_bytes}"
        )));
    }
    let wanted_ms = config.retention_ms();
    if let Some(kept_ms) = number("retention.ms").filter(|kept_ms| is_shorter(*kept_ms, wanted_ms))
    {
        findings.push(warning(format!(
            "topic {topic} has retention.ms = {kept_ms}, less than log.retention_days asks for ({wanted_ms})"
        )));
    }
    if let Some(bytes) = number("retention.bytes").filter(|bytes| *bytes >= 0) {
        findings.push(warning(format!(
            "topic {topic} has retention.bytes = {bytes} and may lose records before log.retention_days"
        )));
    }
    let wanted_insync = i64::from(config.min_insync_replicas);
    if let Some(insync) = number("min.insync.replicas").filter(|insync| *insync < wanted_insync) {
        findings.push(warning(format!(
            "topic {topic} has min.insync.replicas = {insync}, less than kafka.min_insync_replicas = {wanted_insync}"
        )));
    }
    let wanted_replicas = usize::try_from(config.replication_factor).unwrap_or(0);
    if described.replica_count < wanted_replicas {
        findings.push(warning(format!(
            "topic {topic} has {} copies, fewer than kafka.replication_factor = {wanted_replicas}",
            described.replica_count
        )));
    }
    if setting("unclean.leader.election.enable") == Some("true") {
        findings.push(warning(format!(
            "topic {topic} has unclean.leader.election.enable = true and may lose acknowledged records"
        )));
    }
    findings
}

/// Tells whether a retention is shorter than another; negative means for ever.
fn is_shorter(kept_ms: i64, wanted_ms: i64) -> bool {
    kept_ms >= 0 && (wanted_ms < 0 || kept_ms < wanted_ms)
}

fn options() -> AdminOptions {
    AdminOptions::new()
        .request_timeout(Some(ANSWER_WITHIN * 2))
        .operation_timeout(Some(ANSWER_WITHIN))
}

fn refused(topic: &str, code: Code) -> Error {
    match failure::of(&KafkaError::AdminOp(code), None) {
        Error::Configuration { reason } => Error::Configuration {
            reason: format!("topic {topic}: {reason}"),
        },
        _ => Error::Unreachable {
            reason: format!("topic {topic}: {code}"),
        },
    }
}

fn unanswered() -> Error {
    Error::Unreachable {
        reason: "the brokers answered without a result".to_owned(),
    }
}

fn error(message: String) -> Finding {
    Finding {
        is_error: true,
        message,
    }
}

fn warning(message: String) -> Finding {
    Finding {
        is_error: false,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_ever_is_longer_than_any_time() {
        for (kept_ms, wanted_ms, shorter) in [
            (-1, -1, false),
            (-1, 1000, false),
            (1000, -1, true),
            (999, 1000, true),
            (1000, 1000, false),
        ] {
            assert_eq!(
                is_shorter(kept_ms, wanted_ms),
                shorter,
                "{kept_ms} {wanted_ms}"
            );
        }
    }
}
