//! The clock of a device beside those of its neighbours: devices that saw the same milestone of the same crossing.
//!
//! Only neighbours whose own clocks are right by reception are believed. Two devices at one spot see a vehicle within
//! seconds, so no travel time is needed; devices at different spots are not compared, since hours of queueing lie between.

use std::collections::{BTreeMap, HashMap};

use bordergate_model::{CrossingId, Milestone, SourceId};
use jiff::Timestamp;

use super::reception::{Stretch, seconds_between};
use crate::percentile;

/// A neighbour's clock is right when its level by reception is no more than this many seconds off.
const RIGHT_SECONDS: f64 = 10.0;
/// Readings further apart than this tell of two events.
const SAME_EVENT_SECONDS: f64 = 3_600.0;
/// Fewer pairs tell nothing.
const LEAST_PAIRS: usize = 8;

/// The readings of right clocks, by what they saw.
pub(super) struct Neighbours {
    seen: HashMap<(CrossingId, Milestone), Vec<(SourceId, Timestamp)>>,
}

/// How a device's times differ from those of its neighbours.
pub(super) struct Differences {
    pub(super) median_seconds: f64,
    /// The middle half lies within so many seconds.
    pub(super) spread_seconds: f64,
    /// How many pairs of readings.
    pub(super) count: usize,
}

impl Neighbours {
    /// Takes what the devices saw since their last jumps.
    pub(super) fn new(levels: &BTreeMap<&SourceId, Vec<Stretch<'_>>>) -> Self {
        let mut seen: HashMap<_, Vec<_>> = HashMap::new();
        let last = levels.values().filter_map(|stretches| stretches.last());
        for reading in last
            .filter(|last| last.level_seconds.abs() <= RIGHT_SECONDS)
            .flat_map(|last| &last.readings)
        {
            if let (Some(crossing_id), Some(milestone)) = (reading.crossing_id, reading.milestone) {
                seen.entry((crossing_id, milestone))
                    .or_default()
                    .push((reading.source_id.clone(), reading.occurred_at));
            }
        }
        Self { seen }
    }

    /// Compares a device's readings with those of others; `None` with too few pairs.
    pub(super) fn of(&self, own: &Stretch<'_>) -> Option<Differences> {
        let mut differences: Vec<i64> = Vec::new();
        for reading in &own.readings {
            let (Some(crossing_id), Some(milestone)) = (reading.crossing_id, reading.milestone)
            else {
                continue;
            };
            let others = self.seen.get(&(crossing_id, milestone));
            let others = others
                .into_iter()
                .flatten()
                .filter(|(source_id, _)| *source_id != reading.source_id);
            let apart = others.map(|(_, at)| seconds_between(*at, reading.occurred_at));
            differences.extend(
                apart
                    .filter(|seconds| seconds.abs() <= SAME_EVENT_SECONDS)
                    .map(|seconds| (seconds * 1e6) as i64),
            );
        }
        differences.sort_unstable();
        if differences.len() < LEAST_PAIRS {
            return None;
        }
        let at = |p| percentile(&differences, p).unwrap_or_default() / 1e6;
        Some(Differences {
            median_seconds: at(50.0),
            spread_seconds: at(75.0) - at(25.0),
            count: differences.len(),
        })
    }
}
