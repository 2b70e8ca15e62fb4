#![doc = include_str!("../README.md")]

mod answer;
pub mod calendar;
mod clock;
mod definition;
mod dimension;
mod distribution;
mod evaluate;
mod expected;
mod fact;
mod late;
mod measure;
mod percentile;
mod query;
mod rounding;
mod table;

pub use answer::{Answer, Context, Distribution, Group, KeyPart, LateSource, Percentile};
pub use clock::{
    ClockBasis, ClockEstimate, ClockJump, ClockReading, LEAST_READINGS, SUSPECT_SECONDS,
    estimate_clocks,
};
pub use definition::{DEFINITIONS, Definition, Indicator, Needs};
pub use dimension::Dimension;
pub use distribution::{SUPPRESSED_BELOW, distribution};
pub use evaluate::{Rows, answer};
pub use expected::{ExpectedError, ExpectedMilestones, ExpectedRow};
pub use fact::{CrossingRow, Exclusion, Fact, Measures, ReadingRow, Segment};
pub use late::late_sources;
pub use measure::{filed_at, measure};
pub use percentile::percentile;
pub use query::{MOMENTS_LIMIT, Query, QueryError};
pub use rounding::rounded;
pub use table::to_csv;
