//! The incremental form of `link`: one more reading, and what it changes.
//!
//! The board holds every crossing that is open or was last read within the horizon of log time. When a
//! reading arrives, the group of readings that share keys with it is linked again with the same functions
//! that define `link`, near plates included, and the differences come out.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use bordergate_model::{
    Crossing, CrossingChange, CrossingId, KeyKind, KeyWindow, MatchKey, Milestone, Observation,
    ObservationRef, State, UnlinkedReason,
};
use imbl::{HashMap, OrdSet};
use jiff::{SignedDuration, Timestamp};

use crate::describe::describe;
use crate::group::{GroupNumber, Groups};
use crate::near::{due_at, lone, settle};
use crate::reading::{link_keys, moment, unlinkable};
use crate::rules::Rules;
use crate::visit::Visit;

/// How much log time passes between two searches for what is beyond the horizon.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_mins(10);

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
    fn extend(&mut self, other: Self) {
        self.crossings.extend(other.crossings);
        self.placements.extend(other.placements);
    }
}

/// The crossings of one shard's gates. Cloning is cheap, so a clone serves as an overlay.
#[derive(Clone, Debug)]
pub struct Board {
    rules: Arc<Rules>,
    log_time: Timestamp,
    swept_at: Timestamp,
    groups: Groups,
    crossings: HashMap<CrossingId, Arc<Crossing>>,
    places: HashMap<ObservationRef, Placement>,
    tombstones: HashMap<CrossingId, u64>,
    due: OrdSet<(Timestamp, GroupNumber)>,
    /// Groups whose near-plate decisions loading may have touched; linked again with the next reading.
    pending: OrdSet<GroupNumber>,
}

