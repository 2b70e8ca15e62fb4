//! The visits of one group of readings while they are being linked.
//!
//! A visit keeps its place from the time it is opened; where it was found to be part of another its
//! place stays empty.

use bordergate_model::{MatchKey, PlateNumber};

use crate::visit::Visit;

/// Where a visit stands among those of its group, from 0 in order of opening.
pub(crate) type Place = usize;

/// Visits in order of opening.
#[derive(Debug, Default)]
pub(crate) struct Visits(Vec<Option<Visit>>);

impl Visits {
    /// Adds a visit and returns its place.
    pub(crate) fn open(&mut self, visit: Visit) -> Place {
        self.0.push(Some(visit));
        self.0.len() - 1
    }

    /// Returns the visit at a place.
    pub(crate) fn at(&self, place: Place) -> &Visit {
        self.0[place]
            .as_ref()
            .expect("places of absorbed visits are never kept")
    }

    /// Returns the visit at a place, to be changed.
    pub(crate) fn at_mut(&mut self, place: Place) -> &mut Visit {
        self.0[place]
            .as_mut()
            .expect("places of absorbed visits are never kept")
    }

    /// Tells whether a place still holds a visit.
    pub(crate) fn holds(&self, place: Place) -> bool {
        self.0[place].is_some()
    }

    /// Returns the places of the visits that fit, in order of opening.
    pub(crate) fn places(&self, fits: impl Fn(&Visit) -> bool) -> Vec<Place> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, visit)| visit.as_ref().is_some_and(&fits))
            .map(|(place, _)| place)
            .collect()
    }

    /// Returns the places of the visits with a plate that `is_same` holds equal to `plate` and whose
    /// province does not contradict it.
    pub(crate) fn with_plate(
        &self,
        plate: &PlateNumber,
        is_same: impl Fn(&PlateNumber) -> bool,
    ) -> Vec<Place> {
        self.places(|visit| {
            visit
                .plates()
                .any(|mine| is_same(mine) && !mine.province_contradicts(plate))
        })
    }

    /// Makes one visit of two; what had opened the second counts as linked by `key`.
    pub(crate) fn merge(&mut self, into: Place, from: Place, key: &MatchKey) {
        if let Some(absorbed) = self.0[from].take() {
            self.at_mut(into).absorb(absorbed, key);
        }
    }

    /// Returns the visits that are left, in order of opening.
    pub(crate) fn into_visits(self) -> Vec<Visit> {
        self.0.into_iter().flatten().collect()
    }
}
