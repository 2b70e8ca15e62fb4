//! From what is told to messages: noise, bytes, keys, receptions, and what each must become.

use bordergate_model::Milestone;

use crate::border::{Border, Device, Post, Spot};
use crate::day::{Door, Expectation, Message, Place};
use crate::dice::Dice;
use crate::formats::{self, Sight, Wire};
use crate::identity::{Plate, Registry};
use crate::noise::{self, Fate};
use crate::plan::Plan;
use crate::telling::{Declaration, Telling, What};
use crate::truth::Seen;
use crate::wall::{self, HOUR, MINUTE};

/// LGSP submits what agencies told it once a minute.
const SUBMITS_EVERY_MS: i64 = 60_000;

/// A message whose place among the others is not known yet.
struct Draft {
    gate: usize,
    post: usize,
    wire: Wire,
    received_ms: i64,
    key: String,
    expectation: Expectation,
    seen: Option<Seen>,
}

/// Turns everything told into messages by reception; with them what of the truth each one carries.
pub(crate) fn send(
    plan: &Plan,
    borders: &[Border],
    registry: &Registry,
    tellings: &[Telling],
) -> Vec<(Message, Option<Seen>)> {
    let mut desk = Desk {
        plan,
        borders,
        registry,
        dice: Dice::new(plan.seed, 2),
        serial: 0,
        drafts: Vec::new(),
    };
    for telling in tellings {
        desk.take(telling);
    }
    desk.finish()
}

struct Desk<'a> {
    plan: &'a Plan,
    borders: &'a [Border],
    registry: &'a Registry,
    dice: Dice,
    serial: u64,
    drafts: Vec<Draft>,
}

impl Desk<'_> {
    fn take(&mut self, telling: &Telling) {
        self.serial += 1;
        let borders = self.borders;
        let border = &borders[telling.gate];
        let choices = border.at(telling.spot);
        if matches!(telling.what, What::Alive) {
            for post in choices {
                self.serial += 1;
                let at = telling.told_at + border.posts[post].source.clock_offset_seconds;
                let wire = formats::sign_of_life(&border.posts[post], self.serial, at);
                self.push(
                    telling.gate,
                    post,
                    wire,
                    telling.told_at * 1000 + 400,
                    Expectation::Ignored,
                    None,
                );
            }
            return;
        }
        let place = self.dice.pick(&choices);
        let post = &border.posts[place];
        let plate = plate_of(&telling.what)
            .map(|plate| noise::read(&mut self.dice, &self.plan.noise, self.registry, plate));
        let fate = noise::fate(&mut self.dice, &self.plan.noise);
        let has_lines = matches!(post.device, Device::Scale | Device::DahuaEvents);
        let text = plate
            .clone()
            .flatten()
            .map(|plate| noise::styled(&mut self.dice, &plate, has_lines));
        let millisecond = self.dice.between(0, 999);
        let write = |is_again: bool| {
            write(
                border,
                post,
                telling,
                self.serial,
                millisecond,
                text.as_deref(),
                is_again,
            )
        };
        let (wire, again) = (write(false), write(true));
        let seen = seen(telling, post, plate);
        let count = seen.readings.len() as u16;
        let received_ms = self.received_ms(telling, post, fate);
        match fate {
            Fate::Missing => {}
            Fate::Malformed => self.push(
                telling.gate,
                place,
                formats::spoiled(post.device, &wire),
                received_ms,
                Expectation::Quarantined,
                None,
            ),
            _ => self.push(
                telling.gate,
                place,
                wire.clone(),
                received_ms,
                Expectation::Observations(count),
                Some(seen),
            ),
        }
        match fate {
            Fate::Doubled => {
                let is_retry = self.dice.chance(0.5);
                let (wire, second_ms) = (
                    if is_retry { wire } else { again },
                    received_ms + self.dice.between(1, 2000),
                );
                self.repeat(wire, second_ms, is_retry);
            }
            Fate::Resent => {
                let most = (6 * HOUR * 1000).min(self.last_ms() - received_ms);
                let second_ms = received_ms + self.dice.between(10 * MINUTE * 1000, most);
                self.repeat(again, second_ms, false);
            }
            _ => {}
        }
    }

    fn push(
        &mut self,
        gate: usize,
        post: usize,
        wire: Wire,
        received_ms: i64,
        expectation: Expectation,
        seen: Option<Seen>,
    ) {
        let key = format!("{}-{}", self.plan.seed, self.serial);
        self.drafts.push(Draft {
            gate,
            post,
            wire,
            received_ms,
            key,
            expectation,
            seen,
        });
    }

    /// Sends the last message again: a retry under its key with its bytes, or anew.
    fn repeat(&mut self, wire: Wire, received_ms: i64, is_retry: bool) {
        let Some(last) = self.drafts.last() else {
            return;
        };
        let key = if is_retry {
            last.key.clone()
        } else {
            format!("{}-again", last.key)
        };
        let draft = Draft {
            gate: last.gate,
            post: last.post,
            wire,
            received_ms,
            key,
            expectation: Expectation::Duplicate,
            seen: None,
        };
        self.drafts.push(draft);
    }

    /// Nothing is received after 21:55, so that the near windows of the last messages end within the day.
    fn last_ms(&self) -> i64 {
        wall::local(self.plan.day, 21, 55) * 1000
    }

    fn received_ms(&mut self, telling: &Telling, post: &Post, fate: Fate) -> i64 {
        let ordinary = telling.told_at * 1000
            + match post.device {
                Device::Customs => self.dice.between(3_000, 60_000),
                Device::Lgsp => self.dice.between(2_000, 20_000),
                Device::Centre => self.dice.between(500, 8_000),
                _ => self.dice.between(1_000, 3_000),
            };
        let delayed = match fate {
            Fate::OutOfOrder => ordinary + self.dice.between(1, 10 * MINUTE) * 1000,
            Fate::Late => ordinary + self.dice.between(10 * MINUTE, 3 * HOUR) * 1000,
            _ => ordinary,
        };
        delayed.min(self.last_ms())
    }

    fn finish(mut self) -> Vec<(Message, Option<Seen>)> {
        let is_submitted =
            |draft: &Draft| self.borders[draft.gate].posts[draft.post].door == Door::Submit;
        for draft in &mut self.drafts {
            if self.borders[draft.gate].posts[draft.post].door == Door::Submit {
                draft.received_ms = (draft.received_ms / SUBMITS_EVERY_MS + 1) * SUBMITS_EVERY_MS;
            }
        }
        self.drafts
            .sort_by_key(|draft| (draft.received_ms, is_submitted(draft), draft.gate));
        let mut batch = (i64::MIN, usize::MAX, 0);
        let mut sent = Vec::with_capacity(self.drafts.len());
        for draft in self.drafts {
            let post = &self.borders[draft.gate].posts[draft.post];
            let place = (post.door == Door::Submit).then(|| {
                let index = if (batch.0, batch.1) == (draft.received_ms, draft.gate) {
                    batch.2 + 1
                } else {
                    0
                };
                batch = (draft.received_ms, draft.gate, index);
                let minute = &wall::compact(draft.received_ms / 1000)[..12];
                Place {
                    request_id: format!("{}-{}-{minute}", post.source.source_id, self.plan.seed),
                    index,
                }
            });
            let message = Message {
                source_id: post.source.source_id.clone(),
                gate_id: post.source.gate_id.clone(),
                door: post.door,
                content_type: draft.wire.content_type,
                headers: draft.wire.headers,
                body: draft.wire.body,
                received_at: wall::timestamp_ms(draft.received_ms),
                idempotency_key: place.as_ref().map_or(draft.key, Place::key),
                place,
                expectation: draft.expectation,
            };
            sent.push((message, draft.seen));
        }
        sent
    }
}