impl Board {
    /// Returns an empty board.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules: Arc::new(rules),
            log_time: Timestamp::MIN,
            swept_at: Timestamp::MIN,
            groups: Groups::default(),
            crossings: HashMap::new(),
            places: HashMap::new(),
            tombstones: HashMap::new(),
            due: OrdSet::new(),
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
            if self.crossings.contains_key(&crossing.crossing_id)
                || self.tombstones.contains_key(&crossing.crossing_id)
            {
                continue;
            }
            for reading in &crossing.readings {
                let reference = reading.observation.reference();
                if self.groups.of_reading(&reference).is_none() {
                    self.pending
                        .extend(self.groups.touched_by(&reading.observation));
                    touched.insert(self.groups.insert(Arc::new(reading.observation.clone())));
                    let place = Placement {
                        reference,
                        crossing_id: Some(crossing.crossing_id),
                        link_key: reading.link_key.clone(),
                        unlinked: None,
                    };
                    self.places.insert(reference, place);
                }
            }
            self.crossings
                .insert(crossing.crossing_id, Arc::new(crossing));
        }
        for observation in unlinked
            .into_iter()
            .filter(|observation| unlinkable(observation).is_none())
        {
            let reference = observation.reference();
            if self.groups.of_reading(&reference).is_none() {
                let place = Placement {
                    reference,
                    crossing_id: None,
                    link_key: None,
                    unlinked: Some(UnlinkedReason::Ambiguous),
                };
                self.places.insert(reference, place);
                touched.insert(self.groups.insert(Arc::new(observation)));
            }
        }
        for (crossing_id, revision) in tombstones {
            if !self.crossings.contains_key(&crossing_id)
                && !self.tombstones.contains_key(&crossing_id)
            {
                self.tombstones.insert(crossing_id, revision);
            }
        }
        for number in touched {
            if self.groups.get(number).is_some() {
                let rules = Arc::clone(&self.rules);
                self.groups.settle_group(number, &rules);
                self.note_due(number);
            }
        }
    }

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
        let until = at
            .saturating_add(self.rules.reach)
            .unwrap_or(Timestamp::MAX);
        let remembered_since = self
            .log_time
            .saturating_sub(self.rules.horizon())
            .unwrap_or(Timestamp::MIN);
        let is_remembered = from >= remembered_since;
        link_keys(observation)
            .into_iter()
            .filter(|key| {
                let tie = format!("{}\n{}", key.kind.code(), key.value);
                !is_remembered || !self.groups.has_tie(&observation.gate_id, &tie)
            })
            .map(|key| KeyWindow {
                gate_id: observation.gate_id.clone(),
                key,
                from,
                until,
            })
            .collect()
    }

    /// Adds an observation and returns what that changes. One that was added before changes nothing.
    pub fn add(&mut self, observation: Observation, log_time: Timestamp) -> Changes {
        let mut changes = self.advance(log_time);
        let reference = observation.reference();
        if self.groups.of_reading(&reference).is_some() {
            return changes;
        }
        if let Some(reason) = unlinkable(&observation) {
            let place = Placement {
                reference,
                crossing_id: None,
                link_key: None,
                unlinked: Some(reason),
            };
            changes.placements.push(place);
            return changes;
        }
        let rules = Arc::clone(&self.rules);
        let mut clusters = self.groups.touched_by(&observation);
        clusters.extend(std::mem::take(&mut self.pending));
        let number = self.groups.insert(Arc::new(observation));
        self.groups.settle_group(number, &rules);
        clusters.insert(number);
        // What hung together before and what hangs together now are decided together.
        let clusters = clusters
            .into_iter()
            .flat_map(|number| self.groups.cluster(number))
            .collect();
        changes.extend(self.relink(&clusters));
        changes
    }

    /// Moves log time forward: near windows that have passed are decided, silent crossings expire, and
    /// what is beyond the horizon leaves memory.
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
            let cluster = self.groups.cluster(number);
            changes.extend(self.relink(&cluster));
        }
        if log_time.duration_since(self.swept_at) >= SWEEP_EVERY {
            self.swept_at = log_time;
            self.sweep();
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
            for (observation, reason) in &group.assigned.unlinked {
                let reference = observation.reference();
                placements.push(Placement {
                    reference,
                    crossing_id: None,
                    link_key: None,
                    unlinked: Some(*reason),
                });
            }
            let places = group
                .readings
                .iter()
                .filter_map(|reading| self.places.get(&reading.reference()));
            old_ids.extend(places.filter_map(|place| place.crossing_id));
        }
        let settled = settle(visits, self.log_time, &self.rules);
        let named = self.name(&settled, &old_ids);
        let mut changes = Changes::default();
        for (visit, crossing_id) in settled.iter().zip(&named.of_visit) {
            let crossing = describe(visit, *crossing_id, self.log_time, &self.rules);
            placements.extend(crossing.readings.iter().map(|reading| Placement {
                reference: reading.observation.reference(),
                crossing_id: Some(*crossing_id),
                link_key: reading.link_key.clone(),
                unlinked: None,
            }));
            changes.crossings.extend(self.publish(crossing));
        }
        for (crossing_id, merged_into) in named.gone {
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
        }
        changes
    }

    /// Names visits: each keeps the old name whose lowest-offset exactly read reading it holds; the
    /// others are named by their own lowest offset. Old names left over are gone.
    fn name(&self, visits: &[Visit], old_ids: &BTreeSet<CrossingId>) -> Named {
        let visit_of: BTreeMap<ObservationRef, usize> = visits
            .iter()
            .enumerate()
            .flat_map(|(place, visit)| {
                visit
                    .members
                    .iter()
                    .map(move |member| (member.observation.reference(), place))
            })
            .collect();
        let mut anchors: Vec<((i64, u16), CrossingId, Option<usize>)> = old_ids
            .iter()
            .filter_map(|crossing_id| {
                let (at, reference) = anchor(self.crossings.get(crossing_id)?)?;
                Some((at, *crossing_id, visit_of.get(&reference).copied()))
            })
            .collect();
        anchors.sort();
        let mut of_visit: Vec<Option<CrossingId>> = vec![None; visits.len()];
        let mut used: HashSet<CrossingId> = HashSet::new();
        let mut left = Vec::new();
        for (_, crossing_id, place) in anchors {
            match place {
                Some(place) if of_visit[place].is_none() => {
                    of_visit[place] = Some(crossing_id);
                    used.insert(crossing_id);
                }
                place => left.push((crossing_id, place)),
            }
        }
        let of_visit: Vec<CrossingId> = visits
            .iter()
            .zip(of_visit)
            .map(|(visit, kept)| {
                // A crossing elsewhere may still bear the name of a reading that has moved here.
                let is_taken = |name: &CrossingId| {
                    used.contains(name)
                        || (self.crossings.contains_key(name) && !old_ids.contains(name))
                };
                let crossing_id = kept.unwrap_or_else(|| fresh_name(visit, is_taken));
                used.insert(crossing_id);
                crossing_id
            })
            .collect();
        let gone = left
            .into_iter()
            .filter(|(crossing_id, _)| !used.contains(crossing_id))
            .map(|(crossing_id, place)| (crossing_id, place.map(|place| of_visit[place])))
            .collect();
        Named { of_visit, gone }
    }

    /// Publishes a crossing at its next revision when it differs from what was published.
    fn publish(&mut self, mut crossing: Crossing) -> Option<CrossingChange> {
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
    fn bury(
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

    /// Notes when a group must be looked at again without a new reading.
    fn note_due(&mut self, number: GroupNumber) {
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

    /// Forgets groups of which every crossing has ended and was last read before the horizon.
    fn sweep(&mut self) {
        let Ok(horizon) = self.log_time.checked_sub(self.rules.horizon()) else {
            return;
        };
        let is_old = |crossing_id: &CrossingId| {
            self.crossings.get(crossing_id).is_none_or(|crossing| {
                crossing.state != State::Open
                    && crossing.state != State::Expired
                    && crossing.last_read_log_time < horizon
            })
        };
        let mut groups_of: BTreeMap<CrossingId, BTreeSet<GroupNumber>> = BTreeMap::new();
        let mut old: BTreeSet<GroupNumber> = BTreeSet::new();
        for (number, group) in self.groups.iter() {
            let is_silent = group
                .readings
                .iter()
                .all(|reading| reading.received_at < horizon);
            let places = group
                .readings
                .iter()
                .filter_map(|reading| self.places.get(&reading.reference()));
            let ids: BTreeSet<CrossingId> = places.filter_map(|place| place.crossing_id).collect();
            if is_silent && ids.iter().all(is_old) {
                old.insert(number);
            }
            for crossing_id in ids {
                groups_of.entry(crossing_id).or_default().insert(number);
            }
        }
        // A near-linked reading leaves together with the crossing it is in.
        loop {
            let kept: Vec<GroupNumber> = groups_of
                .values()
                .filter(|together| together.iter().any(|number| !old.contains(number)))
                .flat_map(|together| {
                    together
                        .iter()
                        .copied()
                        .filter(|number| old.contains(number))
                })
                .collect();
            if kept.is_empty() {
                break;
            }
            for number in kept {
                old.remove(&number);
            }
        }
        for number in old {
            let Some(group) = self.groups.remove(number) else {
                continue;
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
}

struct Named {
    /// By visit.
    of_visit: Vec<CrossingId>,
    /// Names no visit keeps, and the one that took their readings.
    gone: Vec<(CrossingId, Option<CrossingId>)>,
}

/// Returns the reading by which a crossing keeps its name: the lowest offset with an exactly read key.
fn anchor(crossing: &Crossing) -> Option<((i64, u16), ObservationRef)> {
    let is_exact = |key: &Option<MatchKey>| {
        key.as_ref()
            .is_none_or(|key| !matches!(key.kind, KeyKind::PlateFolded | KeyKind::PlateNear))
    };
    let first = |exact_only: bool| {
        let fitting = crossing
            .readings
            .iter()
            .filter(|reading| !exact_only || is_exact(&reading.link_key));
        fitting
            .map(|reading| &reading.observation)
            .map(|o| ((o.offset, o.index), o.reference()))
            .min()
    };
    first(true).or_else(|| first(false))
}

/// Names a visit by its reading of the lowest offset whose name is free. Where a crossing that kept an
/// old name left none, the first reading names a second one, as if it stood at a further index.
fn fresh_name(visit: &Visit, is_taken: impl Fn(&CrossingId) -> bool) -> CrossingId {
    let mut readings: Vec<&Observation> = visit
        .members
        .iter()
        .map(|member| member.observation.as_ref())
        .collect();
    readings.sort_by_key(|reading| (reading.offset, reading.index));
    let name = |reading: &Observation, further| {
        CrossingId::opened_by(&reading.gate_id, reading.record_id, reading.index + further)
    };
    let own = readings.iter().map(|reading| name(reading, 0));
    let second = (1..=64).map(|step| name(readings[0], step * 1000));
    own.chain(second)
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| name(readings[0], 0))
}
