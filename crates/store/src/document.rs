//! Whole observations and crossings as JSON documents.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::text::refuse_nul_in_json;

/// Returns the value as JSON.
///
/// # Errors
/// [`Error::Refused`] when it has no JSON form or holds a NUL.
pub(crate) fn write<T: Serialize>(what: &'static str, value: &T) -> Result<String, Error> {
    let document = serde_json::to_string(value).map_err(|error| Error::Refused {
        reason: format!("{what}: {error}"),
    })?;
    refuse_nul_in_json(what, &document)?;
    Ok(document)
}

/// Reads a value back.
///
/// # Errors
/// [`Error::Corrupt`] when it is not what [`write`] made.
pub(crate) fn read<T: DeserializeOwned>(what: &'static str, document: &str) -> Result<T, Error> {
    serde_json::from_str(document).map_err(|error| {
        corrupt(format!(
            "{what}: {} at column {}",
            kind(&error),
            error.column()
        ))
    })
}

/// The error's own words may quote the document.
fn kind(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => "not what the types say",
        _ => "not JSON",
    }
}

/// Returns the error for what this program did not write.
pub(crate) fn corrupt(reason: impl Into<String>) -> Error {
    Error::Corrupt {
        reason: reason.into(),
    }
}
