//! The incremental form of `link`: one more reading, and what it changes.
//!
//! The board holds every crossing that is open or was last read within the horizon of log time. When a
//! reading arrives, the group of readings that share keys with it is linked again with the same functions
//! that define `link`, near plates included, and the differences come out. Names, revisions, what is
//! taken in after a restart and what leaves memory are files of their own.

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::{Crossing, CrossingId, Observation, ObservationRef, UnlinkedReason};
use imbl::{HashMap, OrdSet};
use jiff::Timestamp;

use crate::changes::{Changes, Placement};
use crate::describe::describe;
use crate::group::{GroupNumber, Groups};
use crate::name::name;
use crate::near::{due_at, lone, settle};
use crate::reading::unlinkable;
use crate::rules::Rules;
use crate::visit::Visit;

/// The crossings of one shard's gates. Cloning is cheap, so a clone serves as an overlay.
#[derive(Clone, Debug)]
pub struct Board {
    pub(crate) rules: Arc<Rules>,
    pub(crate) log_time: Timestamp,
    pub(crate) forgot_at: Timestamp,
    pub(crate) groups: Groups,
    pub(crate) crossings: HashMap<CrossingId, Arc<Crossing>>,
    pub(crate) places: HashMap<ObservationRef, Placement>,
    pub(crate) tombstones: HashMap<CrossingId, u64>,
    /// When a group must be looked at again without a new reading.
    due: OrdSet<(Timestamp, GroupNumber)>,
    /// Groups by their last reception, to be forgotten in this order.
    pub(crate) silent: OrdSet<(Timestamp, GroupNumber)>,
    /// Groups whose near-plate decisions loading may have touched; linked again with the next reading.
    pub(crate) pending: OrdSet<GroupNumber>,
}

impl Board {
    /// Returns an empty board.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules: Arc::new(rules),
            log_time: Timestamp::MIN,
            forgot_at: Timestamp::MIN,
            groups: Groups::default(),
            crossings: HashMap::new(),
            places: HashMap::new(),
            tombstones: HashMap::new(),
            due: OrdSet::new(),
            silent: OrdSet::new(),
            pending: OrdSet::new(),
        }
    }

    /// Returns a crossing in memory.
    #[must_use]
    pub fn crossing(&self, crossing_id: CrossingId) -> Option<&Crossing> {
        self.crossings.get(&crossing_id).map(Arc::as_ref)
    }

    /// Returns every crossing in memory, in no order.
    pub fn crossings(&self) -> impl Iterator<Item = &Crossing> {
        self.crossings.values().map(Arc::as_ref)
    }

    /// Returns every observation in memory that is in no crossing, in no order.
    pub fn unlinked(&self) -> impl Iterator<Item = (&Observation, UnlinkedReason)> {
        let groups = self
            .groups
            .iter()
            .flat_map(|(_, group)| group.assigned.unlinked.iter());
        groups.map(|(observation, reason)| (observation.as_ref(), *reason))
    }

    /// Returns the revisions at which crossings that are gone ended.
    pub fn tombstones(&self) -> impl Iterator<Item = (CrossingId, u64)> {
        self.tombstones
            .iter()
            .map(|(crossing_id, revision)| (*crossing_id, *revision))
    }

    /// Adds an observation and returns what that changes. One that was added before changes nothing.
    pub fn add(&mut self, observation: Observation, log_time: Timestamp) -> Changes {
        let mut changes = self.advance(log_time);
        let reference = observation.reference();
        if self.groups.of_reading(&reference).is_some() {
            return changes;
        }
        if let Some(reason) = unlinkable(&observation) {
            changes
                .placements
                .push(Placement::unlinked(reference, reason));
            return changes;
        }
        let rules = Arc::clone(&self.rules);
        let mut clusters = self.groups.touched_by(&observation);
        clusters.extend(std::mem::take(&mut self.pending));
        let number = self.groups.insert(Arc::new(observation));
        self.groups.settle_group(number, &rules);
        clusters.insert(number);
        // What hung together before and what hangs together now are decided together.
        let clusters = self.groups.cluster(clusters.into_iter().collect());
        changes.extend(self.relink(&clusters));
        changes
    }

    /// Moves log time forward: near windows that have passed are decided, and silent crossings expire.
    pub fn advance(&mut self, log_time: Timestamp) -> Changes {
        let mut changes = Changes::default();
        if log_time <= self.log_time {
            return changes;
        }
        self.log_time = log_time;
        while let Some(&(at, number)) = self.due.get_min() {
            if at > log_time {
                break;
            }
            self.due.remove(&(at, number));
            let cluster = self.groups.cluster(vec![number]);
            changes.extend(self.relink(&cluster));
        }
        changes
    }

    /// Links the groups of a cluster again and publishes the differences.
    fn relink(&mut self, cluster: &BTreeSet<GroupNumber>) -> Changes {
        let mut visits: Vec<Visit> = Vec::new();
        let mut placements = Vec::new();
        let mut old_ids = BTreeSet::new();
        for number in cluster {
            let Some(group) = self.groups.get(*number).cloned() else {
                continue;
            };
            visits.extend(group.assigned.visits.iter().cloned());
            let unlinked = group.assigned.unlinked.iter();
            placements.extend(unlinked.map(|(observation, reason)| {
                Placement::unlinked(observation.reference(), *reason)
            }));
            old_ids.extend(self.crossings_of(*number));
        }
        let settled = settle(visits, self.log_time, &self.rules);
        let old = old_ids
            .iter()
            .filter_map(|crossing_id| self.crossing(*crossing_id));
        let is_elsewhere = |crossing_id| {
            self.crossings.contains_key(&crossing_id) && !old_ids.contains(&crossing_id)
        };
        let names = name(&settled, old, is_elsewhere);
        let mut changes = Changes::default();
        for (visit, crossing_id) in settled.iter().zip(&names.of_visit) {
            let crossing = describe(visit, *crossing_id, self.log_time, &self.rules);
            let linked = crossing.readings.iter();
            placements.extend(linked.map(|reading| Placement::linked(*crossing_id, reading)));
            changes.crossings.extend(self.publish(crossing));
        }
        for (crossing_id, merged_into) in names.gone {
            changes
                .crossings
                .extend(self.bury(crossing_id, merged_into));
        }
        placements.retain(|place| self.places.get(&place.reference) != Some(place));
        placements.sort_by_key(|place| place.reference);
        for place in &placements {
            self.places.insert(place.reference, place.clone());
        }
        changes.placements = placements;
        for number in cluster {
            self.note_due(*number);
            self.note_silence(*number);
        }
        changes
    }

    /// Notes when a group must be looked at again without a new reading.
    pub(crate) fn note_due(&mut self, number: GroupNumber) {
        let Some(group) = self.groups.get(number) else {
            return;
        };
        let mut moments = Vec::new();
        for visit in &group.assigned.visits {
            if let Some(reading) = lone(visit) {
                moments.push(due_at(reading, &self.rules));
            }
            if visit.end().is_none() {
                let last = visit
                    .members
                    .iter()
                    .map(|member| member.observation.received_at)
                    .max();
                moments.extend(last.map(|last| last + self.rules.expiry));
            }
        }
        for at in moments.into_iter().filter(|at| *at > self.log_time) {
            self.due.insert((at, number));
        }
    }
}
