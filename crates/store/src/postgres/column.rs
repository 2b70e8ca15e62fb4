//! Columns of a batch as arrays, for `unnest`.

use jiff::Timestamp;

use super::{Stamp, stamp};

/// Returns one column of the rows.
pub(crate) fn column<'r, T, V>(rows: &'r [T], value: impl Fn(&'r T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

/// Returns one column of times.
pub(crate) fn times<T>(rows: &[T], value: impl Fn(&T) -> Timestamp) -> Vec<Stamp> {
    rows.iter().map(|row| stamp(value(row))).collect()
}

/// Returns one column of times that may be missing.
pub(crate) fn some_times<T>(
    rows: &[T],
    value: impl Fn(&T) -> Option<Timestamp>,
) -> Vec<Option<Stamp>> {
    rows.iter().map(|row| value(row).map(stamp)).collect()
}
