//! From fetched rows to an answer: pure, the same for every database and interface.
//!
//! Filters and groups are in [`split`], one file per family of figures, the way back to the crossings
//! in [`link`]. The store may hand over more rows than asked: the query's filters are applied again.

mod backlog;
mod durations;
mod figures;
mod link;
mod quality;
mod split;
#[cfg(test)]
mod tests;
mod throughput;

use jiff::Timestamp;

use crate::answer::{Answer, Context, Group, KeyPart};
use crate::definition::Indicator;
use crate::{CrossingRow, Fact, Query, ReadingRow};
use figures::Figures;
use split::{Parted, Row, Slot, split};

/// The rows of [`Query::needs`]; the others may stay empty and are not looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// For [`crate::Needs::Facts`]: the facts of all its segments, in any order.
    pub facts: Vec<Fact>,
    /// For [`crate::Needs::Crossings`].
    pub crossings: Vec<CrossingRow>,
    /// For [`crate::Needs::Backlog`]: per moment of [`Query::moments`], in that order, the crossings
    /// that had entered and not ended.
    pub backlogs: Vec<(Timestamp, Vec<CrossingRow>)>,
    /// For [`crate::Needs::Readings`].
    pub readings: Vec<ReadingRow>,
}

/// Returns the answer to `query` from its rows.
///
/// Percentiles are exact (type 7) and withheld below five values; nothing is rounded. Without matching
/// rows the answer has `n` 0, no distribution, and no groups when `by` is given.
#[must_use]
pub fn answer(query: &Query, rows: &Rows, context: Context) -> Answer {
    let (total, groups) = match query.indicator {
        Indicator::T1 => {
            let kept = keep(query, &rows.crossings, |row| row.crossed_at.is_some());
            grouped(
                query,
                &kept,
                throughput::fill_empty_buckets,
                throughput::count,
            )
        }
        Indicator::T2 => {
            let kept = keep(query, &rows.crossings, |row| row.crossed_at.is_some());
            grouped(query, &kept, as_split, throughput::export_share)
        }
        Indicator::T3 => backlog::groups(query, &rows.backlogs),
        Indicator::Q1 => {
            let kept = keep(query, &rows.crossings, quality::counts_for_completeness);
            grouped(query, &kept, as_split, quality::completeness)
        }
        Indicator::Q2 => {
            let kept = keep(query, &rows.readings, |row| row.has_identifier);
            grouped(query, &kept, as_split, quality::match_rate)
        }
        Indicator::Q3 => {
            let kept = keep(query, &rows.readings, |_| true);
            grouped(query, &kept, as_split, |rows| quality::latency(query, rows))
        }
        Indicator::Q4 => {
            let kept = keep(query, &rows.facts, quality::counts_for_disorder);
            grouped(query, &kept, as_split, quality::disorder)
        }
        Indicator::C1
        | Indicator::C2
        | Indicator::C3
        | Indicator::C4
        | Indicator::C6
        | Indicator::R1 => {
            let kept = keep(query, &rows.facts, |fact| {
                Some(fact.segment) == query.segment
            });
            grouped(query, &kept, as_split, |facts| {
                durations::spread(query, facts)
            })
        }
    };
    let definition = query.definition();
    Answer {
        indicator: definition.id,
        definition_version: definition.version,
        title_en: definition.title_en,
        title_vi: definition.title_vi,
        definition: definition.text,
        unit: query.unit(),
        method: "exact",
        parameters: query.parameters(),
        data_as_of: context.data_as_of,
        late_sources: context.late_sources,
        total,
        groups,
    }
}

/// Returns the rows that pass the query's filters and `also`.
fn keep<'a, R: Row>(query: &Query, rows: &'a [R], also: impl Fn(&R) -> bool) -> Vec<&'a R> {
    rows.iter()
        .filter(|row| split::keeps(query, *row) && split::in_range(query, *row) && also(row))
        .collect()
}

/// Leaves groups as they were split.
fn as_split<R: Row>(_: &Query, _: &mut Parted<'_, R>) {}

/// Returns the whole and its groups; without `by` the one group is the whole.
fn grouped<'a, R: Row>(
    query: &Query,
    rows: &[&'a R],
    complete: impl Fn(&Query, &mut Parted<'a, R>),
    figures: impl Fn(&[&'a R]) -> Figures,
) -> (Group, Vec<Group>) {
    let total = group(query, &[], figures(rows));
    if query.by.is_empty() {
        return (total.clone(), vec![total]);
    }
    let mut parts = split(&query.by, rows);
    complete(query, &mut parts);
    let groups = parts
        .iter()
        .map(|(key, rows)| group(query, key, figures(rows)))
        .collect();
    (total, groups)
}

/// Returns a group: figures under their key, with the way to the crossings behind them.
fn group(query: &Query, key: &[Slot], figures: Figures) -> Group {
    Group {
        key: key
            .iter()
            .map(|slot| KeyPart {
                dimension: slot.dimension,
                value: slot.value.clone(),
            })
            .collect(),
        n: figures.n,
        value: figures.value,
        counts: figures.counts,
        excluded: figures.excluded,
        skewed: figures.skewed,
        open: figures.open,
        suppressed: figures.suppressed,
        distribution: figures.distribution,
        crossings: link::to_rows(query, key),
    }
}
