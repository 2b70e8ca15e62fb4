//! What keeps a bridged partition from being read on; nothing of it is lost meanwhile, or the alarm says what.

use std::time::Duration;

use bordergate_eventlog::Error as Kafka;

use crate::doors::lease::{Hindrance, Kind};

/// A partition is read by one hub.
pub(super) const PARTITION: Kind = Kind {
    held: "bridge.held",
    lost: "bridge.lost",
};

/// A reason to stop reading for now.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The topic, or the partition, is not there or may not be seen.
    #[error("the topic does not exist there, or may not be seen")]
    TopicUnknown,
    /// The other system's brokers do not answer.
    #[error("the brokers do not answer: {reason}")]
    Unreachable {
        /// What the client library says.
        reason: String,
    },
    /// A setting cannot work, or the brokers refuse the login or the reading.
    #[error("it cannot work as configured: {reason}")]
    Configuration {
        /// What is wrong.
        reason: String,
    },
    /// The broker sent what fails its checksum.
    #[error("what the broker sends is damaged: {reason}")]
    Corrupt {
        /// What is wrong.
        reason: String,
    },
    /// Messages were deleted before they were read.
    #[error(
        "offsets {from} to {} were deleted before they were read; raise the topic's retention, then set \
         bridge.on_gap = \"record\" to write them down as missing and read on",
        until - 1
    )]
    Gap {
        /// The first that is missing.
        from: i64,
        /// The first that is kept.
        until: i64,
    },
    /// The topic holds other messages than those that were read from it.
    #[error(
        "the topic was made anew or cut off: {reason}; count up bridge.topics.generation to read it from its beginning"
    )]
    Remade {
        /// What does not fit.
        reason: String,
    },
    /// Something of ours.
    #[error(transparent)]
    Ours(#[from] Hindrance),
}

impl Trouble {
    /// Stable label for the door's state and the alarm.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::TopicUnknown => "bridge.topic_unknown",
            Self::Unreachable { .. } => "bridge.unreachable",
            Self::Configuration { .. } => "bridge.configuration",
            Self::Corrupt { .. } => "bridge.corrupt",
            Self::Gap { .. } => "bridge.gap",
            Self::Remade { .. } => "bridge.topic_remade",
            Self::Ours(hindrance) => hindrance.code(),
        }
    }

    /// Tells whether a person must act, or messages are lost for good: said again at every try.
    pub(super) fn is_alarm(&self) -> bool {
        matches!(
            self,
            Self::Gap { .. } | Self::Remade { .. } | Self::Corrupt { .. }
        )
    }

    /// Returns how long to wait before the next try.
    pub(super) fn pause(&self) -> Duration {
        Duration::from_secs(if self.is_alarm() { 30 } else { 2 })
    }
}

impl From<Kafka> for Trouble {
    fn from(error: Kafka) -> Self {
        let reason = error.to_string();
        match error {
            Kafka::NoSuchShard { .. } => Self::TopicUnknown,
            Kafka::Configuration { reason } => Self::Configuration { reason },
            Kafka::Corrupt { reason, .. } => Self::Corrupt { reason },
            Kafka::OffsetGone { offset, start, .. } if offset < start => Self::Gap {
                from: offset,
                until: start,
            },
            Kafka::Unreachable { reason } => Self::Unreachable { reason },
            // Inside what is kept after all: the next try reads on there.
            Kafka::OffsetGone { .. } | Kafka::TooLarge { .. } => Self::Unreachable { reason },
        }
    }
}
