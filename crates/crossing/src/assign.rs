//! Which visit a reading belongs to (milestones.md, "One visit"; identifiers.md, strengths of links).
//!
//! Readings that share keys are taken in the order of occurrence, so the result depends on the set
//! only, never on the order of arrival.

use std::sync::Arc;

use bordergate_model::{
    Direction, KeyKind, MatchKey, Milestone, Observation, PlateNumber, State, UnlinkedReason,
};
use jiff::Timestamp;

use crate::family::{Family, families};
use crate::reading::{is_at_the_place, is_start, is_swap, link_keys, moment, unlinkable};
use crate::rules::Rules;
use crate::visit::Visit;

/// Visits of readings that share keys, and the readings that are in none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assigned {
    pub(crate) visits: Vec<Visit>,
    pub(crate) unlinked: Vec<(Arc<Observation>, UnlinkedReason)>,
}

enum Choice {
    Join(usize, MatchKey),
    Open,
    Ambiguous,
}

/// Links readings by their exact and folded keys.
pub(crate) fn assign(readings: &[Arc<Observation>], rules: &Rules) -> Assigned {
    let mut linking = Linking {
        rules,
        visits: Vec::new(),
    };
    let mut unlinked = Vec::new();
    for family in families(readings) {
        let reason = match unlinkable(&family.speaker) {
            Some(reason) => Some(reason),
            None => linking.take(&family),
        };
        if let Some(reason) = reason {
            let all = std::iter::once(&family.speaker).chain(&family.others);
            unlinked.extend(all.map(|reading| (Arc::clone(reading), reason)));
        }
    }
    Assigned {
        visits: linking.visits.into_iter().flatten().collect(),
        unlinked,
    }
}

struct Linking<'a> {
    rules: &'a Rules,
    /// Visits in order of opening; `None` where one was absorbed by another.
    visits: Vec<Option<Visit>>,
}

