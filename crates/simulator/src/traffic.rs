//! The traffic of a day: who comes, what they carry, and everything that is told of them, without noise.
//!
//! Vehicles queue for the line: both gates let so many pass an hour between 07:00 and 19:00. One visit per vehicle.
//! After 19:30 nothing is told any more, so that the latest message and the near windows end within the local day.

mod customs;
mod export;
mod import;
mod line;
mod vehicle;

use bordergate_model::CargoClass;

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

/// Share of vehicles that use the first gate.
const FIRST_GATE_SHARE: f64 = 0.56;

/// Returns the traffic of the plan's day.
pub(crate) fn traffic(plan: &Plan, borders: &[Border]) -> Traffic {
    let mut dice = Dice::new(plan.seed, 1);
    let mut registry = Registry::default();
    let mut visits = Vec::new();
    let look_alikes = look_alikes(&mut dice, &mut registry, plan.vehicle_count);
    for number in 0..plan.vehicle_count as usize {
        let twin = look_alikes.get(number).cloned();
        let gate = if twin.is_some() || dice.chance(FIRST_GATE_SHARE) {
            0
        } else {
            1
        };
        let kind = if twin.is_some() {
            Kind::Export(CargoClass::Fruit)
        } else {
            vehicle::kind(&mut dice)
        };
        let arrived_at = match twin {
            Some(_) => wall::local(plan.day, 9, 0) + dice.between(0, 300),
            None => arrival(plan, &mut dice),
        };
        let mut visit = Visit::new(number, gate, kind, plan.day, arrived_at);
        visit.load(&mut dice, &mut registry, twin);
        match kind {
            Kind::Export(_) => export::before_the_line(&mut visit, &mut dice, &mut registry),
            Kind::Import(_) => import::before_the_line(&mut visit, &mut dice),
        }
        visits.push(visit);
    }
    line::pass(&mut visits, plan.day);
    for visit in &mut visits {
        match visit.kind {
            Kind::Export(_) => export::after_the_line(visit, &mut dice),
            Kind::Import(_) => import::after_the_line(visit, &mut dice),
        }
    }
    let names = visits.iter().map(|visit| visit.name(borders)).collect();
    let mut tellings: Vec<Telling> = visits
        .into_iter()
        .flat_map(|visit| visit.tellings)
        .collect();
    tellings.extend(signs_of_life(plan, borders));
    tellings.retain(|telling| telling.told_at <= wall::local(plan.day, 19, 30));
    tellings.sort_by_key(|telling| telling.told_at);
    Traffic {
        tellings,
        visits: names,
        registry,
    }
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
fn arrival(plan: &Plan, dice: &mut Dice) -> i64 {
    let hours = 4.5 + 6.0 * (dice.unit() + dice.unit());
    let second = (hours.max(5.5) * HOUR as f64) as i64;
    wall::local(plan.day, 0, 0) + second + dice.between(0, 600)
}

/// Each camera and weighbridge says once an hour that it is alive (a scale: that nothing stands still on it).
fn signs_of_life(plan: &Plan, borders: &[Border]) -> Vec<Telling> {
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
            ] {
                let told_at = wall::local(plan.day, hour, minute);
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
