//! What one more reading, or the passing of log time, changes on a board.

use bordergate_model::{
    CrossingChange, CrossingId, LinkedReading, MatchKey, ObservationRef, UnlinkedReason,
};

/// Where an observation stands after a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The observation.
    pub reference: ObservationRef,
    /// Its crossing.
    pub crossing_id: Option<CrossingId>,
    /// The key by which it was linked; `None` when it opened its crossing or is in none.
    pub link_key: Option<MatchKey>,
    /// Why it is in none.
    pub unlinked: Option<UnlinkedReason>,
}

/// What changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Every crossing that changed, at its new revision; tombstones last.
    pub crossings: Vec<CrossingChange>,
    /// Every observation whose place changed, by reference.
    pub placements: Vec<Placement>,
}

impl Changes {
    /// Adds what changed next.
    pub(crate) fn extend(&mut self, other: Self) {
        self.crossings.extend(other.crossings);
        self.placements.extend(other.placements);
    }
}

impl Placement {
    /// Places an observation in no crossing.
    pub(crate) fn unlinked(reference: ObservationRef, reason: UnlinkedReason) -> Self {
        Self {
            reference,
            crossing_id: None,
            link_key: None,
            unlinked: Some(reason),
        }
    }

    /// Places a crossing's reading.
    pub(crate) fn linked(crossing_id: CrossingId, reading: &LinkedReading) -> Self {
        Self {
            reference: reading.observation.reference(),
            crossing_id: Some(crossing_id),
            link_key: reading.link_key.clone(),
            unlinked: None,
        }
    }
}
