//! Answers: the figures of one query with everything needed to defend them (indicators.md, rule 12).

use std::collections::BTreeMap;

use bordergate_model::SourceId;
use jiff::Timestamp;
use serde::Serialize;

use crate::Dimension;

/// What an answer must say about the data behind it, found by whoever fetched the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// The log time up to which records were processed; `None` when there is no data at all.
    pub data_as_of: Option<Timestamp>,
    /// Sources that are late or silent at that time ([`crate::late_sources`]).
    pub late_sources: Vec<LateSource>,
}

/// A source whose records are overdue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LateSource {
    /// The source.
    pub source_id: SourceId,
    /// Reception of its newest record; `None` when it was never heard.
    pub last_received_at: Option<Timestamp>,
    /// Seconds without a record up to `data_as_of`; `None` when it was never heard.
    pub quiet_seconds: Option<i64>,
}

/// The answer to a [`crate::Query`]. Figures are unrounded; rounding is the display's (rule 9).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Id of the definition, such as `C2`.
    pub indicator: &'static str,
    /// Version of the definition.
    pub definition_version: u32,
    /// Title in English.
    pub title_en: &'static str,
    /// Title in Vietnamese.
    pub title_vi: &'static str,
    /// The definition in words.
    pub definition: &'static str,
    /// Unit of every figure that is not a count: `vehicles`, `%`, `s` or `h`.
    pub unit: &'static str,
    /// `exact`: computed from every value, not from a sketch (rule 8).
    pub method: &'static str,
    /// The parameters as understood, by name; times as RFC 3339 in local time.
    pub parameters: BTreeMap<&'static str, String>,
    /// The log time up to which records were processed; `None` when there is no data at all.
    pub data_as_of: Option<Timestamp>,
    /// Sources late or silent at that time, by id.
    pub late_sources: Vec<LateSource>,
    /// The figures over all groups; for T3 those of the latest moment.
    pub total: Group,
    /// One per group that has rows (and per empty hour, day, week or month between the first and
    /// the last, for T1), in the order of time and of the dimensions' own values; without `by` one,
    /// with an empty key.
    pub groups: Vec<Group>,
}

/// One value of one dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyPart {
    /// The dimension.
    pub dimension: Dimension,
    /// The value; `unknown` or `undated` when the rows have none.
    pub value: String,
}

/// The figures of one group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// What its rows have in common, in the order of `by`; empty for the whole.
    pub key: Vec<KeyPart>,
    /// How many rows the figures stand on: crossings (T1, T2, T3, Q1), intervals (C, R1, Q4),
    /// observations (Q2, Q3).
    pub n: u64,
    /// The figure of indicators that have one (T1, T2, T3, Q1, Q2, Q4); `None` for distributions
    /// and for shares of nothing.
    pub value: Option<f64>,
    /// The counts a figure was made of, by name: `exports`, `imports` (T2); `unconfirmed` (T3);
    /// `present`, `expected` (Q1); `matched` (Q2); `disordered` (Q4). Empty for the others.
    pub counts: BTreeMap<&'static str, u64>,
    /// Rows left out, by reason: all six of [`crate::Exclusion`] for C and R1, `not_timed` for Q3,
    /// empty for the others.
    pub excluded: BTreeMap<&'static str, u64>,
    /// Of `n`, intervals of -60 s to 0 s, counted as 0 (rule 2).
    pub skewed: u64,
    /// Intervals still running at the cut-off (rule 4); the same count as `excluded.open`.
    pub open: u64,
    /// The distribution (C, R1, Q3); `None` for the others and when `n` is 0.
    pub distribution: Option<Distribution>,
    /// Whether percentiles are withheld because `n` is below 5 (rule 10); `false` without a distribution.
    pub suppressed: bool,
    /// Path that lists the crossings (for Q2, Q3: observations) behind the figures. It may list
    /// more: `cargo`, `loaded` and the moment of a backlog are no filters there.
    pub crossings: String,
}

/// R1 of indicators.md, in the unit of the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Distribution {
    /// Arithmetic mean.
    pub mean: f64,
    /// Smallest value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// Median; `None` when suppressed.
    pub median: Option<f64>,
    /// Standard deviation with n - 1; `None` when `n` is 1.
    pub sd: Option<f64>,
    /// P80, P90, P95, P99 and the asked ones, ascending, each once.
    pub percentiles: Vec<Percentile>,
}

/// One percentile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentile {
    /// Which, above 0 and below 100.
    pub p: f64,
    /// Its value (type 7); `None` when suppressed.
    pub value: Option<f64>,
}
