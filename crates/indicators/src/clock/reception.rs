//! The level of a clock by reception, and where it jumps.
//!
//! A record is received after it was sent, so occurrence minus reception is the clock's offset less the time on the way,
//! which is short for most records and long for some: the greatest of these differences are the clock's level.

use jiff::Timestamp;

use super::{ClockReading, SUSPECT_SECONDS};
use crate::percentile;

/// The level is this percentile of occurrence minus reception: one wrong time more or less does not move it.
const LEVEL_PERCENTILE: f64 = 95.0;
/// So many readings before and after a moment tell whether the clock jumped there.
const WINDOW: usize = 6;
/// So many of them must lie at one level: records that waited together come with as many delays.
const STEADY: usize = 3;
/// Up to this many seconds from the level a reading lies at it.
const AT_LEVEL_SECONDS: f64 = 10.0;

/// Readings between two jumps, by reception.
pub(super) struct Stretch<'a> {
    pub(super) readings: Vec<&'a ClockReading>,
    /// How much the clock is ahead, in seconds; less the shortest time on the way.
    pub(super) level_seconds: f64,
    /// The middle half of occurrence minus reception lies within so many seconds.
    pub(super) spread_seconds: f64,
}

/// Cuts a device's readings, ordered by reception and one at least, where its clock jumps.
pub(super) fn stretches(readings: Vec<&ClockReading>) -> Vec<Stretch<'_>> {
    let leads: Vec<f64> = readings
        .iter()
        .map(|reading| lead_seconds(reading))
        .collect();
    let mut stretches = Vec::new();
    let mut rest = readings.as_slice();
    for jump in jumps(&leads).into_iter().rev() {
        let (before, after) = rest.split_at(jump);
        stretches.push(stretch(after));
        rest = before;
    }
    stretches.push(stretch(rest));
    stretches.reverse();
    stretches
}

/// Returns occurrence minus reception.
fn lead_seconds(reading: &ClockReading) -> f64 {
    seconds_between(reading.received_at, reading.occurred_at)
}

/// Returns the seconds from one moment to another.
pub(super) fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_microsecond() - from.as_microsecond()) as f64 / 1e6
}

fn stretch<'a>(readings: &[&'a ClockReading]) -> Stretch<'a> {
    let mut leads: Vec<i64> = readings
        .iter()
        .map(|reading| reading.occurred_at.as_microsecond() - reading.received_at.as_microsecond())
        .collect();
    leads.sort_unstable();
    let at = |p| percentile(&leads, p).unwrap_or_default() / 1e6;
    Stretch {
        readings: readings.to_vec(),
        level_seconds: at(LEVEL_PERCENTILE),
        spread_seconds: at(75.0) - at(25.0),
    }
}

/// Returns the places of the first readings at a new level, ascending.
fn jumps(leads: &[f64]) -> Vec<usize> {
    let mut jumps = Vec::new();
    let mut place = WINDOW;
    while place + WINDOW <= leads.len() {
        let (before, after) = (&leads[place - WINDOW..place], &leads[place..place + WINDOW]);
        let step = level(after) - level(before);
        if step.abs() < SUSPECT_SECONDS || !is_steady(before) || !is_steady(after) {
            place += 1;
            continue;
        }
        // Some readings of the old level may still be in the window, before the first at the new one or among them.
        let new_level = level(after);
        let is_new = |lead: &f64| (new_level - lead).abs() <= AT_LEVEL_SECONDS;
        let first = place + after.iter().position(is_new).unwrap_or_default();
        jumps.push(first);
        place = first + WINDOW;
    }
    jumps
}

/// Returns the greatest lead but for those of fewer readings than make a level.
fn level(leads: &[f64]) -> f64 {
    let mut descending = leads.to_vec();
    descending.sort_by(|one, other| other.total_cmp(one));
    descending[STEADY - 1]
}

fn is_steady(leads: &[f64]) -> bool {
    let level = level(leads);
    let is_at_level = |lead: &&f64| (level - **lead).abs() <= AT_LEVEL_SECONDS;
    leads.iter().filter(is_at_level).count() >= STEADY
}
