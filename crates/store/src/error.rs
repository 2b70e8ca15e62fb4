//! What may go wrong between the hub and its database.

use bordergate_model::Fault;

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer, refused for now or lost the connection before commit
    /// (SQLSTATE classes 08, 25, 40, 53, 55, 57; SQLite busy): the same call may work later.
    #[error("cannot reach the database: {reason}")]
    Unreachable {
        /// What the driver says.
        reason: String,
    },
    /// The connection was lost while the commit ran: it may or may not have happened.
    #[error("the outcome of a commit is unknown: {reason}")]
    CommitUnknown {
        /// What the driver says.
        reason: String,
    },
    /// The data breaks what the database checks (SQLSTATE classes 22 and 23): the same data will fail again.
    #[error("the database refused the data: {reason}")]
    Refused {
        /// The SQLSTATE or SQLite code with the constraint's name; no data.
        reason: String,
    },
    /// The database's schema is none this program knows.
    #[error("database schema version {found} is not {expected}; {advice}")]
    Schema {
        /// The version found; 0 for an empty database.
        found: i64,
        /// The version this program works with.
        expected: i64,
        /// What to do.
        advice: String,
    },
    /// What was read does not fit the types: the row was changed by other means.
    #[error("the database holds what this program did not write: {reason}")]
    Corrupt {
        /// Table, column and what is wrong; no data.
        reason: String,
    },
    /// The request cannot be carried out as things are (a gate moved to another shard, an unknown id ...).
    #[error("{reason}")]
    Conflict {
        /// Stable code such as `gate.shard_fixed`.
        code: &'static str,
        /// What stands in the way.
        reason: String,
    },
}

impl Error {
    /// Stable label for problems, metrics and alarms.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "store.unreachable",
            Self::CommitUnknown { .. } => "store.commit_unknown",
            Self::Refused { .. } => "store.refused",
            Self::Schema { .. } => "store.schema",
            Self::Corrupt { .. } => "store.corrupt",
            Self::Conflict { code, .. } => code,
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Unreachable { .. } | Self::CommitUnknown { .. } => Fault::Upstream,
            Self::Refused { .. } | Self::Conflict { .. } => Fault::Sender,
            Self::Schema { .. } | Self::Corrupt { .. } => Fault::Hub,
        }
    }
}
