//! The bytes of each format, written from formats.md and from nothing else: the readers are not used here.

mod cloudevents;
mod dahua;
mod hikvision;
mod pictures;
mod vnaccs;
mod weighbridge;

pub(crate) use cloudevents::{heartbeat, report, report_in_headers};
pub(crate) use vnaccs::message as customs;

use bordergate_model::Milestone;
use bytes::Bytes;

use crate::border::{Device, Post};

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
        _ => hikvision::bare(sight),
    }
}

/// Writes what a scale sends when something stands still on it.
pub(crate) fn weighing(sight: &Sight<'_>, gross_kg: i64, tare_kg: i64) -> Wire {
    weighbridge::ticket(sight, gross_kg, tare_kg)
}

/// Writes a device's sign of life: a heartbeat, or a scale's unstable reading.
pub(crate) fn sign_of_life(post: &Post, serial: u64, device_at: i64) -> Wire {
    match post.device {
        Device::DahuaLines => dahua::lines_heartbeat(),
        Device::DahuaEvents => dahua::events_heartbeat(),
        Device::DahuaTollgate => dahua::tollgate_keep_alive(device_at),
        Device::Scale => weighbridge::unstable(serial, device_at),
        _ => hikvision::heartbeat(post, device_at),
    }
}

/// Makes a message unreadable: cut in the middle, where its format cannot be whole any more.
pub(crate) fn spoiled(device: Device, wire: &Wire) -> Wire {
    let body = &wire.body;
    let keep = match device {
        Device::HikvisionMultipart => {
            return Wire {
                body: spoiled_part(body),
                ..wire.clone()
            };
        }
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

/// Breaks the end tag of the XML in a multipart body.
fn spoiled_part(body: &Bytes) -> Bytes {
    const END: &[u8] = b"</ANPR>";
    match body.windows(END.len()).position(|window| window == END) {
        Some(place) => [&body[..place], &body[place + END.len()..]].concat().into(),
        None => body.clone(),
    }
}

/// Escapes what XML does not take in text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
