//! The Kafka bridge: topics of other systems, read into the raw log at least once.
//!
//! Where each partition stands is kept in our database and moves only behind what the raw log has acknowledged or the
//! database has written down as left out. A message's record id is derived from its place, so that one that is read
//! again, after a crash, is a duplicate. With several hubs a partition is read by one at a time, by a lease.

mod message;
mod partition;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use bordergate_eventlog::kafka::ForeignTopic;
use bordergate_model::Shard;
use bordergate_store::ForeignPartition;
use futures_util::future::join_all;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::states::State;
use crate::app::App;
use crate::config::{Bridge, BridgeTopic};
use crate::open;
use partition::Partition;
use trouble::Trouble;

/// How often the topic is asked for further partitions.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Returns what is wrong or doubtful about a bridge: whether it is an error, and the words. Opens its files and asks
/// its brokers.
pub async fn findings(bridge: &Bridge) -> Vec<(bool, String)> {
    let say = |topic: &BridgeTopic, words: String| {
        format!(
            "bridge ({}), topic {}: {words}",
            bridge.brokers, topic.topic
        )
    };
    let security = match open::kafka_security(&bridge.security, "") {
        Ok(security) => security,
        Err(error) => return vec![(true, format!("bridge ({}): {error:#}", bridge.brokers))],
    };
    let mut found = Vec::new();
    for topic in &bridge.topics {
        let asked = async {
            let foreign =
                ForeignTopic::connect(&bridge.brokers, &topic.topic, security.clone()).await?;
            let count = foreign.partition_count().await?;
            count.map_or(Err(Trouble::TopicUnknown), |_| Ok(()))
        };
        if let Err(trouble) = asked.await {
            // Only ours to mend is an error: another system may be away, or make its topic later.
            let is_error = matches!(trouble, Trouble::Configuration { .. });
            found.push((is_error, say(topic, trouble.to_string())));
        }
    }
    found
}

/// Reads a bridge's topics until the hub stops; `owner` names this process in leases.
pub async fn read(app: Arc<App>, bridge: Bridge, owner: Uuid) {
    let topics = bridge.topics.iter();
    join_all(topics.map(|topic| read_topic(&app, &bridge, topic, owner))).await;
}

async fn read_topic(app: &Arc<App>, bridge: &Bridge, topic: &BridgeTopic, owner: Uuid) {
    let state = app.doors.of(door_name(bridge, &topic.topic));
    let mut reading = JoinSet::new();
    let mut foreign = None;
    let mut known: Shard = 0;
    while !app.shutdown.is_cancelled() {
        let wait = match look(bridge, topic, &mut foreign).await {
            Ok((foreign, count)) => {
                for number in known..count {
                    let partition = Partition {
                        app: Arc::clone(app),
                        foreign: Arc::clone(&foreign),
                        begin: bridge.begin,
                        on_gap: bridge.on_gap,
                        name: ForeignPartition {
                            cluster_id: foreign.cluster_id().to_owned(),
                            topic: message::kept_name(topic),
                            partition: number,
                        },
                        topic: topic.clone(),
                        owner,
                        state: app
                            .doors
                            .of(door_name(bridge, &format!("{}/{number}", topic.topic))),
                    };
                    reading.spawn(partition.read());
                }
                known = known.max(count);
                state.set(State::OPEN);
                LOOK_EVERY
            }
            Err(trouble) => {
                note(&state, &trouble);
                trouble.pause()
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.shutdown.cancelled() => {}
            Some(ended) = reading.join_next() => rethrow(ended),
        }
    }
    while let Some(ended) = reading.join_next().await {
        rethrow(ended);
    }
}

/// Connects unless that was done, and asks how many partitions there are.
async fn look(
    bridge: &Bridge,
    topic: &BridgeTopic,
    foreign: &mut Option<Arc<ForeignTopic>>,
) -> Result<(Arc<ForeignTopic>, Shard), Trouble> {
    let foreign = match foreign {
        Some(foreign) => foreign,
        None => {
            let security = open::kafka_security(&bridge.security, "").map_err(|error| {
                Trouble::Configuration {
                    reason: format!("{error:#}"),
                }
            })?;
            let connecting = ForeignTopic::connect(&bridge.brokers, &topic.topic, security);
            foreign.insert(Arc::new(connecting.await?))
        }
    };
    let count = foreign.partition_count().await?;
    Ok((Arc::clone(foreign), count.ok_or(Trouble::TopicUnknown)?))
}

fn door_name(bridge: &Bridge, what: &str) -> String {
    format!("bridge {what} at {}", bridge.brokers)
}

/// Notes what a door waits for; an alarm is told at every try, anything else when it is new.
fn note(state: &State, trouble: &Trouble) {
    let (is_new, code, door) = (state.set(trouble.code()), trouble.code(), state.door());
    if trouble.is_alarm() {
        tracing::error!(error.code = code, "{door} stands still: {trouble}");
    } else if is_new {
        tracing::warn!(error.code = code, "{door} waits: {trouble}");
    }
}

/// A partition whose task panicked makes the whole bridge end, which the hub's health tells.
fn rethrow(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}
