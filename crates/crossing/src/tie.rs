//! What ties readings to each other: only those tied, directly or through others, can matter to each other.

use bordergate_model::{MatchKey, Observation, SourceId};

use crate::family::event_names;
use crate::reading::link_keys;

/// What readings of one gate share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tie {
    /// A key. A plate ties by its folded form, which equal plates share.
    Key(MatchKey),
    /// An event, its own or the one it corrects: source, event id, index within its record.
    Event(SourceId, String, u16),
}

/// Returns what ties a reading to others: its keys and its event.
pub(crate) fn ties(reading: &Observation) -> impl Iterator<Item = Tie> {
    let keys = link_keys(reading).into_iter().map(Tie::Key);
    let events = event_names(reading)
        .map(|(source, event, index)| Tie::Event(source.clone(), event.to_owned(), index));
    keys.chain(events)
}
