//! Readings without a key on the board: which of them a change makes to be decided again, and what comes of it.
//!
//! What a lane says depends on which visits the readings there are in, so it is asked again about readings near those
//! that came, went, or changed their visit; never about others, whose neighbours may have left memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bordergate_model::{CrossingId, LaneWindow, Observation, ObservationRef, UnlinkedReason};
use jiff::{SignedDuration, Timestamp};

use crate::board::{Anew, Board};
use crate::family::Family;
use crate::group::GroupNumber;
use crate::lane::{Says, Told, decide, is_by_lane};
use crate::lanes::Changed;
use crate::reading::moment;

/// A device time lies at most this far after its reception, else its clock is not believed (formats.md, "Clocks").
const AHEAD: SignedDuration = SignedDuration::from_secs(300);

/// What the lanes say after a change, by the reading that speaks for its event.
#[derive(Debug, Default)]
pub(crate) struct ByLane {
    decided: BTreeMap<ObservationRef, (Family, Result<CrossingId, UnlinkedReason>)>,
    /// Crossings that gain or lose a reading.
    pub(crate) touched: BTreeSet<CrossingId>,
    /// What was looked at, and may not be in memory whole.
    pub(crate) windows: Vec<LaneWindow>,
}

impl ByLane {
    /// Returns the readings that belong to no crossing, and why.
    pub(crate) fn unlinked(&self) -> impl Iterator<Item = (&Observation, UnlinkedReason)> {
        let each = self.decided.values();
        each.filter_map(|(family, verdict)| Some((family, verdict.err()?)))
            .flat_map(|(family, reason)| {
                family
                    .readings()
                    .map(move |reading| (reading.as_ref(), reason))
            })
    }

    /// Returns the readings that were decided.
    pub(crate) fn readings(&self) -> impl Iterator<Item = ObservationRef> {
        self.decided.keys().copied()
    }

    fn of(&self, crossing_id: CrossingId) -> impl Iterator<Item = &Family> {
        let each = self.decided.values();
        each.filter(move |(_, verdict)| *verdict == Ok(crossing_id))
            .map(|(family, _)| family)
    }
}

impl Board {
    /// Returns the spans of lanes that decisions looked at and memory may not hold whole, in no order: what was read there
    /// must be looked up, taken in by [`Board::load`] and [`Board::note_looked_up`] as this board was before, and the
    /// readings added anew.
    pub fn unseen(&self) -> impl Iterator<Item = &LaneWindow> {
        self.unseen.iter()
    }

    /// Notes that memory holds all that was read on these lanes in these spans.
    pub fn note_looked_up(&mut self, windows: impl IntoIterator<Item = LaneWindow>) {
        self.looked_up.extend(windows);
    }

    /// Returns what speaks for a reading that only its lane may link: where that came before, a reading that follows it must
    /// be placed too.
    pub(crate) fn keyless_speaker(&self, reading: &ObservationRef) -> Option<Arc<Observation>> {
        let group = self.groups.get(self.groups.of_reading(reading)?)?;
        let mut families = group.assigned.keyless.iter();
        let family =
            families.find(|family| family.readings().any(|one| one.reference() == *reading));
        family.map(|family| Arc::clone(&family.speaker))
    }

    /// Decides what lanes say about readings near those that `changed` and those that are now in another visit.
    pub(crate) fn by_lane(
        &self,
        cluster: &BTreeSet<GroupNumber>,
        anew: &Anew,
        changed: &[Changed],
    ) -> ByLane {
        let moved = self.moved(cluster, anew);
        let mut by_lane = ByLane::default();
        for changed in changed.iter().chain(&moved) {
            by_lane.windows.extend(self.window_unseen(&changed.reading));
            for keyless in self.groups.lanes.asked_again(changed, &self.rules) {
                let speaker = keyless.reference();
                if !by_lane.decided.contains_key(&speaker)
                    && let Some(family) = self.keyless_family(speaker)
                {
                    let verdict = self.seen_with(&family.speaker, anew);
                    let family = family.clone();
                    by_lane.decided.insert(speaker, (family, verdict));
                }
            }
        }
        for (family, verdict) in by_lane.decided.values() {
            for reading in family.readings() {
                let before = self.lane_crossing(&reading.reference());
                if before != verdict.ok() {
                    by_lane.touched.extend(before);
                    by_lane.touched.extend(verdict.ok());
                }
            }
        }
        // What spoke without a key may have got one, or be taken back.
        let silenced = changed.iter().map(|changed| changed.reading.reference());
        let silenced = silenced.filter(|reading| !by_lane.decided.contains_key(reading));
        let left: Vec<CrossingId> = silenced
            .filter_map(|reading| self.lane_crossing(&reading))
            .collect();
        by_lane.touched.extend(left);
        by_lane
    }

