//! Groups of readings that can matter to each other, kept so that one more reading touches few of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::{GateId, MatchKey, Observation, ObservationRef, PlateNumber};
use imbl::{HashMap, OrdSet};

use crate::assign::{Assigned, assign};
use crate::lane::{Told, told};
use crate::lanes::{Changed, Lanes};
use crate::near::lone;
use crate::near_plate::meeting_points;
use crate::rules::Rules;
use crate::tie::{Tie, ties};

/// Number of a group; grows, never used again.
pub(crate) type GroupNumber = u64;

/// Readings that share keys, directly or through others, and how they are linked among themselves.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) gate_id: GateId,
    pub(crate) readings: Vec<Arc<Observation>>,
    pub(crate) assigned: Assigned,
    has_lone: bool,
    /// What its readings tell of their lanes.
    pub(crate) told: Vec<Told<()>>,
    /// Folded plates of its visits, and where plates near to them meet.
    plates: BTreeSet<String>,
    points: BTreeSet<u64>,
}

impl Group {
    fn of_gate(gate_id: GateId) -> Self {
        Self {
            gate_id,
            readings: Vec::new(),
            assigned: Assigned::default(),
            has_lone: false,
            told: Vec::new(),
            plates: BTreeSet::new(),
            points: BTreeSet::new(),
        }
    }

    /// Returns it without how it is linked, which is to be found anew; nothing is copied that no other board shares.
    fn to_be_settled(self: Arc<Self>) -> Self {
        match Arc::try_unwrap(self) {
            Ok(group) => Self {
                assigned: Assigned::default(),
                ..group
            },
            Err(shared) => Self {
                readings: shared.readings.clone(),
                told: shared.told.clone(),
                plates: shared.plates.clone(),
                points: shared.points.clone(),
                has_lone: shared.has_lone,
                ..Self::of_gate(shared.gate_id.clone())
            },
        }
    }
}

/// Every group of a board. Cloning is cheap: the maps share what did not change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    groups: HashMap<GroupNumber, Arc<Group>>,
    of_reading: HashMap<ObservationRef, GroupNumber>,
    of_tie: HashMap<(GateId, Tie), GroupNumber>,
    at_point: HashMap<(GateId, u64), OrdSet<GroupNumber>>,
    pub(crate) lanes: Lanes<()>,
    next: GroupNumber,
}

impl Groups {
    pub(crate) fn get(&self, number: GroupNumber) -> Option<&Arc<Group>> {
        self.groups.get(&number)
    }

    pub(crate) fn of_reading(&self, reference: &ObservationRef) -> Option<GroupNumber> {
        self.of_reading.get(reference).copied()
    }

