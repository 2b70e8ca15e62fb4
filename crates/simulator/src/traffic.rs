//! The traffic of each day: who comes, what they carry, and everything that is told of them, without noise.
//!
//! Vehicles queue for the line: both gates let so many pass an hour between 07:00 and 19:00. One visit per vehicle:
//! identifiers are not used again on another day.
//! After 19:30 nothing is told any more, so that the latest message and the near windows end within the local day.

mod customs;
mod devices;
mod export;
mod import;
mod line;
mod vehicle;

use bordergate_model::CargoClass;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::border::{Border, Spot};
use crate::dice::Dice;
use crate::identity::{Plate, Registry};
use crate::plan::Plan;
use crate::telling::{Telling, What};
use crate::wall::{self, HOUR};

use vehicle::Kind;
pub(crate) use vehicle::Visit;

/// Everything that happens in a day.
pub(crate) struct Traffic {
    /// Everything told, in order of time.
    pub(crate) tellings: Vec<Telling>,
    /// Names of the visits, by their numbers.
    pub(crate) visits: Vec<String>,
    /// Which identifiers are in use.
    pub(crate) registry: Registry,
}

/// Returns the traffic of the plan's days.
pub(crate) fn traffic(plan: &Plan, borders: &[Border]) -> Traffic {
    let mut dice = Dice::new(plan.seed, 1);
    let mut traffic = Traffic {
        tellings: Vec::new(),
        visits: Vec::new(),
        registry: Registry::default(),
    };
    for number in 0..plan.day_count {
        let day = plan.day.saturating_add(i64::from(number).days());
        if !borders.is_empty() {
            traffic.pass_day(plan, borders, day, &mut dice);
        }
    }
    traffic
}

impl Traffic {
    fn pass_day(&mut self, plan: &Plan, borders: &[Border], day: Date, dice: &mut Dice) {
        let before = self.visits.len();
        let mut visits = self.before_the_line(plan, borders, day, dice);
        line::pass(&mut visits, borders.len(), day);
        for visit in &mut visits {
            match visit.kind {
                Kind::Export(_) => export::after_the_line(visit, dice),
                Kind::Import(_) => import::after_the_line(visit, dice),
            }
        }
        debug_assert!(visits.iter().all(|visit| visit.number >= before));
        let names = visits.iter().map(|visit| visit.name(borders));
        self.visits.extend(names);
        let mut tellings: Vec<Telling> = visits
            .into_iter()
            .flat_map(|visit| visit.tellings)
            .collect();
        tellings.extend(signs_of_life(day, borders));
        tellings.retain(|telling| telling.told_at <= wall::local(day, 19, 30));
        tellings.sort_by_key(|telling| telling.told_at);
        self.tellings.extend(tellings);
    }

    fn before_the_line(
        &mut self,
        plan: &Plan,
        borders: &[Border],
        day: Date,
        dice: &mut Dice,
    ) -> Vec<Visit> {
        let (first, registry) = (self.visits.len(), &mut self.registry);
        let look_alikes = look_alikes(dice, registry, plan.vehicle_count);
        let visit = |number: usize| {
            let twin = look_alikes.get(number).cloned();
            let gate = match twin {
                Some(_) => 0,
                None => gate(borders, dice),
            };
            let kind = match twin {
                Some(_) => Kind::Export(CargoClass::Fruit),
                None => vehicle::kind(dice),
            };
            let arrived_at = match twin {
                Some(_) => wall::local(day, 9, 0) + dice.between(0, 300),
                None => arrival(day, dice),
            };
            let mut visit = Visit::new(first + number, gate, kind, day, arrived_at);
            visit.load(dice, registry, twin);
            match kind {
                Kind::Export(_) => export::before_the_line(&mut visit, dice, registry),
                Kind::Import(_) => import::before_the_line(&mut visit, dice),
            }
            visit
        };
        (0..plan.vehicle_count as usize).map(visit).collect()
    }
}

/// Draws the gate a vehicle uses.
fn gate(borders: &[Border], dice: &mut Dice) -> usize {
    let whole: f64 = borders.iter().map(|border| border.weight).sum();
    let mut left = dice.unit() * whole;
    let is_here = |border: &Border| {
        left -= border.weight;
        left < 0.0
    };
    borders
        .iter()
        .position(is_here)
        .unwrap_or(borders.len() - 1)
}

/// Two lorries whose plates differ in one character and that come within five minutes of each other.
fn look_alikes(dice: &mut Dice, registry: &mut Registry, vehicle_count: u32) -> Vec<Plate> {
    if vehicle_count < 2 {
        return Vec::new();
    }
    let one = registry.vietnamese(dice);
    loop {
        let place = 3 + dice.below(one.tail.len() - 3);
        let mut tail = one.tail.clone();
        tail.replace_range(place..=place, &dice.digits(1));
        if registry.take(&tail) {
            return vec![
                one,
                Plate {
                    province: None,
                    tail,
                },
            ];
        }
    }
}

/// Draws when a vehicle comes: a broad peak before noon, between 05:30 and 16:40.
fn arrival(day: Date, dice: &mut Dice) -> i64 {
    let hours = 4.5 + 6.0 * (dice.unit() + dice.unit());
    let second = (hours.max(5.5) * HOUR as f64) as i64;
    wall::local(day, 0, 0) + second + dice.between(0, 600)
}

/// Each device says once an hour that it is alive (a scale: that nothing stands still on it), and so does the list.
fn signs_of_life(day: Date, borders: &[Border]) -> Vec<Telling> {
    let mut tellings = Vec::new();
    for gate in 0..borders.len() {
        for hour in 6..20 {
            for (minute, spot) in [
                (0, Spot::GateIn),
                (1, Spot::GateOut),
                (2, Spot::Line),
                (3, Spot::ReturnLane),
                (4, Spot::Yard),
                (5, Spot::Scale),
                (6, Spot::Antenna),
                (7, Spot::Boxes),
                (8, Spot::Seals),
                (9, Spot::ContainerList),
                (10, Spot::Platform),
            ] {
                let told_at = wall::local(day, hour, minute);
                tellings.push(Telling {
                    gate,
                    spot,
                    told_at,
                    what: What::Alive,
                    visit: usize::MAX,
                });
            }
        }
    }
    tellings
}
