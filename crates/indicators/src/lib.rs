#![doc = include_str!("../README.md")]

mod answer;
pub mod calendar;
mod definition;
mod dimension;
mod fact;
mod query;

pub use answer::{Answer, Context, Distribution, Group, KeyPart, LateSource, Percentile};
pub use definition::{DEFINITIONS, Definition, Indicator, Needs};
pub use dimension::Dimension;
pub use fact::{CrossingRow, Exclusion, Fact, Measures, ReadingRow, Segment};
pub use query::{MOMENTS_LIMIT, Query, QueryError};