    pub(crate) fn has_key(&self, gate_id: &GateId, key: &MatchKey) -> bool {
        let tie = Tie::Key(key.clone());
        self.of_tie.contains_key(&(gate_id.clone(), tie))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (GroupNumber, &Arc<Group>)> {
        self.groups.iter().map(|(number, group)| (*number, group))
    }

    /// Returns every group whose near-plate decisions a reading may touch when it is added.
    pub(crate) fn touched_by(&self, reading: &Observation) -> BTreeSet<GroupNumber> {
        self.cluster(self.tied(reading).into_iter().collect())
    }

    /// Returns the groups that a reading is tied to.
    fn tied(&self, reading: &Observation) -> BTreeSet<GroupNumber> {
        ties(reading)
            .filter_map(|tie| self.of_tie.get(&(reading.gate_id.clone(), tie)).copied())
            .collect()
    }

    /// Adds a reading, joining the groups it ties together; [`Self::settle_group`] must follow.
    pub(crate) fn insert(&mut self, reading: Arc<Observation>) -> GroupNumber {
        let mut tied = self.tied(&reading);
        let size = |number| self.get(number).map_or(0, |group| group.readings.len());
        let number = match tied.iter().copied().max_by_key(|number| size(*number)) {
            Some(largest) => largest,
            None => {
                self.next += 1;
                self.next
            }
        };
        tied.remove(&number);
        let mut group = match self.groups.remove(&number) {
            Some(group) => group.to_be_settled(),
            None => Group::of_gate(reading.gate_id.clone()),
        };
        for other in tied {
            let Some(absorbed) = self.take(other) else {
                continue;
            };
            for moved in &absorbed.readings {
                self.point_to(moved, number);
            }
            group.told.extend(absorbed.told.iter().cloned());
            group.readings.extend(absorbed.readings.iter().cloned());
        }
        self.point_to(&reading, number);
        group.readings.push(reading);
        self.groups.insert(number, Arc::new(group));
        number
    }

    fn point_to(&mut self, reading: &Observation, number: GroupNumber) {
        self.of_reading.insert(reading.reference(), number);
        for tie in ties(reading) {
            self.of_tie.insert((reading.gate_id.clone(), tie), number);
        }
    }

    /// Links a group's readings among themselves anew, and returns those that tell something else of their lanes than
    /// before.
    pub(crate) fn settle_group(&mut self, number: GroupNumber, rules: &Rules) -> Vec<Changed> {
        let Some(mut settled) = self.groups.remove(&number) else {
            return Vec::new();
        };
        // `insert` has made it anew, so that nothing is copied here.
        let group = Arc::make_mut(&mut settled);
        group.assigned = assign(&group.readings, rules);
        group.has_lone = group
            .assigned
            .visits
            .iter()
            .any(|visit| lone(visit).is_some());
        let visits = group.assigned.visits.iter();
        let plates: BTreeSet<&str> = visits
            .flat_map(|visit| visit.plates().map(PlateNumber::folded))
            .collect();
        if !plates.iter().eq(&group.plates) {
            self.forget_points(number, &group.gate_id, &group.points);
            group.points = plates.iter().copied().flat_map(meeting_points).collect();
            for point in &group.points {
                self.at_point
                    .entry((group.gate_id.clone(), *point))
                    .or_default()
                    .insert(number);
            }
            group.plates = plates.into_iter().map(str::to_owned).collect();
        }
        let told = told(&group.assigned, |_| ());
        let changed = self.lanes.replace(&group.told, &told);
        group.told = told;
        self.groups.insert(number, settled);
        changed
    }

    fn forget_points(&mut self, number: GroupNumber, gate_id: &GateId, points: &BTreeSet<u64>) {
        for point in points {
            let key = (gate_id.clone(), *point);
            if let Some(at) = self.at_point.get_mut(&key) {
                at.remove(&number);
                if at.is_empty() {
                    self.at_point.remove(&key);
                }
            }
        }
    }

    /// Returns the groups whose near-plate decisions hang together with those of any of these, which are included.
    pub(crate) fn cluster(&self, mut waiting: Vec<GroupNumber>) -> BTreeSet<GroupNumber> {
        let mut cluster = BTreeSet::new();
        while let Some(number) = waiting.pop() {
            let Some(group) = self.groups.get(&number) else {
                continue;
            };
            if !cluster.insert(number) {
                continue;
            }
            for point in &group.points {
                let Some(met) = self.at_point.get(&(group.gate_id.clone(), *point)) else {
                    continue;
                };
                waiting.extend(met.iter().copied().filter(|other| {
                    !cluster.contains(other)
                        && (group.has_lone
                            || self.groups.get(other).is_some_and(|other| other.has_lone))
                }));
            }
        }
        cluster
    }

    /// Forgets a group and returns it.
    pub(crate) fn remove(&mut self, number: GroupNumber) -> Option<Arc<Group>> {
        let group = self.take(number)?;
        for (reading, _) in &group.told {
            self.lanes.remove(reading);
        }
        Some(group)
    }

    /// Takes a group away but for what it tells of lanes.
    fn take(&mut self, number: GroupNumber) -> Option<Arc<Group>> {
        let group = self.groups.remove(&number)?;
        self.forget_points(number, &group.gate_id, &group.points);
        for reading in &group.readings {
            self.of_reading.remove(&reading.reference());
            for tie in ties(reading) {
                self.of_tie.remove(&(group.gate_id.clone(), tie));
            }
        }
        Some(group)
    }
}
