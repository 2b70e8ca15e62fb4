//! From an indicator's id and named texts to a checked [`Query`].

use std::collections::BTreeSet;

use super::{Query, QueryError, value};
use crate::Segment;
use crate::definition::Indicator;

/// The segment R1 describes when none is named.
const DEFAULT_SEGMENT: Segment = Segment::C2;

impl Query {
    /// Reads a query as HTTP, gRPC and the command line give it.
    ///
    /// `from`, `to` and `at` are RFC 3339 with an offset, or a local day `YYYY-MM-DD`, which means its
    /// midnight (for `at` its 20:00). Words may be in any letter case. Each parameter comes once.
    ///
    /// # Errors
    /// [`QueryError`], which names the parameter and the allowed values.
    pub fn parse(
        id: &str,
        parameters: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, QueryError> {
        let indicator = Indicator::from_id(id).ok_or_else(|| QueryError::UnknownIndicator {
            id: id.to_owned(),
            allowed: Indicator::ALL
                .iter()
                .map(|indicator| indicator.id().to_owned())
                .collect(),
        })?;
        let mut query = Self::of(indicator);
        let mut seen = BTreeSet::new();
        for (name, text) in parameters {
            let name = known(indicator, &name)?;
            if !seen.insert(name) {
                return Err(value::bad(name, &text, ["one value, given once"]));
            }
            query.take(name, text.trim())?;
        }
        query.check()?;
        Ok(query)
    }

    /// Returns the query for all of an indicator, unsplit.
    #[must_use]
    pub fn of(indicator: Indicator) -> Self {
        Self {
            indicator,
            segment: match indicator {
                Indicator::R1 => Some(DEFAULT_SEGMENT),
                other => other.segment(),
            },
            gate_id: None,
            direction: None,
            channel: None,
            cargo: None,
            is_loaded: None,
            from: None,
            to: None,
            at: None,
            by: Vec::new(),
            percentiles: Vec::new(),
        }
    }

    /// Takes one known parameter.
    fn take(&mut self, name: &'static str, text: &str) -> Result<(), QueryError> {
        match name {
            "segment" => self.segment = Some(value::segment(text)?),
            "gate" => self.gate_id = Some(value::gate(text)?),
            "direction" => self.direction = Some(value::direction(text)?),
            "channel" => self.channel = Some(value::channel(text)?),
            "cargo" => self.cargo = Some(value::cargo(text)?),
            "loaded" => self.is_loaded = Some(value::loaded(text)?),
            "from" | "to" | "at" => {
                let moment = Some(value::moment(name, text)?);
                match name {
                    "from" => self.from = moment,
                    "to" => self.to = moment,
                    _ => self.at = moment,
                }
            }
            "by" => self.by = value::dimensions(text, self.definition().dimensions)?,
            "p" => self.percentiles = value::percentiles(text)?,
            other => unreachable!("{other} is listed by a definition and read by none"),
        }
        Ok(())
    }

    /// Checks what no parameter can tell alone.
    fn check(&self) -> Result<(), QueryError> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            let shown = crate::calendar::local_text(to);
            return Err(value::bad("to", &shown, ["a moment after from"]));
        }
        if let Some(at) = self.at
            && (self.from.is_some() || self.to.is_some())
        {
            let shown = crate::calendar::local_text(at);
            return Err(value::bad("at", &shown, ["a moment, without from and to"]));
        }
        Ok(())
    }
}

/// Returns the indicator's own spelling of a parameter's name.
fn known(indicator: Indicator, name: &str) -> Result<&'static str, QueryError> {
    let parameters = indicator.definition().parameters;
    parameters
        .iter()
        .copied()
        .find(|parameter| *parameter == name)
        .ok_or_else(|| QueryError::UnknownParameter {
            parameter: name.chars().take(80).collect(),
            indicator: indicator.id(),
            allowed: parameters.iter().map(ToString::to_string).collect(),
        })
}
