//! Goods that change vehicles (milestones.md, "Swaps").

use bordergate_model::{Direction, Milestone, Observation, PlateNumber};
use jiff::Timestamp;

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
        let last_swap = self
            .effective()
            .filter(|reading| reading.milestone.is_some_and(is_swap) && moment(reading) <= at)
            .filter_map(|reading| {
                let relief = reading.to_plate.as_ref()?;
                let (gives, takes) = (reading.plate.as_ref().is_some_and(&is_its), is_its(relief));
                (gives != takes).then_some((order(reading), gives))
            })
            .max();
        last_swap.is_some_and(|(_, gives)| gives)
    }

    /// Tells whether a milestone is the way out of a vehicle without its goods: inland from an export, home from an import.
    pub(crate) fn is_way_back(&self, milestone: Milestone) -> bool {
        match self.direction() {
            Direction::Import => milestone == Milestone::CrossedOut,
            Direction::Export | Direction::Unknown => milestone == Milestone::GateOut,
        }
    }
}
