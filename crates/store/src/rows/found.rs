//! Look-ups: which crossings to fetch, and the answer put together.

use bordergate_model::{CrossingId, Observation};
use uuid::Uuid;

use crate::document;
use crate::rows::observation::observations;
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

/// Reads what was read on lanes: the crossings it is in, and the observations in none.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn on_lanes(
    rows: Vec<(Option<Uuid>, Option<String>)>,
) -> Result<(Vec<CrossingId>, Vec<Observation>), Error> {
    let crossings = rows.iter().filter_map(|(crossing_id, _)| *crossing_id);
    let crossings = crossings.map(CrossingId).collect();
    let documents = rows
        .into_iter()
        .filter_map(|(_, document)| Some((document?,)));
    Ok((crossings, observations(documents.collect())?))
}

/// Returns the crossings wanted by name, those that hold a found event and those on wanted lanes, each once.
pub(crate) fn names(
    wanted: &Wanted,
    events: &[(Observation, Option<CrossingId>)],
    on_lanes: &[CrossingId],
) -> Vec<Uuid> {
    let holding = events.iter().filter_map(|(_, crossing_id)| *crossing_id);
    let mut names: Vec<Uuid> = wanted
        .crossing_ids
        .iter()
        .chain(on_lanes)
        .copied()
        .chain(holding)
        .map(|id| id.0)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
