//! Dimensions: by what an answer is split into groups (indicators.md, head).

use serde::{Deserialize, Serialize};

use crate::calendar::Period;

/// What a group has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Each local hour of each local day, such as `2026-11-16T07`.
    Hour,
    /// Local day, such as `2026-11-16`.
    Day,
    /// Local ISO week, such as `2026-W47`.
    Week,
    /// Local month, such as `2026-11`.
    Month,
    /// Customs channel: `none`, `green`, `yellow`, `red`.
    Channel,
    /// Gate id.
    Gate,
    /// `export`, `import` or `unknown`.
    Direction,
    /// Cargo class: `fruit`, `other`, `new_vehicle` or `unknown`.
    Cargo,
    /// Loaded: `true`, `false` or `unknown`.
    Loaded,
    /// The moment of a backlog, such as `2026-11-16T20:00:00+07:00`; every group of T3 has it and
    /// no query asks for it.
    At,
}

impl Dimension {
    /// Every dimension a query may ask for, in the order in which they are documented.
    pub const ASKABLE: &'static [Self] = &[
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Channel,
        Self::Gate,
        Self::Direction,
        Self::Cargo,
        Self::Loaded,
    ];

    /// Returns the stable word used in `by=` and in answers.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Channel => "channel",
            Self::Gate => "gate",
            Self::Direction => "direction",
            Self::Cargo => "cargo",
            Self::Loaded => "loaded",
            Self::At => "at",
        }
    }

    /// Reads a word of [`Self::ASKABLE`] back; `None` when it is none of them.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ASKABLE
            .iter()
            .copied()
            .find(|dimension| dimension.code() == code)
    }

    /// Returns the calendar period of a dimension of time; `None` for the others.
    #[must_use]
    pub fn period(self) -> Option<Period> {
        match self {
            Self::Hour => Some(Period::Hour),
            Self::Day => Some(Period::Day),
            Self::Week => Some(Period::Week),
            Self::Month => Some(Period::Month),
            _ => None,
        }
    }
}
