//! The gates that can be simulated and the devices and systems that stand at them, with their registrations.

mod device;
mod posts;

use std::collections::BTreeMap;

use bordergate_model::{Gate, GateId, Milestone, Source};

use crate::day::Door;
use crate::plan::Plan;
use crate::wall::source_id;

pub(crate) use device::Device;
use posts::{COMMON, FIRST_MAKE, PROVINCE, Row, SECOND_MAKE};

/// The LGSP partner under whose name reports are submitted.
pub const PARTNER: &str = "lgsp-sim";

/// Where something is seen or told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spot {
    GateIn,
    GateOut,
    Line,
    ReturnLane,
    Yard,
    Scale,
    /// The camera over a platform that weighs without plates.
    Platform,
    /// The RFID reader at the line.
    Antenna,
    /// The reader of container numbers at the yard.
    Boxes,
    /// The server of the electronic seals.
    Seals,
    YardSystem,
    Customs,
    /// Customs' feed of the whole province: one source for all gates, registered at none.
    Province,
    ContainerList,
    Window,
    Lgsp,
    Centre,
}

/// One source with what the simulation must know besides its registration.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) spot: Spot,
    pub(crate) device: Device,
    pub(crate) door: Door,
    /// The gate it tells of here.
    pub(crate) gate_id: GateId,
    /// The same at every gate where it is province-wide.
    pub(crate) source: Source,
}

impl Post {
    /// Returns the device's word for the direction that means `milestone` here.
    pub(crate) fn word(&self, milestone: Milestone) -> &str {
        let mut readings = self.source.readings.iter();
        readings
            .find(|(_, means)| **means == milestone)
            .map_or("unknown", |(word, _)| word)
    }
}

/// One gate with its sources.
#[derive(Clone, Debug)]
pub(crate) struct Border {
    pub(crate) gate: Gate,
    pub(crate) office: &'static str,
    /// Its part of the traffic, in comparison with the others.
    pub(crate) weight: f64,
    pub(crate) posts: Vec<Post>,
}

impl Border {
    /// Returns the numbers of the posts at a spot, in order.
    pub(crate) fn at(&self, spot: Spot) -> Vec<usize> {
        (0..self.posts.len())
            .filter(|&place| self.posts[place].spot == spot)
            .collect()
    }
}

/// What is known of a gate.
struct Known {
    id: &'static str,
    short: &'static str,
    en: &'static str,
    vi: &'static str,
    /// Customs office and place; all but those of Huu Nghi are made up for the simulation.
    codes: [&'static str; 2],
    shard: u16,
    weight: f64,
    make: &'static [Row],
}

#[rustfmt::skip]
const KNOWN: [Known; 4] = [
    Known { id: "huu-nghi", short: "hn", en: "Huu Nghi", vi: "Hữu Nghị", codes: ["15BB", "VNHUGT"], shard: 0, weight: 0.56, make: FIRST_MAKE },
    Known { id: "tan-thanh", short: "tt", en: "Tan Thanh", vi: "Tân Thanh", codes: ["15BC", "VNTATT"], shard: 1, weight: 0.44, make: SECOND_MAKE },
    Known { id: "coc-nam", short: "cn", en: "Coc Nam", vi: "Cốc Nam", codes: ["15BD", "VNCOCN"], shard: 2, weight: 0.15, make: FIRST_MAKE },
    Known { id: "chi-ma", short: "cm", en: "Chi Ma", vi: "Chi Ma", codes: ["15SI", "VNCHIM"], shard: 3, weight: 0.1, make: SECOND_MAKE },
];

/// Returns the names of the gates that can be simulated.
#[must_use]
pub fn known_gates() -> Vec<&'static str> {
    KNOWN.iter().map(|known| known.id).collect()
}

/// Returns the plan's gates. One entry camera at each has a clock that is ahead by the noise's `wrong_clock_seconds`.
pub(crate) fn borders(plan: &Plan) -> Vec<Border> {
    let is_wanted = |known: &&Known| plan.gates.iter().any(|gate| gate == known.id);
    let wanted = KNOWN.iter().filter(is_wanted);
    wanted.map(|known| border(known, plan)).collect()
}

fn border(known: &Known, plan: &Plan) -> Border {
    let gate_id = GateId::parse(known.id).expect("letters and a hyphen");
    let province = (plan.province_share > 0.0).then_some(&PROVINCE);
    let rows = COMMON.iter().chain(known.make).chain(province);
    Border {
        office: known.codes[0],
        weight: known.weight,
        posts: rows.map(|row| post(known, &gate_id, row, plan)).collect(),
        gate: Gate {
            gate_id,
            version: 1,
            name_en: known.en.to_owned(),
            name_vi: known.vi.to_owned(),
            shard: known.shard,
            office_codes: known.codes.map(str::to_owned).to_vec(),
            is_disabled: false,
        },
    }
}

fn post(known: &Known, gate_id: &GateId, row: &Row, plan: &Plan) -> Post {
    let &(name, spot, device, door, words) = row;
    let is_at_gate = spot != Spot::Province;
    let place = if is_at_gate { known.short } else { "province" };
    let source_id = source_id(&format!("sim-{place}-{name}"));
    let has_lane = device.is_sensor() && device != Device::Seals;
    let has_wrong_clock = name == "in-2";
    let noise = plan.noise_of(source_id.as_str(), device.format());
    let readings = words
        .iter()
        .map(|&(word, means)| (word.to_owned(), means))
        .collect::<BTreeMap<_, _>>();
    Post {
        spot,
        device,
        door,
        gate_id: gate_id.clone(),
        source: Source {
            lane: has_lane.then(|| posts::lane(name).to_owned()),
            readings,
            rank: device.rank(),
            clock_offset_seconds: if has_wrong_clock {
                noise.wrong_clock_seconds
            } else {
                0
            },
            is_replay: true,
            partner_id: (device == Device::Lgsp).then(|| PARTNER.to_owned()),
            ..Source::new(
                source_id,
                device.format(),
                is_at_gate.then(|| gate_id.clone()),
            )
        },
    }
}
