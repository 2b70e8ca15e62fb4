//! Rows as both databases have them: what is written into typed columns, and how they are read back.
//!
//! Statements are each backend's own; what a row means is decided here, once.

pub(crate) mod audit;
pub(crate) mod batch;
pub(crate) mod bridge;
pub(crate) mod counts;
pub(crate) mod crossing;
pub(crate) mod decision;
pub(crate) mod fact;
pub(crate) mod feed;
pub(crate) mod filters;
pub(crate) mod found;
pub(crate) mod gdc;
pub(crate) mod login;
pub(crate) mod observation;
pub(crate) mod outcome;
pub(crate) mod page;
pub(crate) mod part;
pub(crate) mod progress;
pub(crate) mod quarantine;
pub(crate) mod record;
pub(crate) mod registration;
pub(crate) mod route;
pub(crate) mod submission;
pub(crate) mod token;

use crate::Error;
use crate::document::corrupt;

/// Returns the number as the type that holds it.
///
/// # Errors
/// [`Error::Corrupt`] when it does not fit.
pub(crate) fn number<T: TryFrom<i64>>(
    column: &'static str,
    value: impl Into<i64>,
) -> Result<T, Error> {
    T::try_from(value.into()).map_err(|_| corrupt(format!("{column} is out of range")))
}

/// Returns the value of a word.
///
/// # Errors
/// [`Error::Corrupt`] when the program does not know it.
pub(crate) fn word<T>(column: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| corrupt(format!("{column} is no known word")))
}

/// Returns a checked name.
///
/// # Errors
/// [`Error::Corrupt`] when it is none.
pub(crate) fn name<T: std::str::FromStr>(column: &'static str, text: &str) -> Result<T, Error> {
    text.parse()
        .map_err(|_| corrupt(format!("{column} is no name")))
}

/// Returns a count that a column can hold; what is larger stands at the most it can.
pub(crate) fn wide(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Returns a hash.
///
/// # Errors
/// [`Error::Corrupt`] when it has not 32 bytes.
pub(crate) fn sha256(column: &'static str, bytes: &[u8]) -> Result<[u8; 32], Error> {
    bytes
        .try_into()
        .map_err(|_| corrupt(format!("{column} has not 32 bytes")))
}
