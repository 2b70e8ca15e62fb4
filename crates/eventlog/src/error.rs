//! What may go wrong between the hub and its log.

use bordergate_model::{Fault, Offset, Shard};

/// A failure of the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log did not answer in time; the same call may work later.
    #[error("cannot reach the log: {reason}")]
    Unreachable {
        /// What the client library says.
        reason: String,
    },
    /// The record is larger than the log takes, by its body or by what it carries beside it.
    #[error("record with a body of {body_bytes} bytes is larger than the log takes")]
    TooLarge {
        /// Size of the record's body.
        body_bytes: usize,
    },
    /// The shard does not exist: the topic has fewer partitions, or was not created.
    #[error("shard {shard} does not exist in the log; create it with `bordergate topics create`")]
    NoSuchShard {
        /// The shard asked for.
        shard: Shard,
    },
    /// The wanted offset is no longer, or not yet, in the log: retention took it or the log was made anew.
    #[error("offset {offset} of shard {shard} is not in the log, which keeps {start} to {end}")]
    OffsetGone {
        /// The shard.
        shard: Shard,
        /// The offset asked for.
        offset: Offset,
        /// The oldest offset kept.
        start: Offset,
        /// The offset after the newest.
        end: Offset,
    },
    /// What lies at the offset is no record of this hub.
    #[error("offset {offset} of shard {shard} cannot be decoded: {reason}")]
    Corrupt {
        /// The shard.
        shard: Shard,
        /// The offset.
        offset: Offset,
        /// What is wrong.
        reason: String,
    },
    /// The log is configured in a way that cannot work.
    #[error("log configuration: {reason}")]
    Configuration {
        /// What is wrong, naming the setting.
        reason: String,
    },
}

impl Error {
    /// Stable label for problems, metrics and alarms.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "log.unreachable",
            Self::TooLarge { .. } => "log.too_large",
            Self::NoSuchShard { .. } => "log.no_such_shard",
            Self::OffsetGone { .. } => "log.offset_gone",
            Self::Corrupt { .. } => "log.corrupt",
            Self::Configuration { .. } => "log.configuration",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Unreachable { .. } => Fault::Upstream,
            Self::TooLarge { .. } => Fault::Sender,
            Self::NoSuchShard { .. }
            | Self::OffsetGone { .. }
            | Self::Corrupt { .. }
            | Self::Configuration { .. } => Fault::Hub,
        }
    }
}
