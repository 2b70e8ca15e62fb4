//! What leaves memory: crossings that have ended and were last read before the horizon of log time.
//!
//! Groups wait in a queue by their last reception; only those whose time has come are looked at. One
//! that must stay (its crossing is open) is queued again whenever it is linked again.

use std::collections::BTreeSet;

use bordergate_model::{CrossingId, State};
use imbl::HashSet;
use jiff::{SignedDuration, Timestamp};

use crate::board::Board;
use crate::group::{Group, GroupNumber};

/// How much log time passes between two looks at the queue.
const FORGET_EVERY: SignedDuration = SignedDuration::from_mins(10);

impl Board {
    /// Queues a group: it may be forgotten once its last reception lies before the horizon.
    pub(crate) fn note_silence(&mut self, number: GroupNumber) {
        if let Some(last) = self
            .groups
            .get(number)
            .and_then(|group| last_received(group))
        {
            self.silent.insert((last, number));
        }
    }

    /// Lets what lies beyond the horizon leave memory, every ten minutes of log time.
    ///
    /// Between batches only: what [`Board::wanted`] found in memory must stay until the readings it was asked for
    /// are added.
    pub fn forget_when_due(&mut self) {
        if self.log_time.duration_since(self.forgot_at) < FORGET_EVERY {
            return;
        }
        self.forgot_at = self.log_time;
        self.looked_up = HashSet::new();
        let Ok(horizon) = self.log_time.checked_sub(self.rules.horizon()) else {
            return;
        };
        for number in self.take_forgettable(horizon) {
            self.forget(number);
        }
    }

    /// Takes every group off the queue that may be forgotten, or that must stay until it is linked again.
    fn take_forgettable(&mut self, horizon: Timestamp) -> BTreeSet<GroupNumber> {
        let mut forgettable = BTreeSet::new();
        while let Some(&(last, number)) = self.silent.get_min() {
            if last >= horizon {
                break;
            }
            self.silent.remove(&(last, number));
            if !forgettable.contains(&number) {
                let together = self.together(number);
                if together
                    .iter()
                    .all(|number| self.is_beyond(*number, horizon))
                {
                    forgettable.extend(together);
                }
            }
        }
        forgettable
    }

    /// Returns the groups whose readings are in one crossing with this one's, directly or through others:
    /// a near-linked reading leaves together with the crossing it is in.
    fn together(&self, number: GroupNumber) -> BTreeSet<GroupNumber> {
        let mut together = BTreeSet::new();
        let mut waiting = vec![number];
        while let Some(number) = waiting.pop() {
            if self.groups.get(number).is_none() || !together.insert(number) {
                continue;
            }
            let crossings = self.crossings_of(number);
            let readings = crossings
                .iter()
                .filter_map(|crossing_id| self.crossings.get(crossing_id))
                .flat_map(|crossing| &crossing.readings);
            waiting
                .extend(readings.filter_map(|reading| {
                    self.groups.of_reading(&reading.observation.reference())
                }));
        }
        together
    }

    /// Tells whether every crossing of a group has ended and nothing of it was received since the horizon.
    fn is_beyond(&self, number: GroupNumber, horizon: Timestamp) -> bool {
        let is_silent = self
            .groups
            .get(number)
            .and_then(|group| last_received(group))
            .is_none_or(|last| last < horizon);
        is_silent
            && self.crossings_of(number).iter().all(|crossing_id| {
                self.crossings.get(crossing_id).is_none_or(|crossing| {
                    !matches!(crossing.state, State::Open | State::Expired)
                        && crossing.last_read_log_time < horizon
                })
            })
    }

    /// Returns the crossings that a group's readings are in.
    pub(crate) fn crossings_of(&self, number: GroupNumber) -> BTreeSet<CrossingId> {
        let readings = self
            .groups
            .get(number)
            .map(|group| group.readings.as_slice());
        readings
            .unwrap_or_default()
            .iter()
            .filter_map(|reading| self.places.get(&reading.reference())?.crossing_id)
            .collect()
    }

    fn forget(&mut self, number: GroupNumber) {
        let Some(group) = self.groups.remove(number) else {
            return;
        };
        for reading in &group.readings {
            if let Some(place) = self.places.remove(&reading.reference())
                && let Some(crossing_id) = place.crossing_id
            {
                self.crossings.remove(&crossing_id);
            }
        }
    }
}

fn last_received(group: &Group) -> Option<Timestamp> {
    group
        .readings
        .iter()
        .map(|reading| reading.received_at)
        .max()
}

#[cfg(test)]
#[path = "forget_tests.rs"]
mod tests;
