//! What became of a record that gave no observation.

use serde::{Deserialize, Serialize};

/// Kind of an outcome; each record without observations has exactly one (DESIGN.md, Accounting).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// Heartbeats, ticks and unstable weighings: read, and nothing to keep.
    Ignored,
    /// The same event was read before.
    Duplicate,
    /// It could not be read or contradicts what is known; a quarantine row tells why.
    Quarantined,
    /// One part of a split message whose other parts are still to come.
    Part,
    /// Appended again to the shard of the gate it belongs to.
    Routed,
}

impl OutcomeKind {
    /// Returns the stable label used in tables and interfaces.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
            Self::Part => "part",
            Self::Routed => "routed",
        }
    }
}

/// What became of a record that gave no observation, and the code that says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The kind.
    pub kind: OutcomeKind,
    /// Stable code of the reason, such as `hikvision.heartbeat` or `event.conflict`.
    pub code: String,
}
