//! Facts and rows: what figures are computed from, as the store keeps and returns it.
//!
//! A fact is one segment of one crossing; [`crate::measure()`] makes them, [`crate::answer()`] reads them.

use bordergate_model::{CargoClass, Channel, CrossingId, Direction, GateId, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An interval of a crossing that an indicator measures (indicators.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Segment {
    /// Import release time: CROSSED_IN to the earlier of RELEASED and CLEARED.
    C1,
    /// Export regulatory time: arrival (GATE_IN, else YARD_IN) to CLEARED.
    C2,
    /// Export physical time: arrival to CROSSED_OUT.
    C3,
    /// Crossing time: first to last milestone seen at the place, closed crossings only.
    C4,
    /// Border crossing time (CPMM TFI1): export arrival to CROSSED_OUT; import CROSSED_IN to GATE_OUT.
    C6,
}

impl Segment {
    /// Every segment, in order.
    pub const ALL: &'static [Self] = &[Self::C1, Self::C2, Self::C3, Self::C4, Self::C6];

    /// Returns the stable label used in tables and interfaces.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::C1 => "C1",
            Self::C2 => "C2",
            Self::C3 => "C3",
            Self::C4 => "C4",
            Self::C6 => "C6",
        }
    }

    /// Reads a label back; `None` when it is none of [`Self::ALL`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|segment| segment.code() == code)
    }

    /// Returns the unit in which its figures are given: `h` for C6, `s` for the others.
    #[must_use]
    pub fn unit(self) -> &'static str {
        if self == Self::C6 { "h" } else { "s" }
    }

    /// Returns how many microseconds one [`Self::unit`] has.
    #[must_use]
    pub fn unit_us(self) -> i64 {
        if self == Self::C6 {
            3_600_000_000
        } else {
            1_000_000
        }
    }
}

/// Why an interval has no figure; the first that applies, in this order (indicators.md, rule 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The vehicle was turned back (rule 6), whatever else was read.
    TurnedBack,
    /// The start was not read.
    MissingStart,
    /// The end was not read and the crossing has not ended.
    Open,
    /// The end was not read.
    MissingEnd,
    /// Both ends were read, but the clock of one cannot be believed.
    Suspect,
    /// The end lies more than 60 s before the start.
    Negative,
}

impl Exclusion {
    /// Every reason, in the order in which they apply.
    pub const ALL: &'static [Self] = &[
        Self::TurnedBack,
        Self::MissingStart,
        Self::Open,
        Self::MissingEnd,
        Self::Suspect,
        Self::Negative,
    ];

    /// Returns the stable label used in tables and interfaces.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TurnedBack => "turned_back",
            Self::MissingStart => "missing_start",
            Self::Open => "open",
            Self::MissingEnd => "missing_end",
            Self::Suspect => "suspect",
            Self::Negative => "negative",
        }
    }

    /// Reads a label back; `None` when it is none of [`Self::ALL`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|exclusion| exclusion.code() == code)
    }
}

/// One segment of one crossing: a duration, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The crossing.
    pub crossing_id: CrossingId,
    /// The segment.
    pub segment: Segment,
    /// The gate.
    pub gate_id: GateId,
    /// The crossing's direction.
    pub direction: Direction,
    /// The crossing's channel.
    pub channel: Channel,
    /// The crossing's cargo class.
    pub cargo: Option<CargoClass>,
    /// Loaded or empty.
    pub is_loaded: Option<bool>,
    /// When the segment began, believed or not; `None` when not read.
    pub start_at: Option<Timestamp>,
    /// When it ended, believed or not; `None` when not read (for C4: also while not closed).
    pub end_at: Option<Timestamp>,
    /// The duration in microseconds, 0 or more; `None` exactly when `exclusion` is set.
    pub duration_us: Option<i64>,
    /// Whether the ends lie up to 60 s the wrong way round and the duration was set to 0.
    pub is_skewed: bool,
    /// Why there is no duration.
    pub exclusion: Option<Exclusion>,
    /// The time under which it is filed (indicators.md, rule 7): the crossing milestone, else the
    /// interval's believed end, else its believed start, else [`crate::filed_at`]. `None` is filed in no
    /// period and only counted in questions without a range; `measure` never leaves it so.
    pub filed_at: Option<Timestamp>,
}

/// What the indicators take from one crossing: its facts and what counting needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// One fact per segment that the crossing's direction has; none for relieved and merged ones.
    pub facts: Vec<Fact>,
    /// When it crossed the line in its direction, believed, not after being turned back; `None`: not
    /// counted in T1.
    pub crossed_at: Option<Timestamp>,
    /// When it entered (T3): the earlier believed one of GATE_IN and YARD_IN; `None` without either.
    pub entered_at: Option<Timestamp>,
    /// How many milestones its gate and direction expect (Q1); 0 unless closed.
    pub expected_count: u32,
    /// How many of those it has, dated or not (Q1); 0 unless closed.
    pub present_count: u32,
    /// How many readings it has.
    pub reading_count: u32,
}

/// A crossing as counting sees it: one row of the store's crossings table.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossingRow {
    /// The crossing.
    pub crossing_id: CrossingId,
    /// The gate.
    pub gate_id: GateId,
    /// Direction.
    pub direction: Direction,
    /// Channel.
    pub channel: Channel,
    /// Cargo class.
    pub cargo: Option<CargoClass>,
    /// Loaded or empty.
    pub is_loaded: Option<bool>,
    /// State.
    pub state: State,
    /// See [`Measures::crossed_at`].
    pub crossed_at: Option<Timestamp>,
    /// See [`Measures::entered_at`].
    pub entered_at: Option<Timestamp>,
    /// When it ended; `None` while open.
    pub ended_at: Option<Timestamp>,
    /// The time it is filed under: [`crate::filed_at`] of the crossing.
    pub filed_at: Option<Timestamp>,
    /// See [`Measures::expected_count`].
    pub expected_count: u32,
    /// See [`Measures::present_count`].
    pub present_count: u32,
    /// See [`Measures::reading_count`].
    pub reading_count: u32,
}

/// An observation as Q2 and Q3 see it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingRow {
    /// The gate.
    pub gate_id: GateId,
    /// The direction of its crossing; [`Direction::Unknown`] without one.
    pub direction: Direction,
    /// The channel of its crossing; [`Channel::None`] without one.
    pub channel: Channel,
    /// The time it is filed under: its occurrence, else its reception.
    pub ordered_at: Timestamp,
    /// Reception minus the latest moment the record tells, in microseconds; `None` when the clock is
    /// suspect, nothing dates it, or it is not the first observation of its record.
    pub latency_us: Option<i64>,
    /// Whether it carries at least one valid identifier.
    pub has_identifier: bool,
    /// How many readings its crossing has; 0 without one.
    pub crossing_reading_count: u32,
}