impl Linking<'_> {
    fn take(&mut self, family: &Family) -> Option<UnlinkedReason> {
        let reading = family.speaker.as_ref();
        if link_keys(reading).is_empty() {
            return Some(UnlinkedReason::NoKey);
        }
        let by_plate =
            reading
                .plate
                .as_ref()
                .and_then(|plate| match self.by_plate(reading, plate) {
                    Choice::Join(place, key) => Some((place, key)),
                    Choice::Open | Choice::Ambiguous => None,
                });
        let place = match self.choose(reading) {
            Choice::Ambiguous => return Some(UnlinkedReason::Ambiguous),
            Choice::Join(place, key) => {
                self.note_next_start(reading, Some(place));
                if let Some((other, key)) = by_plate {
                    self.absorb(reading, place, other, &key);
                }
                self.absorb_others(reading, place);
                self.visit_mut(place).add(family, Some(key));
                place
            }
            Choice::Open => {
                self.note_next_start(reading, None);
                let mut visit = Visit::default();
                visit.add(family, None);
                self.visits.push(Some(visit));
                self.visits.len() - 1
            }
        };
        self.relieve(reading, place);
        None
    }

    fn visit(&self, place: usize) -> &Visit {
        self.visits[place]
            .as_ref()
            .expect("places of absorbed visits are never kept")
    }

    fn visit_mut(&mut self, place: usize) -> &mut Visit {
        self.visits[place]
            .as_mut()
            .expect("places of absorbed visits are never kept")
    }

    fn places(&self, fits: impl Fn(&Visit) -> bool) -> Vec<usize> {
        self.visits
            .iter()
            .enumerate()
            .filter(|(_, visit)| visit.as_ref().is_some_and(&fits))
            .map(|(place, _)| place)
            .collect()
    }

    /// Chooses by the strongest key that decides.
    fn choose(&self, reading: &Observation) -> Choice {
        let keys = link_keys(reading);
        let trip = reading.trip_code.as_ref().map(|trip| trip.as_str());
        for key in keys
            .iter()
            .filter(|key| matches!(key.kind, KeyKind::Trip | KeyKind::Declaration))
        {
            let carrying = self.places(|visit| {
                let fits_trip = trip.is_none_or(|trip| !visit.has_other_trip(trip));
                visit.keys.contains(key)
                    && fits_trip
                    && !visit.is_begun_anew_by(reading, self.rules)
            });
            if let Some(&place) = carrying
                .iter()
                .max_by_key(|&&place| self.visit(place).first_at())
            {
                return Choice::Join(place, key.clone());
            }
        }
        for key in &keys {
            let is_goods = matches!(key.kind, KeyKind::Container | KeyKind::Seal | KeyKind::Tag);
            if is_goods && let Some(place) = self.by_goods(reading, key) {
                return Choice::Join(place, key.clone());
            }
        }
        if reading.occurred.at.is_some()
            && let Some(plate) = &reading.plate
        {
            match self.by_plate(reading, plate) {
                Choice::Open => {}
                decided => return decided,
            }
        }
        let trailer = keys.iter().find(|key| key.kind == KeyKind::Trailer);
        if let Some(key) = trailer
            && let Some(place) = self.by_goods(reading, key)
        {
            return Choice::Join(place, key.clone());
        }
        Choice::Open
    }

    /// Container, seal, tag and trailer link only when no plate contradicts.
    fn by_goods(&self, reading: &Observation, key: &MatchKey) -> Option<usize> {
        let carrying = self.places(|visit| {
            visit.keys.contains(key)
                && reading
                    .plate
                    .as_ref()
                    .is_none_or(|plate| !visit.plate_contradicts(plate))
        });
        self.among(&carrying, reading)
    }

    /// The plate itself first; its folded form only when no open visit has the text itself.
    fn by_plate(&self, reading: &Observation, plate: &PlateNumber) -> Choice {
        let with = |same: &dyn Fn(&PlateNumber) -> bool| {
            self.places(|visit| {
                visit
                    .plates()
                    .any(|mine| same(mine) && !mine.province_contradicts(plate))
            })
        };
        let exact = with(&|mine| mine.tail() == plate.tail());
        if plate.province().is_none() && self.open_provinces(&exact, plate) > 1 {
            return Choice::Ambiguous;
        }
        if let Some(place) = self.among(&exact, reading) {
            return Choice::Join(
                place,
                MatchKey {
                    kind: KeyKind::Plate,
                    value: plate.tail().to_owned(),
                },
            );
        }
        if exact.iter().any(|&place| self.visit(place).end().is_none()) {
            return Choice::Open;
        }
        let folded = with(&|mine| mine.folded() == plate.folded());
        match self.among(&folded, reading) {
            Some(place) => Choice::Join(
                place,
                MatchKey {
                    kind: KeyKind::PlateFolded,
                    value: plate.folded(),
                },
            ),
            None => Choice::Open,
        }
    }

    /// Counts the provinces of open visits that a plate without its province character fits.
    fn open_provinces(&self, places: &[usize], plate: &PlateNumber) -> usize {
        let provinces: std::collections::BTreeSet<char> = places
            .iter()
            .map(|&place| self.visit(place))
            .filter(|visit| visit.end().is_none())
            .flat_map(|visit| {
                visit
                    .plates()
                    .filter(|mine| mine.tail() == plate.tail())
                    .filter_map(PlateNumber::province)
            })
            .collect();
        provinces.len()
    }

    /// Chooses among a vehicle's visits: the latest inside, then one that ended and still takes the
    /// reading, then the latest that is only pre-declared.
    fn among(&self, places: &[usize], reading: &Observation) -> Option<usize> {
        if matches!(
            reading.milestone,
            Some(Milestone::Returned | Milestone::Delivered)
        ) {
            return self.went_out(places, reading);
        }
        let at = moment(reading);
        let takes = |place: &&usize| !self.visit(**place).is_begun_anew_by(reading, self.rules);
        let open = |place: &&usize| self.visit(**place).end().is_none();
        let inside = places
            .iter()
            .filter(open)
            .filter(|place| self.is_inside(**place, at))
            .filter(takes);
        let inside = inside.max_by_key(|&&place| (self.visit(place).entered_at(), place));
        let ended = || {
            let still = places
                .iter()
                .filter(|place| self.takes_after_end(**place, places, reading));
            still.max_by_key(|&&place| (self.visit(place).end().map(|(_, at)| at), place))
        };
        let waiting = || {
            let waiting = places.iter().filter(open).filter(takes);
            waiting.max_by_key(|&&place| (self.visit(place).first_at(), place))
        };
        inside.or_else(ended).or_else(waiting).copied()
    }

    fn is_inside(&self, place: usize, at: Timestamp) -> bool {
        self.visit(place)
            .entered_at()
            .is_some_and(|entered| entered <= at)
    }

    /// RETURNED and DELIVERED belong to the visit that went out, unless a later one is inside: then
    /// its way out was missed.
    fn went_out(&self, places: &[usize], reading: &Observation) -> Option<usize> {
        let at = moment(reading);
        let takes = |place: usize| !self.visit(place).is_begun_anew_by(reading, self.rules);
        let out_at = |place: usize| {
            self.visit(place)
                .last_of(Milestone::CrossedOut)
                .filter(|out| *out <= at + self.rules.after_close)
        };
        let gone = places
            .iter()
            .copied()
            .filter(|&place| takes(place) && out_at(place).is_some())
            .max_by_key(|&place| out_at(place));
        let gone_at = gone.and_then(out_at);
        let missed = places.iter().copied().filter(|&place| {
            let visit = self.visit(place);
            let was_here = visit
                .effective()
                .filter_map(|other| other.milestone)
                .any(is_at_the_place);
            let is_later = visit.entered_at().or(Some(visit.first_at())) > gone_at;
            let is_out = matches!(visit.end(), None | Some((State::CloseMissed, _)));
            is_out && was_here && is_later && takes(place) && visit.direction() != Direction::Import
        });
        missed
            .max_by_key(|&place| self.visit(place).first_at())
            .or(gone)
    }

    /// Tells whether an ended visit still takes a reading (milestones.md, "Ends" and "After the end").
    fn takes_after_end(&self, place: usize, places: &[usize], reading: &Observation) -> bool {
        let (visit, rules) = (self.visit(place), self.rules);
        let Some((state, ended_at)) = visit.end() else {
            return false;
        };
        let Some(milestone) = reading.milestone else {
            return false;
        };
        if visit.is_begun_anew_by(reading, rules) || state == State::Relieved {
            return false;
        }
        let at = moment(reading);
        let since_end = at.duration_since(ended_at);
        let brings_new_declaration = !reading.declarations.is_empty();
        if state == State::Closed
            && since_end <= rules.after_close
            && !brings_new_declaration
            && !is_start(milestone)
        {
            return true;
        }
        if state == State::Closed
            && visit.closing_milestone() == Some(milestone)
            && since_end <= rules.second_close
        {
            return true;
        }
        if state == State::TurnedBack && since_end <= rules.leave_after_turn_back {
            return is_at_the_place(milestone) && !is_start(milestone);
        }
        let since = |milestone| {
            visit
                .last_of(milestone)
                .map(|earlier| at.duration_since(earlier))
        };
        match milestone {
            Milestone::GateOut => {
                since(Milestone::Returned).is_some_and(|since| since <= rules.leave_after_return)
            }
            Milestone::CrossedOut => {
                let is_home =
                    since(Milestone::GateOut).is_some_and(|since| since <= rules.going_home);
                visit.direction() == Direction::Import
                    && visit.is_foreign()
                    && is_home
                    && !places
                        .iter()
                        .any(|&other| self.is_export_after(other, ended_at))
            }
            _ => false,
        }
    }

    /// Tells whether a visit began after `ended_at` with an export declaration or a GATE_IN.
    fn is_export_after(&self, place: usize, ended_at: Timestamp) -> bool {
        let visit = self.visit(place);
        visit.first_at() > ended_at
            && visit.effective().any(|reading| {
                let is_export = reading
                    .declarations
                    .iter()
                    .any(|number| number.direction() == Some(Direction::Export));
                is_export || reading.milestone == Some(Milestone::GateIn)
            })
    }

    /// The vehicle's next start shows that an earlier visit's end was missed. A pre-declaration does
    /// not end a visit whose vehicle is inside.
    fn note_next_start(&mut self, reading: &Observation, joined: Option<usize>) {
        let (Some(milestone), Some(plate)) = (reading.milestone, reading.plate.as_ref()) else {
            return;
        };
        let at = moment(reading);
        let is_physical = matches!(milestone, Milestone::GateIn | Milestone::CrossedIn);
        let is_start_of_new =
            joined.is_none() && (is_start(milestone) || reading.occurred.at.is_some());
        if !is_physical && !is_start_of_new {
            return;
        }
        let places = self.places(|visit| {
            visit.end().is_none()
                && visit
                    .plates()
                    .any(|mine| mine.tail() == plate.tail() && !mine.province_contradicts(plate))
        });
        for place in places.into_iter().filter(|&place| Some(place) != joined) {
            let visit = self.visit(place);
            let is_earlier = visit.first_at() <= at;
            let ends = if is_physical {
                visit.is_begun_anew_by(reading, self.rules) || visit.entered_at().is_some()
            } else {
                visit.is_begun_anew_by(reading, self.rules) && visit.entered_at().is_none()
            };
            let ends = ends
                || (joined.is_none()
                    && !is_start(milestone)
                    && visit.is_begun_anew_by(reading, self.rules));
            if is_earlier && ends {
                self.visit_mut(place).next_start_at = Some(at);
            }
        }
    }

    /// Other visits that a reading's strong keys name are found to be the same one.
    fn absorb_others(&mut self, reading: &Observation, place: usize) {
        let is_strong = |key: &MatchKey| {
            matches!(
                key.kind,
                KeyKind::Trip | KeyKind::Declaration | KeyKind::Container
            )
        };
        for key in link_keys(reading).into_iter().filter(is_strong) {
            for other in self.places(|visit| visit.keys.contains(&key)) {
                self.absorb(reading, place, other, &key);
            }
        }
    }

    /// Makes one of two visits that a reading names, if they can be one.
    fn absorb(&mut self, reading: &Observation, place: usize, other: usize, key: &MatchKey) {
        let is_there = |place: usize| self.visits[place].is_some();
        if other == place || !is_there(place) || !is_there(other) {
            return;
        }
        if !self.visit(other).is_begun_anew_by(reading, self.rules)
            && self
                .visit(place)
                .can_be_one_with(self.visit(other), self.rules)
            && let Some(absorbed) = self.visits[other].take()
        {
            self.visit_mut(place).absorb(absorbed, key);
        }
    }

    /// A swap ends the relief vehicle's own earlier way.
    fn relieve(&mut self, reading: &Observation, place: usize) {
        let Some(relief) = reading
            .to_plate
            .as_ref()
            .filter(|_| reading.milestone.is_some_and(is_swap))
        else {
            return;
        };
        let at = moment(reading);
        let own = self.places(|visit| {
            visit.end().is_none()
                && visit.plates().any(|mine| {
                    mine.folded() == relief.folded() && !mine.province_contradicts(relief)
                })
        });
        for other in own.into_iter().filter(|&other| other != place) {
            self.visit_mut(other).relieved_at = Some(at);
        }
    }
}
