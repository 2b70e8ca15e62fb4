//! One visit of one vehicle while it is being made up: who it is, what it carries, what was told of it so far.

use bordergate_model::{CargoClass, Channel, Direction, Milestone};
use jiff::civil::Date;

use crate::border::{Border, Spot};
use crate::dice::Dice;
use crate::identity::{Plate, Registry};
use crate::telling::{Report, Telling, What};
use crate::wall;

/// Share of vehicles with an RFID tag.
const TAGGED: f64 = 0.25;
/// Share of vehicles with containers that have an electronic seal.
const SEALED: f64 = 0.5;

/// Which way, with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Export(CargoClass),
    Import(CargoClass),
}

/// Draws what a vehicle comes for.
pub(crate) fn kind(dice: &mut Dice) -> Kind {
    match dice.below(100) {
        0..50 => Kind::Export(CargoClass::Fruit),
        50..66 => Kind::Export(CargoClass::Other),
        66..95 => Kind::Import(CargoClass::Other),
        95..97 => Kind::Import(CargoClass::Fruit),
        _ => Kind::Import(CargoClass::NewVehicle),
    }
}

/// A visit.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) number: usize,
    pub(crate) gate: usize,
    pub(crate) kind: Kind,
    pub(crate) day: Date,
    pub(crate) arrived_at: i64,
    pub(crate) plate: Plate,
    /// The vehicle that takes over the goods, and the milestone that says so.
    pub(crate) relief: Option<(Plate, Milestone)>,
    pub(crate) trailer: Option<Plate>,
    pub(crate) containers: Vec<String>,
    /// The EPC of its RFID tag, if it has one.
    pub(crate) tag: Option<String>,
    /// The number of its electronic seal, if it has one.
    pub(crate) seal: Option<String>,
    pub(crate) trip: String,
    pub(crate) declarations: Vec<String>,
    pub(crate) channel: Channel,
    pub(crate) gross_kg: i64,
    pub(crate) tare_kg: i64,
    /// When it may pass the line, if it gets that far.
    pub(crate) ready_at: Option<i64>,
    /// When it passes the line.
    pub(crate) passed_at: Option<i64>,
    pub(crate) tellings: Vec<Telling>,
}

impl Visit {
    /// Starts a visit of a vehicle that has no plate and no goods yet.
    pub(crate) fn new(number: usize, gate: usize, kind: Kind, day: Date, arrived_at: i64) -> Self {
        Self {
            number,
            gate,
            kind,
            day,
            arrived_at,
            plate: Plate {
                province: None,
                tail: String::new(),
            },
            relief: None,
            trailer: None,
            containers: Vec::new(),
            tag: None,
            seal: None,
            trip: String::new(),
            declarations: Vec::new(),
            channel: Channel::Green,
            gross_kg: 0,
            tare_kg: 0,
            ready_at: None,
            passed_at: None,
            tellings: Vec::new(),
        }
    }

    /// Gives it a plate (`twin` if there is one), goods and papers.
    pub(crate) fn load(&mut self, dice: &mut Dice, registry: &mut Registry, twin: Option<Plate>) {
        let (prefix, chinese_share) = match self.kind {
            Kind::Export(_) => ("30", 0.0),
            Kind::Import(_) => ("10", 0.45),
        };
        self.plate = match twin {
            Some(plate) => plate,
            None if dice.chance(chinese_share) => registry.chinese(dice),
            None => registry.vietnamese(dice),
        };
        if dice.chance(0.35) {
            self.trailer = Some(registry.trailer(dice, &self.plate));
            self.containers = (0..if dice.chance(0.1) { 2 } else { 1 })
                .map(|_| registry.container(dice))
                .collect();
        }
        if dice.chance(TAGGED) {
            self.tag = Some(registry.tag(dice));
        }
        if !self.containers.is_empty() && dice.chance(SEALED) {
            self.seal = Some(registry.seal(dice));
        }
        self.trip = registry.trip(dice);
        let count = if dice.chance(0.1) {
            2 + dice.below(2)
        } else {
            1
        };
        self.declarations = (0..count)
            .map(|_| registry.declaration(dice, prefix))
            .collect();
        let (green, yellow) = if self.cargo() == CargoClass::Fruit {
            (0.66, 0.94)
        } else {
            (0.5, 0.87)
        };
        self.channel = match dice.unit() {
            share if share < green => Channel::Green,
            share if share < yellow => Channel::Yellow,
            _ => Channel::Red,
        };
        self.tare_kg = dice.between(640, 760) * 20;
        self.gross_kg = self.tare_kg + dice.between(500, 1400) * 20;
    }

    pub(crate) fn cargo(&self) -> CargoClass {
        match self.kind {
            Kind::Export(cargo) | Kind::Import(cargo) => cargo,
        }
    }

    pub(crate) fn direction(&self) -> Direction {
        match self.kind {
            Kind::Export(_) => Direction::Export,
            Kind::Import(_) => Direction::Import,
        }
    }

    /// Returns what people call it.
    pub(crate) fn name(&self, borders: &[Border]) -> String {
        format!(
            "{} {} {}",
            borders[self.gate].gate.gate_id,
            self.direction(),
            self.number + 1
        )
    }

    /// Returns the earliest moment at which papers of the day are handed in: 05:00 local.
    pub(crate) fn offices_open_at(&self) -> i64 {
        wall::local(self.day, 5, 0)
    }

    /// A camera sees a vehicle.
    pub(crate) fn seen(&mut self, spot: Spot, milestone: Milestone, at: i64, plate: &Plate) {
        self.tell(
            spot,
            at,
            What::Plate {
                milestone,
                plate: plate.clone(),
            },
        );
    }

    /// Starts a report that carries the vehicle's plate.
    pub(crate) fn report(&self, milestone: Milestone, at: i64) -> Report {
        let id = format!(
            "{}-{}-{}",
            self.number + 1,
            milestone.code().to_lowercase(),
            self.tellings.len()
        );
        Report {
            plate: Some(self.plate.clone()),
            ..Report::new(id, milestone, at)
        }
    }

    /// Sends a report at the moment it tells of.
    pub(crate) fn send(&mut self, spot: Spot, report: Report) {
        self.tell(spot, report.at, What::Report(Box::new(report)));
    }

    /// Sends a report, and now and then a correction of its time some minutes later.
    pub(crate) fn send_maybe_corrected(&mut self, dice: &mut Dice, spot: Spot, report: Report) {
        let correction = dice.chance(0.02).then(|| Report {
            id: format!("{}-corrected", report.id),
            at: report.at - dice.between(20, 90),
            corrects: Some(report.id.clone()),
            ..report.clone()
        });
        let sent_at = report.at;
        self.send(spot, report);
        if let Some(correction) = correction {
            let told_at = sent_at + dice.between(300, 1800);
            self.tell(spot, told_at, What::Report(Box::new(correction)));
        }
    }

    /// Something is told.
    pub(crate) fn tell(&mut self, spot: Spot, told_at: i64, what: What) {
        self.tellings.push(Telling {
            gate: self.gate,
            spot,
            told_at,
            what,
            visit: self.number,
        });
    }
}
