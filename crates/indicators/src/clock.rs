//! How much a device's clock is off: estimated from its readings, shown to people, and never applied by itself.
//!
//! `reception` tells from when its records were received, `neighbours` from what other devices saw at the same place;
//! here the two are weighed. Who corrects a clock registers its offset, and times say from then on that they are corrected.

mod neighbours;
mod reception;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use bordergate_model::{CrossingId, Milestone, SourceId};
use jiff::Timestamp;
use serde::Serialize;

use neighbours::Neighbours;
use reception::{Stretch, stretches};

/// An offset or a jump from this many seconds on is a clock to look at; below, networks and rounding differ as much.
pub const SUSPECT_SECONDS: f64 = 30.0;
/// Fewer readings tell nothing of a clock.
pub const LEAST_READINGS: usize = 12;
/// Up to this many seconds reception and neighbours say the same: devices at one spot see a vehicle some seconds apart.
const AGREEING_SECONDS: f64 = 25.0;

/// A dated reading of a device, as the estimate of its clock sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// The device.
    pub source_id: SourceId,
    /// When the hub received it.
    pub received_at: Timestamp,
    /// When it happened by the device's clock, the registered offset taken off.
    pub occurred_at: Timestamp,
    /// The crossing it is in.
    pub crossing_id: Option<CrossingId>,
    /// What it means.
    pub milestone: Option<Milestone>,
}

/// What an estimate rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockBasis {
    /// Reception alone. A clock that is ahead is sure, since no record is received before it was sent; one that seems
    /// behind may be right and its records long on their way.
    Reception,
    /// Reception, and other devices agree.
    ReceptionAndNeighbours,
    /// Other devices, which disagree with reception: its records are long on their way too.
    Neighbours,
}

/// A moment at which a clock changed its level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClockJump {
    /// Reception of the first reading at the new level.
    pub at: Timestamp,
    /// By how much, in seconds; above 0: the clock went ahead.
    pub by_seconds: f64,
}

/// How much a device's clock is ahead of true time, beyond what is registered, since its last jump.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockEstimate {
    /// Device clock minus true time, in seconds; below 0: behind.
    pub offset_seconds: f64,
    /// How far the readings (or, for neighbours, their differences) scatter: half of them lie within so many seconds.
    pub spread_seconds: f64,
    /// How many readings (or pairs of readings) it rests on.
    pub count: usize,
    /// What it rests on.
    pub basis: ClockBasis,
    /// Jumps among the readings, in order of time.
    pub jumps: Vec<ClockJump>,
}

impl ClockEstimate {
    /// Tells whether a person should look at the clock: it is off, or it jumped.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        self.offset_seconds.abs() >= SUSPECT_SECONDS || !self.jumps.is_empty()
    }

    /// Returns by how many whole seconds the registered offset should grow; `None` when the clock is about right, and
    /// when it may be the way of the records that is long: correcting that would spoil right times.
    #[must_use]
    pub fn correction_seconds(&self) -> Option<i64> {
        let may_be_the_way = self.basis == ClockBasis::Reception && self.offset_seconds < 0.0;
        let is_off = self.offset_seconds.abs() >= SUSPECT_SECONDS;
        (is_off && !may_be_the_way).then(|| self.offset_seconds.round() as i64)
    }
}

/// Estimates every device's clock.
///
/// In: the dated readings of one gate or more, made with the registrations that hold, in any order. Out: an estimate for
/// each device; `None` with fewer than [`LEAST_READINGS`] readings.
#[must_use]
pub fn estimate_clocks(readings: &[ClockReading]) -> BTreeMap<SourceId, Option<ClockEstimate>> {
    let mut by_source: BTreeMap<&SourceId, Vec<&ClockReading>> = BTreeMap::new();
    for reading in readings {
        by_source
            .entry(&reading.source_id)
            .or_default()
            .push(reading);
    }
    for own in by_source.values_mut() {
        own.sort_by_key(|reading| (reading.received_at, reading.occurred_at));
    }
    let levels: BTreeMap<&SourceId, Vec<Stretch<'_>>> = by_source
        .into_iter()
        .map(|(source_id, own)| (source_id, stretches(own)))
        .collect();
    let neighbours = Neighbours::new(&levels);
    levels
        .iter()
        .map(|(source_id, stretches)| ((*source_id).clone(), estimate(stretches, &neighbours)))
        .collect()
}

fn estimate(stretches: &[Stretch<'_>], neighbours: &Neighbours) -> Option<ClockEstimate> {
    let count: usize = stretches.iter().map(|one| one.readings.len()).sum();
    let last = stretches.last().filter(|_| count >= LEAST_READINGS)?;
    let jumps = stretches
        .windows(2)
        .map(|pair| ClockJump {
            at: pair[1].readings[0].received_at,
            by_seconds: pair[1].level_seconds - pair[0].level_seconds,
        })
        .collect();
    let by_reception = ClockEstimate {
        offset_seconds: last.level_seconds,
        spread_seconds: last.spread_seconds,
        count: last.readings.len(),
        basis: ClockBasis::Reception,
        jumps,
    };
    let Some(differences) = neighbours.of(last) else {
        return Some(by_reception);
    };
    let do_agree =
        (differences.median_seconds - by_reception.offset_seconds).abs() <= AGREEING_SECONDS;
    Some(match do_agree {
        // Reception is the finer of the two: devices stand some metres and seconds apart.
        true => ClockEstimate {
            basis: ClockBasis::ReceptionAndNeighbours,
            ..by_reception
        },
        false => ClockEstimate {
            offset_seconds: differences.median_seconds,
            spread_seconds: differences.spread_seconds,
            count: differences.count,
            basis: ClockBasis::Neighbours,
            jumps: by_reception.jumps,
        },
    })
}
