//! Why a shard cannot go on.

use bordergate_model::{Fault, GateId, Offset, Shard};

/// A failure of the role `process` on one shard.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] bordergate_store::Error),
    /// The log.
    #[error(transparent)]
    Log(#[from] bordergate_eventlog::Error),
    /// Another owner took the shard; this one drops it.
    #[error("shard {shard} was taken by another owner")]
    Lost {
        /// The shard.
        shard: Shard,
    },
    /// The database belongs to another log than the one configured.
    #[error("shard {shard} was processed from log {stored:?}, but the configured log is {found:?}")]
    OtherLog {
        /// The shard.
        shard: Shard,
        /// The log in the database.
        stored: String,
        /// The log found.
        found: String,
    },
    /// A crossing or a record is at a gate that nobody registered.
    #[error("gate {gate_id} is not registered, but the database has records of it")]
    UnknownGate {
        /// The gate.
        gate_id: GateId,
    },
    /// The record before the next offset is another one than was processed: the log was made anew.
    #[error(
        "offset {offset} of shard {shard} holds another record than the one processed: the log was made anew"
    )]
    LogMadeAnew {
        /// The shard.
        shard: Shard,
        /// The offset before the next one.
        offset: Offset,
    },
}

impl Error {
    /// Stable label for metrics and alarms.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Log(error) => error.code(),
            Self::Lost { .. } => "shard.lost",
            Self::OtherLog { .. } => "shard.other_log",
            Self::UnknownGate { .. } => "gate.unknown",
            Self::LogMadeAnew { .. } => "shard.log_made_anew",
        }
    }

    /// Who must act: `Upstream` is retried, `Hub` halts the shard until an administrator has looked.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Store(error) => error.fault(),
            Self::Log(error) => error.fault(),
            Self::Lost { .. } => Fault::Upstream,
            Self::OtherLog { .. } | Self::UnknownGate { .. } | Self::LogMadeAnew { .. } => {
                Fault::Hub
            }
        }
    }
}
