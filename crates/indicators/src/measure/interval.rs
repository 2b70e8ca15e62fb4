//! The rules of one interval: which exclusion comes first, and how much disorder is skew.
//!
//! Definition: indicators.md, rules 1, 2 and 6.

use bordergate_model::{Crossing, Milestone, State};
use jiff::Timestamp;

use crate::Exclusion;
use crate::calendar::elapsed_us;

/// Clocks may disagree by this much; what lies below is excluded (rule 2).
const SKEW_TOLERANCE_US: i64 = 60_000_000;

/// One end of an interval as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// No dated reading of it.
    Missing,
    /// Read by a clock that cannot be believed.
    Suspect(Timestamp),
    /// Read and believed.
    At(Timestamp),
}

impl Moment {
    /// Returns the moment that stands for `milestone`.
    pub(super) fn of(crossing: &Crossing, milestone: Milestone) -> Self {
        match crossing.milestones.get(&milestone) {
            None => Self::Missing,
            Some(standing) if standing.is_suspect => Self::Suspect(standing.at),
            Some(standing) => Self::At(standing.at),
        }
    }

    /// Returns this moment, or `other` when this one is missing.
    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::Missing { other } else { self }
    }

    /// Returns the earlier of two; a suspect one leaves open which that is, so the answer is suspect.
    pub(super) fn earlier(self, other: Self) -> Self {
        match (self, other) {
            (Self::Missing, one) | (one, Self::Missing) => one,
            (Self::At(one), Self::At(two)) => Self::At(one.min(two)),
            (Self::Suspect(at), _) | (_, Self::Suspect(at)) => Self::Suspect(at),
        }
    }

    /// Returns when it was read, believed or not.
    pub(super) fn read_at(self) -> Option<Timestamp> {
        match self {
            Self::Missing => None,
            Self::Suspect(at) | Self::At(at) => Some(at),
        }
    }

    /// Returns when it was, if that can be believed.
    pub(super) fn believed(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Missing | Self::Suspect(_) => None,
        }
    }
}

/// Start and end of one segment of one crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    /// Where it begins.
    pub(super) start: Moment,
    /// Where it ends.
    pub(super) end: Moment,
}

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    /// Microseconds, 0 or more.
    pub(super) duration_us: i64,
    /// Whether the ends lay up to 60 s the wrong way round.
    pub(super) is_skewed: bool,
}

impl Ends {
    /// Returns the duration, or the first reason that applies why there is none.
    ///
    /// A missing end is `open` while the crossing has not ended and `missing_end` after; an interval
    /// with both ends counts although its crossing is still open.
    pub(super) fn measure(self, state: State) -> Result<Measured, Exclusion> {
        if state == State::TurnedBack {
            return Err(Exclusion::TurnedBack);
        }
        if self.start == Moment::Missing {
            return Err(Exclusion::MissingStart);
        }
        if self.end == Moment::Missing {
            return Err(if state.is_ended() {
                Exclusion::MissingEnd
            } else {
                Exclusion::Open
            });
        }
        let (Moment::At(start), Moment::At(end)) = (self.start, self.end) else {
            return Err(Exclusion::Suspect);
        };
        let elapsed_us = elapsed_us(start, end);
        if elapsed_us < -SKEW_TOLERANCE_US {
            return Err(Exclusion::Negative);
        }
        Ok(Measured {
            duration_us: elapsed_us.max(0),
            is_skewed: elapsed_us < 0,
        })
    }
}
