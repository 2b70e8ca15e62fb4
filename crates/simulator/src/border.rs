//! The two simulated gates and the devices and systems that stand at them, with their registrations.

use std::collections::BTreeMap;

use bordergate_model::{Gate, GateId, Milestone, Source};

use crate::day::Door;
use crate::wall::source_id;

/// The LGSP partner under whose name reports are submitted.
pub const PARTNER: &str = "lgsp-sim";

/// What kind of device or system speaks, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    /// Hikvision camera, bare XML.
    HikvisionBare,
    /// Hikvision camera, XML and pictures.
    HikvisionMultipart,
    /// Dahua camera, carrier (a): lines of text in a multipart stream.
    DahuaLines,
    /// Dahua camera, carrier (b): event JSON.
    DahuaEvents,
    /// Dahua camera, carrier (c): TollgateInfo.
    DahuaTollgate,
    /// Weighbridge.
    Scale,
    /// Customs, VNACCS output messages.
    Customs,
    /// Agencies behind LGSP, structured CloudEvents.
    Lgsp,
    /// The border gate's management centre, binary CloudEvents.
    Centre,
}

impl Device {
    /// Tells whether it reads plates by itself, and so misreads them.
    pub(crate) fn is_sensor(self) -> bool {
        !matches!(self, Self::Customs | Self::Lgsp | Self::Centre)
    }
}

/// Where something is seen or told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spot {
    GateIn,
    GateOut,
    Line,
    ReturnLane,
    Yard,
    Scale,
    Customs,
    Lgsp,
    Centre,
}

/// One source with what the simulation must know besides its registration.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) spot: Spot,
    pub(crate) device: Device,
    pub(crate) door: Door,
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

/// Returns both gates. One entry camera at each has a clock that is ahead by `wrong_clock_seconds`.
pub(crate) fn borders(wrong_clock_seconds: i64) -> Vec<Border> {
    use Device as D;
    let huu_nghi = [D::DahuaLines, D::DahuaEvents];
    let tan_thanh = [D::DahuaTollgate, D::DahuaLines];
    vec![
        border(
            Name {
                id: "huu-nghi",
                short: "hn",
                en: "Huu Nghi",
                vi: "Hữu Nghị",
                codes: ["15BB", "VNHUGT"],
                shard: 0,
            },
            huu_nghi,
            wrong_clock_seconds,
        ),
        border(
            Name {
                id: "tan-thanh",
                short: "tt",
                en: "Tan Thanh",
                vi: "Tân Thanh",
                codes: ["15BC", "VNTATT"],
                shard: 1,
            },
            tan_thanh,
            wrong_clock_seconds,
        ),
    ]
}

/// Device name, spot, device, door, and what a reading means by the device's word.
type Row<'a> = (&'a str, Spot, Device, Door, &'a [(&'a str, Milestone)]);

struct Name {
    id: &'static str,
    short: &'static str,
    en: &'static str,
    vi: &'static str,
    /// Customs office and place; those of Tan Thanh are made up for the simulation.
    codes: [&'static str; 2],
    shard: u16,
}

fn border(name: Name, yard: [Device; 2], wrong_clock_seconds: i64) -> Border {
    use Device as D;
    use Milestone as M;
    let gate_id = GateId::parse(name.id).expect("letters and a hyphen");
    let lane_words: &[(&str, M)] = &[("forward", M::CrossedOut), ("reverse", M::CrossedIn)];
    let yard_words: &[(&str, M)] = &[("approach", M::YardIn), ("leave", M::YardOut)];
    let rows: [Row<'_>; 12] = [
        (
            "in-1",
            Spot::GateIn,
            D::HikvisionMultipart,
            Door::Http,
            &[("forward", M::GateIn)],
        ),
        (
            "in-2",
            Spot::GateIn,
            D::HikvisionBare,
            Door::Http,
            &[("forward", M::GateIn)],
        ),
        (
            "out-1",
            Spot::GateOut,
            D::HikvisionBare,
            Door::Http,
            &[("reverse", M::GateOut)],
        ),
        (
            "line-1",
            Spot::Line,
            D::HikvisionBare,
            Door::Http,
            lane_words,
        ),
        (
            "line-2",
            Spot::Line,
            D::HikvisionMultipart,
            Door::Ingest,
            lane_words,
        ),
        (
            "back-1",
            Spot::ReturnLane,
            D::HikvisionBare,
            Door::Http,
            &[("forward", M::Returned)],
        ),
        ("yard-1", Spot::Yard, yard[0], Door::Http, yard_words),
        ("yard-2", Spot::Yard, yard[1], Door::Ingest, yard_words),
        (
            "scale-1",
            Spot::Scale,
            D::Scale,
            Door::Ingest,
            &[("*", M::Weighed)],
        ),
        ("customs", Spot::Customs, D::Customs, Door::Http, &[]),
        ("lgsp", Spot::Lgsp, D::Lgsp, Door::Submit, &[]),
        ("centre", Spot::Centre, D::Centre, Door::Http, &[]),
    ];
    let posts = rows
        .into_iter()
        .map(|(device_name, spot, device, door, words)| Post {
            spot,
            device,
            door,
            source: Source {
                source_id: source_id(&format!("sim-{}-{device_name}", name.short)),
                version: 1,
                format: format_of(device).to_owned(),
                gate_id: gate_id.clone(),
                lane: (spot != Spot::Customs && device.is_sensor()).then(|| device_name.to_owned()),
                readings: words
                    .iter()
                    .map(|&(word, means)| (word.to_owned(), means))
                    .collect::<BTreeMap<_, _>>(),
                rank: match device {
                    D::Customs => 2,
                    D::Lgsp | D::Centre => 1,
                    _ => 0,
                },
                zone: "Asia/Ho_Chi_Minh".to_owned(),
                clock_offset_seconds: if device_name == "in-2" {
                    wrong_clock_seconds
                } else {
                    0
                },
                silent_after_seconds: None,
                is_replay: true,
                partner_id: (device == D::Lgsp).then(|| PARTNER.to_owned()),
                is_disabled: false,
                registered_at: None,
            },
        });
    Border {
        office: name.codes[0],
        posts: posts.collect(),
        gate: Gate {
            gate_id,
            version: 1,
            name_en: name.en.to_owned(),
            name_vi: name.vi.to_owned(),
            shard: name.shard,
            office_codes: name.codes.map(str::to_owned).to_vec(),
            is_disabled: false,
        },
    }
}

fn format_of(device: Device) -> &'static str {
    match device {
        Device::HikvisionBare | Device::HikvisionMultipart => "hikvision-anpr",
        Device::DahuaLines | Device::DahuaEvents | Device::DahuaTollgate => "dahua-traffic",
        Device::Scale => "weighbridge-json",
        Device::Customs => "vnaccs",
        Device::Lgsp | Device::Centre => "cloudevents-json",
    }
}
