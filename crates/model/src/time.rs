//! When something happened by the device's clock, and how we know.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the moment of an occurrence was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The text carried its zone or is an epoch defined in UTC.
    Explicit,
    /// The text had no zone; the source's registered zone was taken.
    Configured,
    /// The device's clock is known to be wrong; the registered correction was applied.
    Corrected,
    /// The device gave no time; the moment of reception stands for it.
    Received,
    /// Nothing dates it: it is ordered by reception and never in an interval.
    Undated,
}

impl Basis {
    /// Returns the stable label used in tables and interfaces.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Configured => "configured",
            Self::Corrected => "corrected",
            Self::Received => "received",
            Self::Undated => "undated",
        }
    }
}

/// When something happened: the moment, the text it was read from, and the basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurred {
    /// The corrected moment in UTC; `None` only with [`Basis::Undated`].
    pub at: Option<Timestamp>,
    /// The time text as the device wrote it; `None` when it wrote none.
    pub text: Option<String>,
    /// How `at` was found.
    pub basis: Basis,
}
