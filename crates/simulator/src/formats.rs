//! The bytes of each format, written from formats.md and from nothing else: the readers are not used here.

mod axis;
mod cloudevents;
mod codeco;
mod container_list;
mod dahua;
mod genetec;
mod hikvision;
mod impinj;
mod jt701;
mod mettler;
mod pictures;
mod platerecognizer;
mod rekor;
mod survision;
mod vnaccs;
mod wco;
mod weighbridge;

pub(crate) use cloudevents::{heartbeat, report, report_in_headers};
pub(crate) use vnaccs::message as customs;

use bordergate_model::Milestone;
use bytes::Bytes;

use crate::border::{Device, Post};
use crate::telling::{ContainerList, Response, YardReport};

/// What a sensor sees, as it goes into a message: already misread, if it is.
pub(crate) struct Sight<'a> {
    pub(crate) post: &'a Post,
    /// Running number of the message, unique in the day.
    pub(crate) serial: u64,
    pub(crate) milestone: Milestone,
    /// By the device's clock, which may be wrong.
    pub(crate) device_at: i64,
    /// Milliseconds beside it, 0 to 999.
    pub(crate) millisecond: i64,
    /// The text read; `None` when nothing was.
    pub(crate) plate: Option<&'a str>,
    /// Whether the device sends what it sent before.
    pub(crate) is_retransmission: bool,
    /// Whether the device will say more of the same car.
    pub(crate) is_provisional: bool,
    /// Which of several pictures of the car it is.
    pub(crate) frame: Frame,
}

/// One of the pictures that a camera takes of a car.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// From 1.
    pub(crate) index: u8,
    pub(crate) count: u8,
    /// How sure the camera is of the text, 0 to 100.
    pub(crate) confidence: u8,
}

impl Frame {
    /// The only one.
    pub(crate) const ONLY: Self = Self {
        index: 1,
        count: 1,
        confidence: 90,
    };
}

impl Sight<'_> {
    /// Returns the device's word for what it sees.
    fn word(&self) -> &str {
        self.post.word(self.milestone)
    }

    /// Returns an angle within the sector that the registration maps, in degrees.
    fn degrees(&self) -> i64 {
        let bounds: Vec<i64> = self
            .word()
            .split('-')
            .filter_map(|bound| bound.parse().ok())
            .collect();
        let &[from, to] = bounds.as_slice() else {
            return 0;
        };
        let width = (to - from).rem_euclid(360).max(1);
        (from + (self.serial % 360) as i64 % width).rem_euclid(360)
    }

    /// Returns milliseconds since the epoch by the device's clock.
    pub(crate) fn device_ms(&self) -> i64 {
        self.device_at * 1_000 + self.millisecond
    }

    fn source_id(&self) -> &str {
        self.post.source.source_id.as_str()
    }
}

/// A message ready to be sent.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) content_type: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Wire {
    fn new(content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            content_type: content_type.to_owned(),
            headers: Vec::new(),
            body: body.into(),
        }
    }
}

/// Writes what a camera sends on a sight.
pub(crate) fn camera(sight: &Sight<'_>) -> Wire {
    match sight.post.device {
        Device::HikvisionMultipart => hikvision::multipart(sight),
        Device::DahuaLines => dahua::lines(sight),
        Device::DahuaEvents => dahua::events(sight),
        Device::DahuaTollgate => dahua::tollgate(sight),
        Device::Axis => axis::push(sight),
        Device::PlateRecognizer => platerecognizer::stream(sight),
        Device::Rekor => rekor::group(sight),
        Device::Survision => survision::decision(sight),
        Device::Genetec => genetec::read(sight),
        _ => hikvision::bare(sight),
    }
}

/// Writes what a scale sends when something stands still on it.
pub(crate) fn weighing(sight: &Sight<'_>, gross_kg: i64, tare_kg: i64) -> Wire {
    match sight.post.device {
        Device::Mettler => mettler::weighing(gross_kg),
        _ => weighbridge::ticket(sight, gross_kg, tare_kg),
    }
}

/// Writes what the reader of container numbers sends; `None` when it could not read them.
pub(crate) fn containers(sight: &Sight<'_>, numbers: Option<&[String]>) -> Wire {
    platerecognizer::containers(sight, numbers)
}

/// Writes what the antenna at the line sends of a tag.
pub(crate) fn tag(sight: &Sight<'_>, tag: &str) -> Wire {
    impinj::pass(sight, tag)
}

/// Writes what an electronic seal sends.
pub(crate) fn seal(sight: &Sight<'_>, seal: &str) -> Wire {
    jt701::event(sight, seal)
}

/// Writes what a yard sends of a vehicle at its gate.
pub(crate) fn yard(sight: &Sight<'_>, told: &YardReport) -> Wire {
    codeco::gate_report(sight, told)
}

/// Writes what the customs container list service answers of a cleared declaration.
pub(crate) fn container_list(told: &ContainerList, office: &str) -> Wire {
    container_list::cleared(told, office)
}

/// Writes what the single window answers.
pub(crate) fn response(sight: &Sight<'_>, told: &Response) -> Wire {
    wco::response(sight, told)
}

/// Writes a device's sign of life: a heartbeat, or something that says nothing, such as an empty platform.
pub(crate) fn sign_of_life(sight: &Sight<'_>) -> Wire {
    let (post, device_at) = (sight.post, sight.device_at);
    match post.device {
        Device::DahuaLines => dahua::lines_heartbeat(),
        Device::DahuaEvents => dahua::events_heartbeat(),
        Device::DahuaTollgate => dahua::tollgate_keep_alive(device_at),
        Device::Axis => axis::alive(),
        Device::PlateRecognizer | Device::ContainerReader => platerecognizer::nothing_seen(sight),
        Device::Rekor => rekor::heartbeat(sight),
        Device::Survision => survision::alive(sight),
        Device::Genetec => genetec::alive(),
        Device::Antenna => impinj::alive(sight),
        Device::Seals => jt701::alive(sight),
        Device::Scale => weighbridge::unstable(sight.serial, device_at),
        Device::Mettler => mettler::empty(),
        Device::ContainerList => container_list::failed(),
        _ => hikvision::heartbeat(post, device_at),
    }
}

/// Makes a message unreadable: cut in the middle, where its format cannot be whole any more.
pub(crate) fn spoiled(device: Device, wire: &Wire) -> Wire {
    let body = &wire.body;
    let keep = match device {
        Device::HikvisionMultipart => {
            return Wire {
                body: without(body, b"</ANPR>"),
                ..wire.clone()
            };
        }
        Device::PlateRecognizer => {
            return Wire {
                body: without(body, b"\"results\":"),
                ..wire.clone()
            };
        }
        Device::Mettler => return mettler::noise(),
        Device::DahuaLines => {
            return Wire {
                body: Bytes::from_static(b"<html>502 Bad Gateway</html>"),
                ..wire.clone()
            };
        }
        Device::Customs => 210,
        _ => body.len() / 2,
    };
    Wire {
        body: body.slice(..keep.min(body.len())),
        ..wire.clone()
    }
}

/// Takes the first `piece` out of a multipart body, so that what its part holds is not whole.
fn without(body: &Bytes, piece: &[u8]) -> Bytes {
    match body.windows(piece.len()).position(|window| window == piece) {
        Some(place) => [&body[..place], &body[place + piece.len()..]]
            .concat()
            .into(),
        None => body.clone(),
    }
}

/// Escapes what XML does not take in text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