/// Returns the plate that a sensor has to read.
fn plate_of(what: &What) -> Option<&Plate> {
    match what {
        What::Plate { plate, .. } | What::Weighing { plate, .. } => Some(plate),
        _ => None,
    }
}

fn write(
    border: &Border,
    post: &Post,
    telling: &Telling,
    serial: u64,
    millisecond: i64,
    text: Option<&str>,
    is_again: bool,
) -> Wire {
    let sight = |milestone| Sight {
        post,
        serial,
        milestone,
        device_at: telling.told_at + post.source.clock_offset_seconds,
        millisecond,
        plate: text,
        is_retransmission: is_again,
    };
    let place = border.gate.office_codes.last().map_or("", String::as_str);
    match &telling.what {
        What::Plate { milestone, .. } => formats::camera(&sight(*milestone)),
        What::Weighing {
            gross_kg, tare_kg, ..
        } => formats::weighing(&sight(Milestone::Weighed), *gross_kg, *tare_kg),
        What::Report(report) if telling.spot == Spot::Centre => {
            formats::report_in_headers(post, report)
        }
        What::Report(report) => formats::report(post, report),
        what => formats::customs(what, serial, border.office, place, telling.told_at)
            .expect("the rest is customs' own"),
    }
}

/// Returns what a message tells, as a reader must understand it.
fn seen(telling: &Telling, post: &Post, read: Option<Option<Plate>>) -> Seen {
    let mut seen = Seen::new(telling.gate, telling.visit, post.device.is_sensor());
    seen.plate = read.flatten();
    match &telling.what {
        What::Plate { milestone, .. } => seen.readings.push((*milestone, telling.told_at)),
        What::Weighing { .. } => seen.readings.push((Milestone::Weighed, telling.told_at)),
        What::Declaration(told) => declared(&mut seen, told, telling.told_at),
        What::Passage { code, plate, .. } => {
            let milestone = if *code == "VAA312" {
                Milestone::CrossedIn
            } else {
                Milestone::CrossedOut
            };
            seen.readings.push((
                milestone,
                telling.told_at - telling.told_at.rem_euclid(MINUTE),
            ));
            seen.plate = Some(plate.clone());
        }
        What::Report(report) => {
            seen.readings.push((report.milestone, report.at));
            seen.plate = report.plate.clone();
            seen.to_plate = report.to_plate.clone();
            seen.trip = report.trip.clone();
            seen.containers = report.containers.clone();
            seen.declarations = report.declarations.clone();
            seen.direction = report.direction;
            seen.cargo = report.cargo;
            seen.is_loaded = report.is_loaded;
        }
        What::Alive => {}
    }
    seen
}

/// A message of a declaration tells its registration, its channel or its permit, and the inspection with it.
fn declared(seen: &mut Seen, told: &Declaration, sent_at: i64) {
    seen.readings
        .push((Milestone::DeclRegistered, told.registered_at));
    match told.cleared_at {
        None => seen.readings.push((Milestone::Channelled, sent_at)),
        Some(cleared_at) => {
            seen.readings
                .extend(told.inspected_at.map(|at| (Milestone::InspectionEnd, at)));
            seen.readings.push((Milestone::Cleared, cleared_at));
        }
    }
    seen.plate = Some(told.truck.clone());
    seen.declarations = vec![told.number.clone()];
    let is_export_channel = told.code.starts_with("VAE") && told.cleared_at.is_none();
    // Containers of an export stand past position 96, imports name only their number.
    if told.code.starts_with("VAE") && !is_export_channel {
        seen.containers = told.containers.clone();
    }
    seen.channel = Some(told.channel);
}
