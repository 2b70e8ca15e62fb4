//! Why a query was refused: always the parameter's name and what it may be.

use bordergate_model::Fault;

/// Why a query was refused; the asker must change it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// There is no indicator of that id.
    #[error("indicator {id:?} is unknown; known are {}", allowed.join(", "))]
    UnknownIndicator {
        /// The id asked for.
        id: String,
        /// The known ids.
        allowed: Vec<String>,
    },
    /// The indicator has no such parameter.
    #[error("parameter {parameter:?} is unknown to {indicator}; known are {}", allowed.join(", "))]
    UnknownParameter {
        /// The name given.
        parameter: String,
        /// The indicator's id.
        indicator: &'static str,
        /// The parameters it has.
        allowed: Vec<String>,
    },
    /// A parameter's value cannot be read or does not fit the others.
    #[error("parameter {parameter} cannot be {value:?}; allowed: {}", allowed.join(", "))]
    BadValue {
        /// The parameter's name.
        parameter: &'static str,
        /// The value given.
        value: String,
        /// The values or forms it may have.
        allowed: Vec<String>,
    },
}

impl QueryError {
    /// Stable label for problems.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownIndicator { .. } => "indicator.unknown",
            Self::UnknownParameter { .. } => "query.unknown_parameter",
            Self::BadValue { .. } => "query.bad_value",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }

    /// Returns the name of the parameter at fault; `indicator` for an unknown id.
    #[must_use]
    pub fn parameter(&self) -> &str {
        match self {
            Self::UnknownIndicator { .. } => "indicator",
            Self::UnknownParameter { parameter, .. } => parameter,
            Self::BadValue { parameter, .. } => parameter,
        }
    }

    /// Returns what is allowed in its place.
    #[must_use]
    pub fn allowed(&self) -> &[String] {
        match self {
            Self::UnknownIndicator { allowed, .. }
            | Self::UnknownParameter { allowed, .. }
            | Self::BadValue { allowed, .. } => allowed,
        }
    }
}