    /// Adds to the visits of `anew` what their lanes give them.
    pub(crate) fn join_by_lane(&self, anew: &mut Anew, by_lane: &ByLane) {
        for (visit, crossing_id) in anew.settled.iter_mut().zip(&anew.names.of_visit) {
            let published = self.crossings.get(crossing_id);
            let readings = published.iter().flat_map(|crossing| &crossing.readings);
            let kept = readings
                .map(|reading| reading.observation.reference())
                .filter(|reading| !by_lane.decided.contains_key(reading))
                .filter(|reading| self.lane_crossing(reading) == Some(*crossing_id))
                .filter_map(|reading| self.keyless_family(reading));
            let families: Vec<&Family> = kept.chain(by_lane.of(*crossing_id)).collect();
            let counting: Vec<bool> = families
                .iter()
                .map(|family| visit.counts_by_lane(family.asking(), &self.rules))
                .collect();
            for (family, counts) in families.into_iter().zip(counting) {
                visit.join_by_lane(family, counts);
            }
        }
    }

    /// Returns the readings on lanes whose crossing is now another.
    fn moved(&self, cluster: &BTreeSet<GroupNumber>, anew: &Anew) -> Vec<Changed> {
        let groups = cluster.iter().filter_map(|number| self.groups.get(*number));
        let told = groups.flat_map(|group| &group.told);
        told.filter(|(reading, says)| {
            let reference = reading.reference();
            let before = self
                .places
                .get(&reference)
                .and_then(|place| place.crossing_id);
            *says == Says::Visit(()) && before != anew.crossing_of(&reference)
        })
        .map(|(reading, _)| Changed {
            reading: Arc::clone(reading),
            is_sighting: true,
        })
        .collect()
    }

    fn seen_with(&self, speaker: &Observation, anew: &Anew) -> Result<CrossingId, UnlinkedReason> {
        let crossing_of = |reading: &Observation| {
            let reference = reading.reference();
            let place = || self.places.get(&reference)?.crossing_id;
            anew.crossing_of(&reference).or_else(place)
        };
        let named = |(reading, says): Told<()>| {
            let says = match says {
                Says::Visit(()) => crossing_of(&reading).map_or(Says::Unclear, Says::Visit),
                Says::Unclear => Says::Unclear,
                Says::Nothing => Says::Nothing,
            };
            (reading, says)
        };
        decide(&self.groups.lanes, speaker, &self.rules, |around| {
            around.into_iter().map(named).collect()
        })
    }

    /// Returns the crossing that a reading is in by its lane.
    fn lane_crossing(&self, reading: &ObservationRef) -> Option<CrossingId> {
        let place = self.places.get(reading)?;
        place
            .crossing_id
            .filter(|_| is_by_lane(place.link_key.as_ref()))
    }

    /// Returns the family without a key that a reading speaks for.
    fn keyless_family(&self, speaker: ObservationRef) -> Option<&Family> {
        let group = self.groups.get(self.groups.of_reading(&speaker)?)?;
        let families = &group.assigned.keyless;
        families
            .iter()
            .find(|family| family.speaker.reference() == speaker)
    }

    /// Returns the span around a reading whose every reading decides about those without a key near it; `None` when memory
    /// holds it whole.
    fn window_unseen(&self, reading: &Observation) -> Option<LaneWindow> {
        let span = self.rules.lane_window * 4;
        let window = LaneWindow {
            gate_id: reading.gate_id.clone(),
            lane: reading.lane.as_deref()?.to_owned(),
            from: moment(reading)
                .saturating_sub(span)
                .unwrap_or(Timestamp::MIN),
            until: moment(reading)
                .saturating_add(span)
                .unwrap_or(Timestamp::MAX),
        };
        let horizon = self.rules.horizon() - AHEAD;
        let since = self
            .log_time
            .saturating_sub(horizon)
            .unwrap_or(Timestamp::MIN);
        (window.from < since && !self.looked_up.contains(&window)).then_some(window)
    }
}
