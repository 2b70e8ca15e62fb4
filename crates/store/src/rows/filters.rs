//! Filters as words of columns.

use crate::MeasureFilter;

/// The words of a filter; unset ones hold for all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured<'f> {
    pub(crate) gate_id: Option<&'f str>,
    pub(crate) direction: Option<&'static str>,
    pub(crate) channel: Option<&'static str>,
    pub(crate) cargo: Option<&'static str>,
    pub(crate) is_loaded: Option<bool>,
}

impl<'f> Measured<'f> {
    /// Takes the filter's words.
    pub(crate) fn of(filter: &'f MeasureFilter) -> Self {
        Self {
            gate_id: filter.gate_id.as_ref().map(|id| id.as_str()),
            direction: filter.direction.map(|word| word.code()),
            channel: filter.channel.map(|word| word.code()),
            cargo: filter.cargo.map(|word| word.code()),
            is_loaded: filter.is_loaded,
        }
    }
}
