//! Publishing crossings: the next revision of one that differs, the tombstone of one that is gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use bordergate_model::{Crossing, CrossingChange, CrossingId, State};

use crate::board::Board;

impl Board {
    /// Publishes a crossing at its next revision when it differs from what was published.
    pub(crate) fn publish(&mut self, mut crossing: Crossing) -> Option<CrossingChange> {
        let crossing_id = crossing.crossing_id;
        let revision = match self.crossings.get(&crossing_id) {
            Some(published) => {
                crossing.revision = published.revision;
                if **published == crossing {
                    return None;
                }
                published.revision
            }
            None => self.tombstones.remove(&crossing_id).unwrap_or(0),
        };
        crossing.revision = revision + 1;
        self.crossings
            .insert(crossing_id, Arc::new(crossing.clone()));
        Some(CrossingChange { crossing })
    }

    /// Publishes that a crossing is gone.
    pub(crate) fn bury(
        &mut self,
        crossing_id: CrossingId,
        merged_into: Option<CrossingId>,
    ) -> Option<CrossingChange> {
        let published = self.crossings.remove(&crossing_id)?;
        let revision = published.revision + 1;
        self.tombstones.insert(crossing_id, revision);
        let crossing = Crossing {
            revision,
            state: State::Merged,
            merged_into,
            keys: Vec::new(),
            milestones: BTreeMap::new(),
            readings: Vec::new(),
            ..published.as_ref().clone()
        };
        Some(CrossingChange { crossing })
    }
}
