//! What of the truth a message carries: what a reader must understand of it.

use bordergate_model::Milestone;

use super::Read;
use crate::border::{Device, Spot};
use crate::formats::Sight;
use crate::identity::Plate;
use crate::telling::{Declaration, Telling, What};
use crate::truth::{OnLane, Seen};
use crate::wall::{HOUR, MINUTE};

/// Returns what a message tells, as a reader must understand it.
pub(super) fn seen(telling: &Telling, sight: &Sight<'_>, read: &Read, received_ms: i64) -> Seen {
    let post = sight.post;
    let mut seen = Seen::new(telling.gate, telling.visit, post.device.is_sensor());
    seen.rank = post.device.rank();
    if post.device == Device::Axis {
        // The camera counts cars anew after a reboot, so an event is one car of one hour.
        let hour = sight.device_ms().div_euclid(HOUR * 1_000);
        seen.event = Some((sight.serial, hour));
        seen.worth = [u8::from(!sight.is_provisional), 0, 0];
    }
    if sight.frame.count > 1 {
        // So does a camera that takes several pictures of a car, within ten minutes of its clock.
        seen.event = Some((sight.serial, sight.device_at.div_euclid(10 * MINUTE)));
    }
    if let Some(lane) = post.source.lane.clone().filter(|_| post.device.is_sensor()) {
        let clock_ms = post.source.clock_offset_seconds * 1_000;
        let at_ms = match post.device {
            Device::Mettler => received_ms,
            _ => sight.device_ms() - clock_ms,
        };
        seen.on_lane = Some(OnLane {
            lane,
            source_id: post.source.source_id.clone(),
            at_ms,
        });
    }
    seen.is_placed = post.spot != Spot::Province || names_gate(&telling.what);
    let told_at = sight.device_at - post.source.clock_offset_seconds;
    let to_the_minute = told_at - told_at.rem_euclid(MINUTE);
    if let Read::Plate(plate) = read {
        seen.plate = plate.clone();
        seen.painted = painted(&telling.what).filter(|_| plate.is_some()).cloned();
        seen.text = sight.plate.map(str::to_owned);
    }
    if sight.frame.count > 1 {
        let shape = seen
            .plate
            .as_ref()
            .map_or(0, |plate| match plate.has_shape() {
                true => 2,
                false => 1,
            });
        seen.worth = [shape, sight.frame.confidence, sight.frame.index];
    }
    match &telling.what {
        What::Plate { milestone, .. } => seen.readings.push((*milestone, told_at)),
        // Frames tell no time.
        What::Weighing { .. } if post.device == Device::Mettler => {
            let received_at = received_ms.div_euclid(1000);
            seen.readings.push((Milestone::Weighed, received_at));
        }
        What::Weighing { .. } => seen.readings.push((Milestone::Weighed, told_at)),
        What::Boxes { milestone, numbers } => {
            seen.readings.push((*milestone, told_at));
            if matches!(read, Read::Boxes(true)) {
                seen.containers = numbers.clone();
            }
        }
        What::Tag { milestone, tag } => {
            seen.readings.push((*milestone, told_at));
            seen.tags = vec![tag.clone()];
        }
        What::Seal { milestone, seal } => {
            seen.readings.push((*milestone, told_at));
            seen.seals = vec![seal.clone()];
        }
        What::YardReport(told) => {
            // Each box is a reading of its own.
            let of_a_box = told
                .containers
                .iter()
                .map(|_| (told.milestone, to_the_minute));
            seen.readings.extend(of_a_box);
            seen.plate = Some(told.plate.clone());
            seen.containers = told.containers.clone();
            seen.seals = told.seal.iter().cloned().collect();
            seen.is_loaded = Some(true);
        }
        What::ContainerList(told) => {
            // Undated: ordered by its reception, linked by its declaration only.
            let received_at = received_ms.div_euclid(1000);
            seen.readings.push((Milestone::Cleared, received_at));
            seen.is_dated = false;
            seen.declarations = vec![told.number.clone()];
            seen.channel = Some(told.channel);
        }
        What::Response(told) => {
            seen.readings.push((told.milestone, told.at));
            seen.declarations = vec![told.number.clone()];
        }
        What::Declaration(told) => declared(&mut seen, told, told_at),
        What::Passage { code, plate, .. } => {
            let milestone = if *code == "VAA312" {
                Milestone::CrossedIn
            } else {
                Milestone::CrossedOut
            };
            seen.readings.push((milestone, to_the_minute));
            seen.plate = Some(plate.clone());
        }
        What::Report(report) => {
            seen.readings.push((report.milestone, report.at));
            seen.plate = report.plate.clone();
            seen.to_plate = report.to_plate.clone();
            seen.trip = report.trip.clone();
            seen.containers = report.containers.clone();
            seen.declarations = report.declarations.clone();
            seen.seals = report.seals.clone();
            seen.tags = report.tags.clone();
            seen.direction = report.direction;
            seen.cargo = report.cargo;
            seen.is_loaded = report.is_loaded;
            seen.corrects = report.corrects.is_some();
        }
        What::Alive => {}
    }
    seen
}

/// Tells whether a message of customs names the gate: those of imports and of passages do.
fn names_gate(what: &What) -> bool {
    match what {
        What::Declaration(told) => told.code.starts_with("VAD"),
        what => matches!(what, What::Passage { .. }),
    }
}

/// Returns what is painted on the vehicle that a sensor sees.
fn painted(what: &What) -> Option<&Plate> {
    match what {
        What::Plate { plate, .. } | What::Weighing { plate, .. } => Some(plate),
        _ => None,
    }
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
