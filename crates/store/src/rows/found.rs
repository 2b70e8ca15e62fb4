//! Look-ups: which crossings to fetch, and the answer put together.

use bordergate_model::{CrossingId, Observation};
use uuid::Uuid;

use crate::document;
use crate::{Error, Wanted};

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
