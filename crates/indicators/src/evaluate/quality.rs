//! Q1 to Q4: how far the data behind the other figures can be trusted.

use std::collections::BTreeMap;

use bordergate_model::State;

use super::durations::{excluded, is_suppressed};
use super::figures::{Figures, count, percent};
use crate::distribution::distribution;
use crate::{CrossingRow, Exclusion, Fact, Query, ReadingRow, Segment};

/// Latency is given in seconds.
const SECOND_US: i64 = 1_000_000;

/// Tells whether completeness is asked of a crossing: closed, and something is expected (Q1).
pub(super) fn counts_for_completeness(row: &CrossingRow) -> bool {
    row.state == State::Closed && row.expected_count > 0
}

/// Returns milestones present / expected, sums over closed crossings (Q1).
pub(super) fn completeness(rows: &[&CrossingRow]) -> Figures {
    let expected = rows.iter().map(|row| u64::from(row.expected_count)).sum();
    let present = rows.iter().map(|row| u64::from(row.present_count)).sum();
    Figures {
        n: rows.len() as u64,
        value: percent(present, expected),
        counts: BTreeMap::from([("present", present), ("expected", expected)]),
        ..Figures::default()
    }
}

/// Returns the share of observations in a crossing of two readings or more; every row carries an
/// identifier, so that the share is one of a whole (Q2).
pub(super) fn match_rate(rows: &[&ReadingRow]) -> Figures {
    let matched = count(rows, |row| row.crossing_reading_count >= 2);
    let n = rows.len() as u64;
    Figures {
        n,
        value: percent(matched, n),
        counts: BTreeMap::from([("matched", matched)]),
        ..Figures::default()
    }
}

/// Returns the spread of reception minus occurrence (Q3). A clock a little ahead gives a latency
/// below zero, kept as it is: it shows the clock.
pub(super) fn latency(query: &Query, rows: &[&ReadingRow]) -> Figures {
    let mut latencies: Vec<i64> = rows.iter().filter_map(|row| row.latency_us).collect();
    latencies.sort_unstable();
    let n = latencies.len();
    Figures {
        n: n as u64,
        excluded: BTreeMap::from([("not_timed", (rows.len() - n) as u64)]),
        suppressed: is_suppressed(n),
        distribution: distribution(&latencies, SECOND_US, &query.percentiles),
        ..Figures::default()
    }
}

/// Tells whether a fact's order is judged (Q4): C4 is left out, its ends are ordered by definition.
pub(super) fn counts_for_disorder(fact: &Fact) -> bool {
    fact.segment != Segment::C4
}

/// Returns the share of intervals below 0 s, skew included, among those with two believed ends (Q4).
pub(super) fn disorder(facts: &[&Fact]) -> Figures {
    let skewed = count(facts, |fact| fact.is_skewed);
    let negative = excluded(facts, Exclusion::Negative);
    let n = negative + count(facts, |fact| fact.duration_us.is_some());
    Figures {
        n,
        value: percent(skewed + negative, n),
        counts: BTreeMap::from([("disordered", skewed + negative)]),
        excluded: Exclusion::ALL
            .iter()
            .filter(|reason| **reason != Exclusion::Negative)
            .map(|reason| (reason.code(), excluded(facts, *reason)))
            .collect(),
        skewed,
        open: excluded(facts, Exclusion::Open),
        ..Figures::default()
    }
}
