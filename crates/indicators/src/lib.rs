#![doc = include_str!("../README.md")]

mod fact;

pub use fact::{CrossingRow, Exclusion, Fact, Measures, ReadingRow, Segment};
