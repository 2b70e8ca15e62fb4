//! Outcomes, read, and those of records that waited, as they change.

use bordergate_model::{Outcome, OutcomeKind};
use serde::Serialize;

use super::word;
use crate::Error;

/// Reads an outcome.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn outcome(kind: &str, code: String) -> Result<Outcome, Error> {
    const ALL: [OutcomeKind; 5] = [
        OutcomeKind::Ignored,
        OutcomeKind::Duplicate,
        OutcomeKind::Quarantined,
        OutcomeKind::Part,
        OutcomeKind::Routed,
    ];
    let kind = word(
        "outcomes.kind",
        ALL.into_iter().find(|known| known.code() == kind),
    )?;
    Ok(Outcome { kind, code })
}

/// The new outcome of a record that waited: as a part, or, `routed` without a gate, for its gate.
#[derive(Debug, Serialize)]
pub(crate) struct ChangedRow {
    pub(crate) log_offset: i64,
    /// Its kind until now.
    pub(crate) waited_as: &'static str,
    pub(crate) kind: &'static str,
    /// `None`: as it was.
    pub(crate) gate_id: Option<String>,
    pub(crate) code: String,
}

/// Returns the error for a record whose outcome does not say that it waits.
pub(crate) fn not_waiting() -> Error {
    Error::Corrupt {
        reason: "outcomes: a record that should have waited is not stored so".to_owned(),
    }
}
