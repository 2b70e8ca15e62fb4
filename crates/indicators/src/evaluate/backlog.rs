//! T3: who was inside at a moment and had not left.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::figures::{Figures, count};
use super::split::{Slot, keeps, split};
use crate::answer::Group;
use crate::{CrossingRow, Query};

/// Crossings with fewer readings are counted beside the backlog, as unconfirmed.
const CONFIRMED_READINGS: u32 = 2;

/// Returns the backlog of the latest moment, and one group per moment (and per value of `by`),
/// ascending; without moments a whole of 0 and no groups.
pub(super) fn groups(
    query: &Query,
    backlogs: &[(Timestamp, Vec<CrossingRow>)],
) -> (Group, Vec<Group>) {
    let mut total = super::group(query, &[], figures(&[]));
    let mut groups = Vec::new();
    for (at, rows) in backlogs {
        let inside: Vec<&CrossingRow> = rows
            .iter()
            .filter(|row| keeps(query, *row) && is_inside(row, *at))
            .collect();
        let moment = Slot::of_moment(*at);
        total = super::group(query, &[], figures(&inside));
        if query.by.is_empty() {
            groups.push(super::group(query, &[moment], figures(&inside)));
            continue;
        }
        for (mut key, part) in split(&query.by, &inside) {
            key.insert(0, moment.clone());
            groups.push(super::group(query, &key, figures(&part)));
        }
    }
    (total, groups)
}

/// Tells whether a crossing had entered at or before `at` and had not ended by then.
fn is_inside(row: &CrossingRow, at: Timestamp) -> bool {
    row.entered_at.is_some_and(|entered_at| entered_at <= at)
        && row.ended_at.is_none_or(|ended_at| ended_at > at)
}

fn figures(rows: &[&CrossingRow]) -> Figures {
    let n = count(rows, |row| row.reading_count >= CONFIRMED_READINGS);
    Figures {
        n,
        value: Some(n as f64),
        counts: BTreeMap::from([("unconfirmed", rows.len() as u64 - n)]),
        ..Figures::default()
    }
}
