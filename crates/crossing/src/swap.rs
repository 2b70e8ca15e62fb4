//! Goods that change vehicles (milestones.md, "Swaps").

use bordergate_model::{Direction, Milestone, Observation, PlateNumber};
use jiff::Timestamp;

use crate::near_plate::is_near;
use crate::reading::{moment, order};
use crate::visit::Visit;
use crate::visits::{Place, Visits};

/// Tells whether the milestone hands the goods to another vehicle.
pub(crate) fn is_swap(milestone: Milestone) -> bool {
    matches!(
        milestone,
        Milestone::Transshipped | Milestone::TractorSwapped
    )
}

/// A swap that went to the visit at `place` ends the relief vehicle's own earlier way.
pub(crate) fn relieve(visits: &mut Visits, reading: &Observation, place: Place) {
    if !reading.milestone.is_some_and(is_swap) {
        return;
    }
    let relief = reading.to_plate.as_ref();
    let Some(relief) = relief.filter(|_| reading.occurred.at.is_some()) else {
        return;
    };
    let of_relief = visits.with_plate(relief, |mine| mine.folded() == relief.folded());
    for other in of_relief.into_iter().filter(|&other| other != place) {
        let visit = visits.at_mut(other);
        if visit.end().is_none() {
            visit.relieved_at = Some(moment(reading));
        }
    }
}

impl Visit {
    /// Tells whether a vehicle had handed its goods over by `at`: they go on without it. `is_its` tells its plates.
    pub(crate) fn is_left_by(&self, at: Timestamp, is_its: impl Fn(&PlateNumber) -> bool) -> bool {
        let swaps = self.swaps_of(is_its);
        let mut earlier = swaps
            .iter()
            .rev()
            .filter(|(swapped_at, _)| *swapped_at <= at);
        earlier.next().is_some_and(|(_, gives)| *gives)
    }

    /// Tells whether a vehicle took the goods over only after `at`: what it did before is a crossing of its own.
    pub(crate) fn is_joined_after(
        &self,
        at: Timestamp,
        is_its: impl Fn(&PlateNumber) -> bool,
    ) -> bool {
        let swaps = self.swaps_of(is_its);
        let first = swaps.first();
        first.is_some_and(|(swapped_at, gives)| !gives && *swapped_at > at)
    }

    /// Returns the swaps of a vehicle, in order: when, and whether it gave the goods away or took them over.
    fn swaps_of(&self, is_its: impl Fn(&PlateNumber) -> bool) -> Vec<(Timestamp, bool)> {
        let swaps = self.effective();
        let mut swaps: Vec<&Observation> = swaps
            .filter(|reading| reading.milestone.is_some_and(is_swap))
            .collect();
        swaps.sort_by_key(|swap| order(swap));
        let of_vehicle = swaps.into_iter().filter_map(|swap| {
            let takes = is_its(swap.to_plate.as_ref()?);
            let gives = swap.plate.as_ref().is_some_and(&is_its);
            (gives != takes).then_some((moment(swap), gives))
        });
        of_vehicle.collect()
    }

    /// Returns the readings of a milestone that count, but for the way back of a vehicle that had handed its goods over.
    pub(crate) fn of_goods(&self, milestone: Milestone) -> impl Iterator<Item = &Observation> {
        let is_way_back = self.is_way_back(milestone);
        let is_leavers = |reading: &Observation| {
            let read = reading.plate.as_ref();
            read.is_some_and(|read| {
                let is_its =
                    |plate: &PlateNumber| plate.folded() == read.folded() || is_near(read, plate);
                self.is_left_by(moment(reading), is_its)
            })
        };
        self.of(milestone)
            .filter(move |reading| !(is_way_back && is_leavers(reading)))
    }

    /// Tells whether a milestone is the way out of a vehicle without its goods: inland from an export, home from an import.
    pub(crate) fn is_way_back(&self, milestone: Milestone) -> bool {
        match self.direction() {
            Direction::Import => milestone == Milestone::CrossedOut,
            Direction::Export | Direction::Unknown => milestone == Milestone::GateOut,
        }
    }
}
