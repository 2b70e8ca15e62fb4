//! From what is told to messages: noise, bytes, keys, receptions, and what each must become.

mod saying;
mod seen;

use bordergate_model::Milestone;

use crate::border::{Border, Device, Post, Spot};
use crate::day::{Door, Expectation, Message, Place};
use crate::dice::Dice;
use crate::formats::{self, Frame, Wire};
use crate::identity::{Plate, Registry};
use crate::noise::{self, Fate};
use crate::plan::{Noise, Plan};
use crate::telling::{Telling, What};
use crate::truth::Seen;
use crate::wall::{self, HOUR, MINUTE};
use saying::{sight, write};
use seen::seen;

/// So long before its last word on a car an Axis camera tells of it first.
const PROVISIONAL_SECONDS: i64 = 3;
/// So long before a vehicle is weighed the camera over the platform reads its plate.
const DRIVING_ON_SECONDS: i64 = 15;
/// So long one vehicle has a platform for itself; who comes earlier takes another scale.
const ON_PLATFORM_SECONDS: i64 = 5 * MINUTE;
/// Most pictures that a camera takes of one car.
const MOST_FRAMES: u8 = 3;
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
        message: 0,
        platform_free_at: vec![i64::MIN; borders.len()],
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
    /// Number of the event that is told.
    serial: u64,
    /// Number of the message that tells of it.
    message: u64,
    /// When the platform of each gate that weighs without plates is free again.
    platform_free_at: Vec<i64>,
    drafts: Vec<Draft>,
}

