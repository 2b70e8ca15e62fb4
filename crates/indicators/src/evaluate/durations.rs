//! The C-indicators and R1: the distribution of one segment, with what was left out and why.

use super::figures::{Figures, count};
use crate::distribution::{SUPPRESSED_BELOW, distribution};
use crate::{Exclusion, Fact, Query};

/// Returns the spread of the durations of facts of one segment.
pub(super) fn spread(query: &Query, facts: &[&Fact]) -> Figures {
    let mut durations: Vec<i64> = facts.iter().filter_map(|fact| fact.duration_us).collect();
    durations.sort_unstable();
    let unit_us = query.segment.map_or(1_000_000, |segment| segment.unit_us());
    Figures {
        n: durations.len() as u64,
        excluded: Exclusion::ALL
            .iter()
            .map(|reason| (reason.code(), excluded(facts, *reason)))
            .collect(),
        skewed: count(facts, |fact| fact.is_skewed),
        open: excluded(facts, Exclusion::Open),
        suppressed: is_suppressed(durations.len()),
        distribution: distribution(&durations, unit_us, &query.percentiles),
        ..Figures::default()
    }
}

/// Counts the facts that `reason` leaves out.
pub(super) fn excluded(facts: &[&Fact], reason: Exclusion) -> u64 {
    count(facts, |fact| fact.exclusion == Some(reason))
}

/// Tells whether percentiles of `n` values are withheld (rule 10).
pub(super) fn is_suppressed(n: usize) -> bool {
    n < SUPPRESSED_BELOW
}
