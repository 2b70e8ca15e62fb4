//! What the truth says: crossings with their readings, the moments of their milestones, their durations.

use std::collections::BTreeSet;

use bordergate_model::{CargoClass, Channel, Direction, GateId, Milestone, RecordId, State};
use jiff::Timestamp;
use serde::Serialize;

/// A crossing that the hub must arrive at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrueCrossing {
    /// What a person may call it, such as `huu-nghi export 17`; no identifier of the hub.
    pub name: String,
    /// The gate.
    pub gate_id: GateId,
    /// Which way.
    pub direction: Direction,
    /// The severest channel told.
    pub channel: Channel,
    /// The cargo class; `None` when no report tells.
    pub cargo: Option<CargoClass>,
    /// Loaded or empty; `None` when no report tells.
    pub is_loaded: Option<bool>,
    /// The match form (without a Chinese province character) that most of its plate readings have;
    /// `None` without any plate.
    pub plate_key: Option<String>,
    /// Its state at the end of the day.
    pub state: State,
    /// Its readings.
    pub readings: BTreeSet<TrueReading>,
}

/// One reading of a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TrueReading {
    /// The record that tells it: of several tellings of one event the first to be received.
    pub record_id: RecordId,
    /// What happened.
    pub milestone: Milestone,
    /// When, corrected, to the second.
    pub occurred_at: Timestamp,
}

/// A milestone of a crossing that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrueMilestone {
    /// The crossing's name.
    pub crossing: String,
    /// The gate.
    pub gate_id: GateId,
    /// What happened.
    pub milestone: Milestone,
    /// When: the moment of the reading that stands for it, to the second.
    pub at: Timestamp,
}

/// A duration of a crossing, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrueFact {
    /// The crossing's name.
    pub crossing: String,
    /// The gate.
    pub gate_id: GateId,
    /// `C1`, `C2`, `C3`, `C4` or `C6` of indicators.md.
    pub segment: &'static str,
    /// Where it begins, to the second.
    pub start_at: Option<Timestamp>,
    /// Where it ends, to the second.
    pub end_at: Option<Timestamp>,
    /// Whole seconds between the two, 0 or more; the moments are cut to the second before.
    pub duration_seconds: Option<i64>,
    /// Why there is none: `turned_back`, `missing_start`, `open`, `missing_end` or `negative`.
    pub excluded: Option<&'static str>,
}