impl Desk<'_> {
    fn take(&mut self, telling: &Telling) {
        self.serial += 1;
        self.message += 1;
        let borders = self.borders;
        let border = &borders[telling.gate];
        let choices = border.at(telling.spot);
        if matches!(telling.what, What::Alive) {
            for post in choices {
                self.serial += 1;
                self.message += 1;
                let noise = noise_at(self.plan, &border.posts[post]);
                let sight = sight(&border.posts[post], telling, self.serial, noise);
                let wire = formats::sign_of_life(&sight);
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
        let place = self.choose(telling, &choices);
        let earlier = |seconds| Telling {
            told_at: telling.told_at - seconds,
            ..telling.clone()
        };
        match border.posts[place].device {
            Device::Axis => {
                // What the camera makes of a car that has only just come into view.
                self.say(&earlier(PROVISIONAL_SECONDS), place, true, Frame::ONLY);
                self.message += 1;
                self.say(telling, place, false, Frame::ONLY);
            }
            Device::DahuaLines | Device::DahuaEvents => self.shoot(telling, place),
            Device::Mettler => {
                self.drive_on(&earlier(DRIVING_ON_SECONDS));
                self.say(telling, place, false, Frame::ONLY);
            }
            _ => self.say(telling, place, false, Frame::ONLY),
        }
    }

    /// Returns the number of the post that tells it, among those at its spot.
    fn choose(&mut self, telling: &Telling, choices: &[usize]) -> usize {
        let border = &self.borders[telling.gate];
        if telling.spot == Spot::Customs
            && let [province] = border.at(Spot::Province).as_slice()
            && self.dice.chance(self.plan.province_share)
        {
            return *province;
        }
        let free_at = &mut self.platform_free_at[telling.gate];
        let is_free = |place: &usize| {
            border.posts[*place].device != Device::Mettler || telling.told_at >= *free_at
        };
        let choices: Vec<usize> = choices.iter().copied().filter(is_free).collect();
        let place = self.dice.pick(&choices);
        if border.posts[place].device == Device::Mettler {
            *free_at = telling.told_at + ON_PLATFORM_SECONDS;
        }
        place
    }

    /// A camera takes one to three pictures of a car, each a second after the one before, and reads each for itself.
    fn shoot(&mut self, telling: &Telling, place: usize) {
        let count = self.dice.between(1, MOST_FRAMES.into()) as u8;
        for index in 1..=count {
            if index > 1 {
                self.message += 1;
            }
            let frame = Frame {
                index,
                count,
                confidence: self.dice.between(60, 99) as u8,
            };
            let picture = Telling {
                told_at: telling.told_at + i64::from(index) - 1,
                ..telling.clone()
            };
            self.say(&picture, place, false, frame);
        }
    }

    /// The camera over the platform reads the plate that the scale does not know.
    fn drive_on(&mut self, telling: &Telling) {
        let What::Weighing { plate, .. } = &telling.what else {
            return;
        };
        let seen = Telling {
            spot: Spot::Platform,
            what: What::Plate {
                milestone: Milestone::Weighed,
                plate: plate.clone(),
            },
            ..telling.clone()
        };
        for place in self.borders[telling.gate].at(Spot::Platform) {
            self.say(&seen, place, false, Frame::ONLY);
            self.serial += 1;
            self.message += 1;
        }
    }

    /// Sends what one device or system makes of a telling: its last word on it, or one before; one picture of a car.
    fn say(&mut self, telling: &Telling, place: usize, is_provisional: bool, frame: Frame) {
        let border = &self.borders[telling.gate];
        let post = &border.posts[place];
        let noise = noise_at(self.plan, post);
        let read = self.read(telling, post, noise);
        let fate = noise::fate(&mut self.dice, noise);
        let text = match &read {
            Read::Plate(Some(plate)) => Some(noise::styled(
                &mut self.dice,
                plate,
                post.device.has_lines(),
            )),
            _ => None,
        };
        let mut sight = sight(post, telling, self.serial, noise);
        sight.millisecond = self.dice.between(0, 999);
        sight.plate = text.as_deref();
        sight.is_provisional = is_provisional;
        sight.frame = frame;
        if text.is_none() {
            sight.frame.confidence = 0;
        }
        let wire = write(border, &sight, telling, &read);
        sight.is_retransmission = true;
        let again = write(border, &sight, telling, &read);
        let received_ms = self.received_ms(telling, post, fate);
        let seen = seen(telling, &sight, &read, received_ms);
        let count = seen.readings.len() as u16;
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
        self.say_again(telling, place, fate, received_ms, [wire, again]);
    }

    /// Sends the last message once more where that is its fate: a retry of its bytes, or what the device tells anew.
    fn say_again(
        &mut self,
        telling: &Telling,
        place: usize,
        fate: Fate,
        received_ms: i64,
        [wire, again]: [Wire; 2],
    ) {
        let device = self.borders[telling.gate].posts[place].device;
        let (is_retry, second_ms) = match fate {
            Fate::Doubled => {
                let is_retry = self.dice.chance(0.5) || !device.names_events();
                (is_retry, received_ms + self.dice.between(1, 2000))
            }
            Fate::Resent => {
                let most = (6 * HOUR * 1000).min(last_ms(telling.told_at) - received_ms);
                let later = self.dice.between(10 * MINUTE * 1000, most);
                (!device.names_events(), received_ms + later)
            }
            _ => return,
        };
        self.repeat(if is_retry { wire } else { again }, second_ms, is_retry);
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
        let key = format!("{}-{}", self.plan.seed, self.message);
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

    /// Returns what a sensor makes of what it sees.
    fn read(&mut self, telling: &Telling, post: &Post, noise: &Noise) -> Read {
        match &telling.what {
            What::Weighing { .. } if post.device == Device::Mettler => Read::Nothing,
            What::Plate { plate, .. } | What::Weighing { plate, .. } => {
                Read::Plate(noise::read(&mut self.dice, noise, self.registry, plate))
            }
            // A reader of container numbers knows by the check digit when it misread one, and tells the rest.
            What::Boxes { .. } => Read::Boxes(!self.dice.chance(noise.unreadable + noise.misread)),
            _ => Read::Nothing,
        }
    }

    fn received_ms(&mut self, telling: &Telling, post: &Post, fate: Fate) -> i64 {
        let (least, most) = post.device.delay_ms();
        let ordinary = telling.told_at * 1000 + self.dice.between(least, most);
        let delayed = match fate {
            Fate::OutOfOrder => ordinary + self.dice.between(1, 10 * MINUTE) * 1000,
            Fate::Late => ordinary + self.dice.between(10 * MINUTE, 3 * HOUR) * 1000,
            _ => ordinary,
        };
        delayed.min(last_ms(telling.told_at))
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
                gate_id: post.gate_id.clone(),
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

/// Returns the noise of a device or system.
fn noise_at<'a>(plan: &'a Plan, post: &Post) -> &'a Noise {
    let source = &post.source;
    plan.noise_of(source.source_id.as_str(), &source.format)
}

/// What a sensor made of what it saw.
pub(crate) enum Read {
    /// It reads plates; nothing when this one was not readable.
    Plate(Option<Plate>),
    /// Whether it could read the numbers of the boxes.
    Boxes(bool),
    /// There was nothing to read.
    Nothing,
}

/// Nothing is received after 21:55 of its day, so that the near windows of the last messages end within the day.
fn last_ms(told_at: i64) -> i64 {
    wall::on_day_of(told_at, 21, 55) * 1000
}
