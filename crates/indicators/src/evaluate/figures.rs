//! The figures of one group, before they get their key.

use std::collections::BTreeMap;

use crate::answer::Distribution;

/// See the fields of the same name of [`crate::Group`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) n: u64,
    pub(super) value: Option<f64>,
    pub(super) counts: BTreeMap<&'static str, u64>,
    pub(super) excluded: BTreeMap<&'static str, u64>,
    pub(super) skewed: u64,
    pub(super) open: u64,
    pub(super) distribution: Option<Distribution>,
    pub(super) suppressed: bool,
}

/// Counts what `holds` for.
pub(super) fn count<R>(rows: &[&R], holds: impl Fn(&R) -> bool) -> u64 {
    rows.iter().filter(|row| holds(row)).count() as u64
}

/// Returns `part` of `whole` in per cent; `None` of nothing.
pub(super) fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}
