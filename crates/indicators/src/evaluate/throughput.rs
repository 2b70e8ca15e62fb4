//! T1 and T2: how many vehicles crossed, and how many of them outbound.

use std::collections::{BTreeMap, BTreeSet};

use bordergate_model::Direction;

use super::figures::{Figures, count as count_of, percent};
use super::split::{Parted, Slot};
use crate::{CrossingRow, Query, calendar};

/// Above this many groups empty periods are not added: a reading of 1970 would add half a million.
const FILLED_LIMIT: usize = 50_000;

/// Returns the number of crossings; every row has crossed (T1).
pub(super) fn count(rows: &[&CrossingRow]) -> Figures {
    let n = rows.len() as u64;
    Figures {
        n,
        value: Some(n as f64),
        ..Figures::default()
    }
}

/// Returns the share of exports among crossings; every row has crossed (T2).
pub(super) fn export_share(rows: &[&CrossingRow]) -> Figures {
    let exports = count_of(rows, |row| row.direction == Direction::Export);
    let imports = count_of(rows, |row| row.direction == Direction::Import);
    let n = exports + imports;
    Figures {
        n,
        value: percent(exports, n),
        counts: BTreeMap::from([("exports", exports), ("imports", imports)]),
        ..Figures::default()
    }
}

/// Adds the periods in which nothing crossed, between the first and the last in which something did,
/// for every combination of the other dimensions that occurs: a quiet hour is a zero, not a gap.
pub(super) fn fill_empty_buckets(query: &Query, parts: &mut Parted<'_, CrossingRow>) {
    let dated = query
        .by
        .iter()
        .enumerate()
        .find_map(|(place, dimension)| Some((place, *dimension, dimension.period()?)));
    let Some((place, dimension, period)) = dated else {
        return;
    };
    let ranges = || parts.keys().filter_map(|key| key[place].range);
    let (Some(first), Some(last)) = (
        ranges().map(|(from, _)| from).min(),
        ranges().map(|(from, _)| from).max(),
    ) else {
        return;
    };
    let others: BTreeSet<Vec<Slot>> = parts
        .keys()
        .map(|key| {
            let mut rest = key.clone();
            rest.remove(place);
            rest
        })
        .collect();
    let mut buckets = Vec::new();
    let mut start = first;
    while start <= last {
        let bucket = calendar::bucket(start, period);
        if buckets.len() * others.len() > FILLED_LIMIT || bucket.to <= start {
            return;
        }
        start = bucket.to;
        buckets.push(Slot::of_bucket(dimension, bucket));
    }
    for bucket in &buckets {
        for rest in &others {
            let mut key = rest.clone();
            key.insert(place, bucket.clone());
            parts.entry(key).or_default();
        }
    }
}
