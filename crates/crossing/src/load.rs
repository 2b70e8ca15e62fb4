//! Taking in what the database holds: crossings, readings in none, and tombstones.

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::{Crossing, CrossingId, Observation};

use crate::board::Board;
use crate::changes::Placement;
use crate::group::GroupNumber;
use crate::reading::unlinkable;

impl Board {
    /// Takes in what the database holds, changing nothing. What is in memory already is kept: it is
    /// newer or equal.
    pub fn load(
        &mut self,
        crossings: Vec<Crossing>,
        unlinked: Vec<Observation>,
        tombstones: Vec<(CrossingId, u64)>,
    ) {
        let mut touched = BTreeSet::new();
        for crossing in crossings {
            self.load_crossing(crossing, &mut touched);
        }
        for observation in unlinked {
            self.load_unlinked(observation, &mut touched);
        }
        for (crossing_id, revision) in tombstones {
            if !self.knows(crossing_id) {
                self.tombstones.insert(crossing_id, revision);
            }
        }
        let rules = Arc::clone(&self.rules);
        for number in touched {
            if self.groups.get(number).is_some() {
                self.groups.settle_group(number, &rules);
                self.note_due(number);
                self.note_silence(number);
            }
        }
    }

    fn knows(&self, crossing_id: CrossingId) -> bool {
        self.crossings.contains_key(&crossing_id) || self.tombstones.contains_key(&crossing_id)
    }

    fn load_crossing(&mut self, crossing: Crossing, touched: &mut BTreeSet<GroupNumber>) {
        if self.knows(crossing.crossing_id) {
            return;
        }
        for reading in &crossing.readings {
            let reference = reading.observation.reference();
            if self.groups.of_reading(&reference).is_none() {
                self.pending
                    .extend(self.groups.touched_by(&reading.observation));
                touched.insert(self.groups.insert(Arc::clone(&reading.observation)));
                let place = Placement::linked(crossing.crossing_id, reading);
                self.places.insert(reference, place);
            }
        }
        self.crossings
            .insert(crossing.crossing_id, Arc::new(crossing));
    }

    fn load_unlinked(&mut self, observation: Observation, touched: &mut BTreeSet<GroupNumber>) {
        let reference = observation.reference();
        if unlinkable(&observation).is_none() && self.groups.of_reading(&reference).is_none() {
            // Why it is in none is told again when it is linked again.
            touched.insert(self.groups.insert(Arc::new(observation)));
        }
    }
}
