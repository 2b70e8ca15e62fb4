//! Answering one indicator query from the store: the same for HTTP, gRPC, the page and the command line.
//!
//! Fetches the rows the query needs; the figures themselves are `bordergate-indicators`'.

use bordergate_indicators::{Answer, Context, Needs, Query, QueryError, Rows};
use bordergate_model::Fault;
use bordergate_store::{MeasureFilter, Store};

use crate::registrations::Snapshot;

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The query must be changed.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] bordergate_store::Error),
}

impl Error {
    /// Stable label for problems and statuses.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Query(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Query(error) => error.fault(),
            Self::Store(error) => error.fault(),
        }
    }
}
