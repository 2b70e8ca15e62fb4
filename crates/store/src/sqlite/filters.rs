//! Filters as bound values.

use crate::MeasureFilter;
use crate::moment::micros;

/// A half-open range of times in microseconds, for an index that keeps "none" at the smallest value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) from_us: i64,
    pub(crate) to_us: i64,
}

impl Range {
    /// Takes the filter's range; without one, what is filed nowhere is in it too.
    pub(crate) fn of(filter: &MeasureFilter) -> Self {
        let nowhere = i64::MIN;
        let is_open = filter.from.is_none() && filter.to.is_none();
        Self {
            from_us: filter
                .from
                .map_or(if is_open { nowhere } else { nowhere + 1 }, micros),
            to_us: filter.to.map_or(i64::MAX, micros),
        }
    }
}
