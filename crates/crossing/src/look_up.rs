//! What must be looked up in the database before a reading is linked (DESIGN.md, "Processing a batch", 3).

use bordergate_model::{KeyWindow, Milestone, Observation};
use jiff::Timestamp;

use crate::board::Board;
use crate::reading::{link_keys, moment, unlinkable};

impl Board {
    /// Returns the keys whose older crossings must be looked up before the observation is added: those
    /// not in memory, and all of a reading that comes so late (or looks back so far) that what it needs
    /// may have left memory.
    #[must_use]
    pub fn wanted(&self, observation: &Observation) -> Vec<KeyWindow> {
        if unlinkable(observation).is_some() {
            return Vec::new();
        }
        let at = moment(observation);
        let looks_far_back = matches!(
            observation.milestone,
            Some(Milestone::Returned | Milestone::Delivered)
        );
        let back = if looks_far_back {
            self.rules.expiry
        } else {
            self.rules.reach
        };
        let from = at.saturating_sub(back).unwrap_or(Timestamp::MIN);
        // A visit takes what follows it however long it waits, until it expires: a start that comes late may be
        // of an exit that was told days ago.
        let until = at
            .saturating_add(self.rules.expiry)
            .unwrap_or(Timestamp::MAX);
        let remembered_since = self
            .log_time
            .saturating_sub(self.rules.horizon())
            .unwrap_or(Timestamp::MIN);
        let is_remembered = from >= remembered_since;
        link_keys(observation)
            .into_iter()
            .filter(|key| !is_remembered || !self.groups.has_key(&observation.gate_id, key))
            .map(|key| KeyWindow {
                gate_id: observation.gate_id.clone(),
                key,
                from,
                until,
            })
            .collect()
    }
}
