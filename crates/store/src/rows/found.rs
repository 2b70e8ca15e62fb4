//! Look-ups: which crossings to fetch, and the answer put together.

use bordergate_model::{CrossingId, KeyWindow, Observation};
use serde::Serialize;
use uuid::Uuid;

use crate::document;
use crate::{Error, Wanted};

/// A wanted key as columns.
#[derive(Debug, Serialize)]
pub(crate) struct WantedKey<'a> {
    pub(crate) gate_id: &'a str,
    pub(crate) kind: &'static str,
    pub(crate) value: &'a str,
    pub(crate) from_us: i64,
    pub(crate) until_us: i64,
}

impl<'a> WantedKey<'a> {
    fn new(window: &'a KeyWindow) -> Self {
        Self {
            gate_id: window.gate_id.as_str(),
            kind: window.key.kind.code(),
            value: &window.key.value,
            from_us: window.from.as_microsecond(),
            until_us: window.until.as_microsecond(),
        }
    }
}

/// Returns the wanted keys as columns.
pub(crate) fn keys(wanted: &Wanted) -> Vec<WantedKey<'_>> {
    wanted.keys.iter().map(WantedKey::new).collect()
}

/// Reads the stored observations of events with their crossings.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn events(
    rows: Vec<(String, Option<Uuid>)>,
) -> Result<Vec<(Observation, Option<CrossingId>)>, Error> {
    let read = |(text, crossing_id): (String, Option<Uuid>)| {
        Ok((
            document::read("observations.document", &text)?,
            crossing_id.map(CrossingId),
        ))
    };
    rows.into_iter().map(read).collect()
}

/// Returns the crossings wanted by name and those that hold a found event, each once.
pub(crate) fn names(wanted: &Wanted, events: &[(Observation, Option<CrossingId>)]) -> Vec<Uuid> {
    let holding = events.iter().filter_map(|(_, crossing_id)| *crossing_id);
    let mut names: Vec<Uuid> = wanted
        .crossing_ids
        .iter()
        .copied()
        .chain(holding)
        .map(|id| id.0)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
