//! Which way a visit goes, and how and when it ended (milestones.md, "Direction", "Ends", "Turned back").
//!
//! Expiry depends on log time and is decided by `describe`.

use bordergate_model::plate::Country;
use bordergate_model::{Direction, Milestone, PlateNumber, State};
use jiff::Timestamp;

use crate::standing::moment_of;
use crate::visit::Visit;

impl Visit {
    /// Returns its direction (milestones.md, "Direction").
    pub(crate) fn direction(&self) -> Direction {
        use Milestone::{CrossedIn, CrossedOut, GateIn, GateOut, ManifestFiled, Predeclared};
        if self.has(CrossedIn) || self.has(ManifestFiled) {
            return Direction::Import;
        }
        if self.has(CrossedOut) || self.has(GateIn) || self.has(Predeclared) {
            return Direction::Export;
        }
        if self.has(GateOut) {
            return Direction::Import;
        }
        let declared = self
            .effective()
            .flat_map(|reading| &reading.declarations)
            .find_map(|number| number.direction());
        let said = || {
            self.effective()
                .find_map(|reading| reading.direction.filter(|said| *said != Direction::Unknown))
        };
        declared.or_else(said).unwrap_or(Direction::Unknown)
    }

    /// Returns how and when it ended; `None` while it is open. Expiry is decided elsewhere, by log time.
    pub(crate) fn end(&self) -> Option<(State, Timestamp)> {
        if let Some(at) = moment_of(self, Milestone::TurnedBack) {
            return Some((State::TurnedBack, at));
        }
        let closing = self.closing_milestone();
        if let Some(at) = closing.and_then(|milestone| moment_of(self, milestone)) {
            return Some((State::Closed, at));
        }
        if let Some(at) = self.relieved_at {
            return Some((State::Relieved, at));
        }
        let after = [Milestone::Returned, Milestone::Delivered]
            .into_iter()
            .filter_map(|m| self.first_of(m))
            .min();
        let missed = if self.direction() == Direction::Import {
            None
        } else {
            after
        };
        let missed_at = [missed, self.next_start_at].into_iter().flatten().min();
        missed_at.map(|at| (State::CloseMissed, at))
    }

    /// Returns the milestone that closes it.
    pub(crate) fn closing_milestone(&self) -> Option<Milestone> {
        match self.direction() {
            Direction::Export => Some(Milestone::CrossedOut),
            Direction::Import => Some(Milestone::GateOut),
            Direction::Unknown => None,
        }
    }

    /// Tells whether the vehicle that a reading names is foreign: at least half of what was read of its plate has no
    /// Vietnamese shape. (`B03168` misread as `BQ3168` looks like a military plate.)
    ///
    /// A plate read only near to the visit's speaks of all its vehicles.
    pub(crate) fn is_foreign(&self, named: Option<&PlateNumber>) -> bool {
        let is_named =
            |plate: &&PlateNumber| named.is_some_and(|named| named.folded() == plate.folded());
        let mut plates: Vec<&PlateNumber> = self.plates().filter(is_named).collect();
        if plates.is_empty() {
            plates = self.plates().collect();
        }
        plates.extend(named);
        let foreign = plates
            .iter()
            .filter(|plate| plate.country() != Country::VietNam);
        !plates.is_empty() && 2 * foreign.count() >= plates.len()
    }
}
