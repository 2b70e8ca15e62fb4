//! The incremental form of `link`: one more reading, and what it changes.
//!
//! The board holds every crossing that is open or was last read within the horizon of log time. When a
//! reading arrives, the group of readings that share keys with it is linked again with the same functions
//! that define `link`, near plates included, and the differences come out. Names, revisions, what is
//! taken in after a restart and what leaves memory are files of their own.

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::{
    Crossing, CrossingId, LaneWindow, Observation, ObservationRef, State, UnlinkedReason,
};
use imbl::{HashMap, HashSet, OrdSet};
use jiff::Timestamp;

use crate::changes::{Changes, Placement};
use crate::describe::describe;
use crate::group::{GroupNumber, Groups};
use crate::keyless::ByLane;
use crate::lane::is_by_lane;
use crate::lanes::Changed;
use crate::name::{Names, name};
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
    /// What of lanes decisions looked at beyond what is surely in memory, and what was looked up for that.
    pub(crate) unseen: HashSet<LaneWindow>,
    pub(crate) looked_up: HashSet<LaneWindow>,
}

/// A cluster linked again: its visits and their names.
pub(crate) struct Anew {
    pub(crate) settled: Vec<Visit>,
    pub(crate) names: Names,
}

impl Anew {
    /// Returns the crossing that a reading is in by its keys.
    pub(crate) fn crossing_of(&self, reading: &ObservationRef) -> Option<CrossingId> {
        let place = self.names.visit_of.get(reading)?;
        Some(self.names.of_visit[*place])
    }
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
            unseen: HashSet::new(),
            looked_up: HashSet::new(),
        }
    }

    /// Returns an empty board that goes on at a log time: what it loads next was stored then, and what is older than its
    /// horizon is not in memory.
    #[must_use]
    pub fn resumed(rules: Rules, log_time: Timestamp) -> Self {
        Self {
            log_time,
            ..Self::new(rules)
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
        let families = self.groups.iter().flat_map(|(_, group)| {
            let unlinked = group.assigned.unlinked.iter();
            let unlinked = unlinked.map(|(family, reason)| (family, Some(*reason)));
            unlinked.chain(group.assigned.keyless.iter().map(|family| (family, None)))
        });
        let readings = families
            .flat_map(|(family, reason)| family.readings().map(move |reading| (reading, reason)));
        readings.filter_map(|(reading, reason)| {
            let place = self.places.get(&reading.reference());
            let reason =
                reason.or(place.map_or(Some(UnlinkedReason::NoKey), |place| place.unlinked));
            Some((reading.as_ref(), reason?))
        })
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
        let mut changed = self.groups.settle_group(number, &rules);
        let speaker = self.keyless_speaker(&reference);
        changed.extend(speaker.map(|reading| Changed {
            reading,
            is_sighting: false,
        }));
        clusters.insert(number);
        // What hung together before and what hangs together now are decided together.
        let clusters = self.groups.cluster(clusters.into_iter().collect());
        changes.extend(self.relink(&clusters, &changed));
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
            changes.extend(self.relink(&cluster, &[]));
        }
        changes
    }

    /// Links the groups of a cluster again and publishes the differences. `changed` are the readings that tell something
    /// else of their lanes than before.
    fn relink(&mut self, cluster: &BTreeSet<GroupNumber>, changed: &[Changed]) -> Changes {
        let mut cluster = cluster.clone();
        let (mut anew, by_lane) = loop {
            let anew = self.link_anew(&cluster);
            let by_lane = self.by_lane(&cluster, &anew, changed);
            let beside = self.groups_of(&by_lane.touched);
            if beside.is_subset(&cluster) {
                break (anew, by_lane);
            }
            let all = cluster.union(&beside).copied().collect();
            cluster = self.groups.cluster(all);
        };
        self.join_by_lane(&mut anew, &by_lane);
        let changes = self.publish_all(&cluster, anew, &by_lane);
        let decided = by_lane.readings();
        let beside: Vec<GroupNumber> = decided
            .filter_map(|reading| self.groups.of_reading(&reading))
            .collect();
        self.unseen.extend(by_lane.windows);
        for number in cluster {
            self.note_due(number);
            self.note_silence(number);
        }
        for number in beside {
            self.note_silence(number);
        }
        changes
    }

    /// Links the groups of a cluster again, by keys and near plates.
    fn link_anew(&self, cluster: &BTreeSet<GroupNumber>) -> Anew {
        let mut visits: Vec<Visit> = Vec::new();
        let mut old_ids = BTreeSet::new();
        for number in cluster {
            if let Some(group) = self.groups.get(*number) {
                visits.extend(group.assigned.visits.iter().cloned());
                old_ids.extend(self.crossings_by_key(*number));
            }
        }
        let settled = settle(visits, self.log_time, &self.rules);
        let old = old_ids
            .iter()
            .filter_map(|crossing_id| self.crossing(*crossing_id));
        let is_elsewhere = |crossing_id| {
            self.crossings.contains_key(&crossing_id) && !old_ids.contains(&crossing_id)
        };
        let names = name(&settled, old, is_elsewhere);
        Anew { settled, names }
    }

    /// Publishes what differs from before.
    fn publish_all(
        &mut self,
        cluster: &BTreeSet<GroupNumber>,
        anew: Anew,
        by_lane: &ByLane,
    ) -> Changes {
        let mut changes = Changes::default();
        let groups = cluster.iter().filter_map(|number| self.groups.get(*number));
        let unlinked = groups.flat_map(|group| &group.assigned.unlinked);
        let unlinked = unlinked.flat_map(|(family, reason)| {
            let readings = family.readings();
            readings.map(|reading| (reading.as_ref(), *reason))
        });
        let mut placements: Vec<Placement> = unlinked
            .chain(by_lane.unlinked())
            .map(|(reading, reason)| Placement::unlinked(reading.reference(), reason))
            .collect();
        for (visit, crossing_id) in anew.settled.iter().zip(&anew.names.of_visit) {
            let crossing = describe(visit, *crossing_id, self.log_time, &self.rules);
            let linked = crossing.readings.iter();
            placements.extend(linked.map(|reading| Placement::linked(*crossing_id, reading)));
            changes.crossings.extend(self.publish(crossing));
        }
        for (crossing_id, merged_into) in anew.names.gone {
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
        changes
    }

    /// Returns the groups whose readings are in crossings by their keys.
    fn groups_of(&self, crossings: &BTreeSet<CrossingId>) -> BTreeSet<GroupNumber> {
        let crossings = crossings.iter().filter_map(|one| self.crossings.get(one));
        crossings
            .flat_map(|crossing| &crossing.readings)
            .filter(|reading| !is_by_lane(reading.link_key.as_ref()))
            .filter_map(|reading| self.groups.of_reading(&reading.observation.reference()))
            .collect()
    }

    /// Returns the crossings that a group's readings are in by their keys.
    fn crossings_by_key(&self, number: GroupNumber) -> BTreeSet<CrossingId> {
        let readings = self
            .groups
            .get(number)
            .map(|group| group.readings.as_slice());
        let readings = readings.unwrap_or_default().iter();
        readings
            .filter_map(|reading| self.places.get(&reading.reference()))
            .filter(|place| !is_by_lane(place.link_key.as_ref()))
            .filter_map(|place| place.crossing_id)
            .collect()
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
        }
        // Of the crossing and not of the group: what near plates and lanes gave it may have been received later.
        let crossings = self.crossings_by_key(number);
        let crossings = crossings.iter().filter_map(|one| self.crossing(*one));
        let open = crossings.filter(|crossing| crossing.state == State::Open);
        moments.extend(open.map(|crossing| crossing.last_read_log_time + self.rules.expiry));
        for at in moments.into_iter().filter(|at| *at > self.log_time) {
            self.due.insert((at, number));
        }
    }
}
