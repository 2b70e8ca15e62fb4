//! What is told, in the words of the device or system that tells it.

use bordergate_model::Milestone;

use super::Read;
use crate::border::{Border, Post, Spot};
use crate::formats::{self, Frame, Sight, Wire};
use crate::plan::Noise;
use crate::telling::{Telling, What};

/// Returns what a device has before it at the moment of a telling, with nothing read yet. A sensor's clock may be wrong
/// beyond what is registered.
pub(super) fn sight<'a>(
    post: &'a Post,
    telling: &Telling,
    serial: u64,
    noise: &Noise,
) -> Sight<'a> {
    let clock_error = match post.device.is_sensor() {
        true => noise.clock_error(telling.told_at),
        false => 0,
    };
    let milestone = match &telling.what {
        What::Plate { milestone, .. }
        | What::Boxes { milestone, .. }
        | What::Tag { milestone, .. }
        | What::Seal { milestone, .. } => *milestone,
        What::YardReport(told) => told.milestone,
        What::Response(told) => told.milestone,
        _ => Milestone::Weighed,
    };
    Sight {
        post,
        serial,
        milestone,
        device_at: telling.told_at + post.source.clock_offset_seconds + clock_error,
        millisecond: 0,
        plate: None,
        is_retransmission: false,
        is_provisional: false,
        frame: Frame::ONLY,
    }
}

pub(super) fn write(border: &Border, sight: &Sight<'_>, telling: &Telling, read: &Read) -> Wire {
    let place = border.gate.office_codes.last().map_or("", String::as_str);
    match &telling.what {
        What::Plate { .. } => formats::camera(sight),
        What::Weighing {
            gross_kg, tare_kg, ..
        } => formats::weighing(sight, *gross_kg, *tare_kg),
        What::Boxes { numbers, .. } => {
            let is_read = matches!(read, Read::Boxes(true));
            formats::containers(sight, is_read.then_some(numbers.as_slice()))
        }
        What::Tag { tag, .. } => formats::tag(sight, tag),
        What::Seal { seal, .. } => formats::seal(sight, seal),
        What::YardReport(told) => formats::yard(sight, told),
        What::ContainerList(told) => formats::container_list(told, border.office),
        What::Response(told) => formats::response(sight, told),
        What::Report(report) if telling.spot == Spot::Centre => {
            formats::report_in_headers(sight.post, report)
        }
        What::Report(report) => formats::report(sight.post, report),
        what => formats::customs(what, sight.serial, border.office, place, telling.told_at)
            .expect("the rest is customs' own"),
    }
}
