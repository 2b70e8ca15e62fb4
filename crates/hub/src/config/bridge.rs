//! `[[bridge]]`: Kafka clusters of other systems whose topics are read, and what cannot be right about them.

use bordergate_model::SourceId;
use serde::{Deserialize, Serialize};

use super::entry::entry;
use super::kafka::KafkaSecurity;

/// Where a partition begins that was never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Begin {
    /// At the oldest record the partition keeps.
    Earliest,
    /// Behind the newest one.
    Latest,
}

/// What becomes of a partition whose next records were deleted before they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnGap {
    /// It is not read until an administrator decides.
    Stop,
    /// The missing offsets are written down, and it is read on.
    Record,
}

entry! {
    /// A Kafka cluster of other systems.
    Bridge {
        /// Comma-separated `host:port` list; must be set.
        brokers: String = String::new(),
        /// Where a partition begins that was never read: `earliest` or `latest`.
        begin: Begin = Begin::Earliest,
        /// What to do when records were deleted before they were read: `stop` (an alarm until this says otherwise) or `record` (an alarm, the missing offsets are written down, and reading goes on).
        on_gap: OnGap = OnGap::Stop,
    } + shared {
        /// Transport and login.
        security: KafkaSecurity,
    } nested {
        /// The topics that are read; at least one.
        topics: Vec<BridgeTopic>,
    }
}

entry! {
    /// A topic that is read, and the source its records are sent under: `source`, `source_header` or `source_is_key`.
    BridgeTopic {
        /// The topic's name; must be set.
        topic: String = String::new(),
        /// Source of all its records.
        source: Option<String> = None,
        /// Name of the header that says each record's source.
        source_header: Option<String> = None,
        /// Whether each record's key is its source.
        source_is_key: bool = false,
        /// Content type of records that have no `content-type` header; empty when the format needs none.
        content_type: String = String::new(),
        /// Counted up by hand when the topic was deleted and made anew: its offsets then name other records.
        generation: u32 = 0,
    } nested {}
}

/// Returns what is wrong with the bridges: key and message each. Files and brokers are not looked at.
pub(super) fn wrong(bridges: &[Bridge]) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (index, bridge) in bridges.iter().enumerate() {
        let entry = format!("bridge {} ({})", index + 1, bridge.brokers);
        if bridge.brokers.trim().is_empty() {
            found.push(("bridge.brokers", format!("{entry}: must be set")));
        }
        if bridge.topics.is_empty() {
            let words = format!("{entry}: reads nothing; add [[bridge.topics]]");
            found.push(("bridge.topics", words));
        }
        for (at, topic) in bridge.topics.iter().enumerate() {
            let entry = format!("{entry}, topic {:?}", topic.topic);
            if topic.topic.is_empty() {
                found.push(("bridge.topics.topic", format!("{entry}: must be set")));
            }
            if bridge.topics[..at]
                .iter()
                .any(|other| other.topic == topic.topic)
            {
                found.push(("bridge.topics.topic", format!("{entry}: is read already")));
            }
            let ways = usize::from(topic.source.is_some())
                + usize::from(topic.source_header.is_some())
                + usize::from(topic.source_is_key);
            if ways != 1 {
                let words = format!("{entry}: set one of source, source_header and source_is_key");
                found.push(("bridge.topics.source", words));
            }
            if let Some(source) = &topic.source
                && SourceId::parse(source).is_err()
            {
                let words = format!("{entry}: {source:?} cannot be a source's name");
                found.push(("bridge.topics.source", words));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic() -> BridgeTopic {
        BridgeTopic {
            topic: "yard.tickets".to_owned(),
            source: Some("hn-scale-1".to_owned()),
            ..BridgeTopic::default()
        }
    }

    fn bridge(topics: &[BridgeTopic]) -> [Bridge; 1] {
        [Bridge {
            brokers: "yard:9092".to_owned(),
            topics: topics.to_vec(),
            ..Bridge::default()
        }]
    }

    #[test]
    fn a_topic_has_one_way_to_its_source() {
        assert_eq!(wrong(&bridge(&[topic()])), []);
        let both = BridgeTopic {
            source_is_key: true,
            ..topic()
        };
        let none = BridgeTopic {
            source: None,
            ..topic()
        };
        for topic in [both, none] {
            assert_eq!(wrong(&bridge(&[topic]))[0].0, "bridge.topics.source");
        }
    }

    #[test]
    fn a_bridge_that_cannot_work_is_named() {
        assert_eq!(wrong(&bridge(&[]))[0].0, "bridge.topics");
        assert_eq!(
            wrong(&bridge(&[topic(), topic()]))[0].0,
            "bridge.topics.topic"
        );
        let nameless = BridgeTopic {
            topic: String::new(),
            ..topic()
        };
        assert_eq!(wrong(&bridge(&[nameless]))[0].0, "bridge.topics.topic");
        assert_eq!(
            wrong(&[Bridge {
                topics: vec![topic()],
                ..Bridge::default()
            }])[0]
                .0,
            "bridge.brokers"
        );
    }
}
