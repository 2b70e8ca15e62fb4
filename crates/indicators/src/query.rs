//! Queries: which indicator, over which crossings, split by what.
//!
//! Reading parameters is in [`parse`]; which rows a query needs is here; figures are `evaluate`'s.

mod error;
mod parse;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;

use bordergate_model::{CargoClass, Channel, Direction, GateId};
use jiff::Timestamp;

pub use error::QueryError;

use crate::calendar;
use crate::definition::{Definition, Indicator, Needs};
use crate::{Dimension, Segment};

/// The most daily backlogs one query may ask for.
pub const MOMENTS_LIMIT: usize = 400;

/// A checked question; unset parts hold for all. `from` and `to` are a half-open range.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The indicator.
    pub indicator: Indicator,
    /// The segment: a C-indicator's own, R1's parameter (C2 unless given); `None` for the others.
    pub segment: Option<Segment>,
    /// The gate.
    pub gate_id: Option<GateId>,
    /// The direction.
    pub direction: Option<Direction>,
    /// The channel.
    pub channel: Option<Channel>,
    /// The cargo class.
    pub cargo: Option<CargoClass>,
    /// Loaded (`true`) or empty.
    pub is_loaded: Option<bool>,
    /// Start of the filing time (observations: of their occurrence, else reception), inclusive.
    pub from: Option<Timestamp>,
    /// End of it, exclusive.
    pub to: Option<Timestamp>,
    /// The moment of a backlog (T3); never together with `from` or `to`.
    pub at: Option<Timestamp>,
    /// How to split the answer, in the order asked; at most one of hour, day, week and month.
    pub by: Vec<Dimension>,
    /// The percentiles asked for besides those of R1, ascending, each above 0 and below 100.
    pub percentiles: Vec<f64>,
}

impl Query {
    /// Returns the definition of its indicator.
    #[must_use]
    pub fn definition(&self) -> &'static Definition {
        self.indicator.definition()
    }

    /// Returns the rows it is computed from.
    #[must_use]
    pub fn needs(&self) -> Needs {
        match self.indicator {
            Indicator::T1 | Indicator::T2 | Indicator::Q1 => Needs::Crossings,
            Indicator::T3 => Needs::Backlog,
            Indicator::Q2 | Indicator::Q3 => Needs::Readings,
            Indicator::Q4 => Needs::Facts(vec![Segment::C1, Segment::C2, Segment::C3, Segment::C6]),
            _ => Needs::Facts(self.segment.into_iter().collect()),
        }
    }

    /// Returns the unit of its figures: the segment's for R1, else the definition's.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self.segment {
            Some(segment) => segment.unit(),
            None => self.definition().unit,
        }
    }

    /// Returns the moments at which a backlog (T3) is taken, ascending: `at`; or 20:00 of each
    /// local day in the range, none after `data_as_of`; without a range the latest 20:00 at or
    /// before `data_as_of`. Only `to` given: the latest 20:00 before it. Empty for other
    /// indicators, and without data unless `at` is given.
    ///
    /// # Errors
    /// [`QueryError::BadValue`] for `from` when the range has more than [`MOMENTS_LIMIT`] days.
    pub fn moments(&self, data_as_of: Option<Timestamp>) -> Result<Vec<Timestamp>, QueryError> {
        if self.indicator != Indicator::T3 {
            return Ok(Vec::new());
        }
        if let Some(at) = self.at {
            return Ok(vec![at]);
        }
        let Some(data_as_of) = data_as_of else {
            return Ok(Vec::new());
        };
        let Some(from) = self.from else {
            let last = self
                .to
                .map_or(data_as_of, |to| data_as_of.min(just_before(to)));
            return Ok(calendar::latest_backlog_time(last).into_iter().collect());
        };
        let to = self.to.unwrap_or(Timestamp::MAX);
        let mut moments = calendar::backlog_times(from, to, MOMENTS_LIMIT + 1);
        moments.retain(|moment| *moment <= data_as_of);
        if moments.len() > MOMENTS_LIMIT {
            return Err(value::too_many_days(from));
        }
        Ok(moments)
    }

    /// Checks that the gate asked for is one of `known`.
    ///
    /// # Errors
    /// [`QueryError::BadValue`] for `gate`, naming the known ones.
    pub fn check_gate<'a>(
        &self,
        known: impl IntoIterator<Item = &'a GateId>,
    ) -> Result<(), QueryError> {
        let Some(gate_id) = &self.gate_id else {
            return Ok(());
        };
        let known: Vec<&GateId> = known.into_iter().collect();
        if known.contains(&gate_id) {
            return Ok(());
        }
        Err(QueryError::BadValue {
            parameter: "gate",
            value: gate_id.to_string(),
            allowed: known.iter().map(ToString::to_string).collect(),
        })
    }

    /// Returns its parameters as understood, by name: times in local RFC 3339, lists with commas.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<&'static str, String> {
        let words = |list: &[Dimension]| {
            let words: Vec<&str> = list.iter().map(|dimension| dimension.code()).collect();
            words.join(",")
        };
        let numbers = |list: &[f64]| {
            let numbers: Vec<String> = list.iter().map(ToString::to_string).collect();
            numbers.join(",")
        };
        let segment = self
            .segment
            .filter(|_| self.indicator == Indicator::R1)
            .map(|segment| segment.code().to_owned());
        [
            ("segment", segment),
            ("gate", self.gate_id.as_ref().map(ToString::to_string)),
            ("direction", self.direction.map(|word| word.to_string())),
            ("channel", self.channel.map(|word| word.to_string())),
            ("cargo", self.cargo.map(|word| word.to_string())),
            ("loaded", self.is_loaded.map(|word| word.to_string())),
            ("from", self.from.map(calendar::local_text)),
            ("to", self.to.map(calendar::local_text)),
            ("at", self.at.map(calendar::local_text)),
            ("by", Some(words(&self.by)).filter(|text| !text.is_empty())),
            (
                "p",
                Some(numbers(&self.percentiles)).filter(|text| !text.is_empty()),
            ),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

fn just_before(at: Timestamp) -> Timestamp {
    at.checked_sub(jiff::SignedDuration::from_nanos(1))
        .unwrap_or(at)
}
