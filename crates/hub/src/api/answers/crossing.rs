//! A whole crossing as JSON: keys, milestones with every reading, facts with their exclusions.

use bordergate_indicators as indicators;
use bordergate_model as model;
use jiff::Timestamp;
use serde::Serialize;

use super::{Key, Reading, Veil, reading};

/// A whole crossing.
#[derive(Clone, Debug, Serialize)]
pub struct Crossing {
    /// Its name.
    pub crossing_id: model::CrossingId,
    /// The gate.
    pub gate_id: model::GateId,
    /// 1 at first, one more for every change.
    pub revision: u64,
    /// `export`, `import` or `unknown`.
    pub direction: model::Direction,
    /// `none`, `green`, `yellow` or `red`.
    pub channel: model::Channel,
    /// `fruit`, `other` or `new_vehicle`; `null` when no report tells.
    pub cargo: Option<model::CargoClass>,
    /// Loaded or empty; `null` when no report tells.
    pub is_loaded: Option<bool>,
    /// `open`, `closed`, `close_missed`, `turned_back`, `expired`, `relieved` or `merged`.
    pub state: model::State,
    /// Whether its first reading is one that only follows an entry.
    pub entry_unknown: bool,
    /// For a merged one: the crossing it became part of.
    pub merged_into: Option<model::CrossingId>,
    /// Time of its earliest reading.
    pub first_at: Timestamp,
    /// Time of its latest reading.
    pub last_at: Timestamp,
    /// When it ended; `null` while open.
    pub ended_at: Option<Timestamp>,
    /// The time under which its facts are filed; `null` when it has no facts or nothing of it is dated.
    pub filed_at: Option<Timestamp>,
    /// The plate shown for it; a pseudonym for those who may not see plates.
    pub plate: Option<String>,
    /// Whether plates are shown as pseudonyms here.
    pub is_pseudonymous: bool,
    /// Every key its readings lend.
    pub keys: Vec<Key>,
    /// Its milestones, in the usual order of an export followed by the import's own.
    pub milestones: Vec<Milestone>,
    /// Readings without a milestone.
    pub other_readings: Vec<Reading>,
    /// Its facts, one per segment.
    pub facts: Vec<Fact>,
}

/// One milestone with every reading of it.
#[derive(Clone, Debug, Serialize)]
pub struct Milestone {
    /// Its code.
    pub milestone: &'static str,
    /// The moment that stands for it; `null` when no reading is dated.
    pub at: Option<Timestamp>,
    /// Whether that moment's clock cannot be believed.
    pub is_suspect: bool,
    /// The reading that stands; `null` when none is dated.
    pub standing: Option<Reading>,
    /// All others, by time.
    pub others: Vec<Reading>,
}

/// One segment of the crossing: a duration, or why there is none.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// `C1`, `C2`, `C3`, `C4` or `C6`.
    pub segment: &'static str,
    /// When it began.
    pub start_at: Option<Timestamp>,
    /// When it ended.
    pub end_at: Option<Timestamp>,
    /// The duration in seconds; `null` exactly when excluded.
    pub duration_seconds: Option<f64>,
    /// Whether the ends lie up to 60 s the wrong way round and the duration counts as 0.
    pub is_skewed: bool,
    /// Why there is no duration: `turned_back`, `missing_start`, `open`, `missing_end`, `suspect` or `negative`.
    pub excluded: Option<&'static str>,
    /// The time it is filed under.
    pub filed_at: Option<Timestamp>,
}

/// Returns a crossing with those of `facts` that are its own.
#[must_use]
pub fn crossing(
    crossing: &model::Crossing,
    facts: &[indicators::Fact],
    veil: Veil<'_>,
) -> Crossing {
    let facts: Vec<Fact> = facts
        .iter()
        .filter(|fact| fact.crossing_id == crossing.crossing_id)
        .map(fact_answer)
        .collect();
    Crossing {
        crossing_id: crossing.crossing_id,
        gate_id: crossing.gate_id.clone(),
        revision: crossing.revision,
        direction: crossing.direction,
        channel: crossing.channel,
        cargo: crossing.cargo,
        is_loaded: crossing.is_loaded,
        state: crossing.state,
        entry_unknown: crossing.entry_unknown,
        merged_into: crossing.merged_into,
        first_at: crossing.first_at,
        last_at: crossing.last_at,
        ended_at: crossing.ended_at,
        filed_at: facts.iter().find_map(|fact| fact.filed_at),
        plate: crossing
            .plate
            .as_deref()
            .and_then(|plate| shown_plate(plate, veil)),
        is_pseudonymous: !veil.is_clear(),
        keys: crossing
            .keys
            .iter()
            .filter_map(|key| veil.key(key))
            .collect(),
        milestones: milestones(crossing, veil),
        other_readings: readings(crossing, None, veil)
            .map(|(_, reading)| reading)
            .collect(),
        facts,
    }
}

/// The plate of a crossing is text; its pseudonym is that of the normal form, as in the audit trail.
fn shown_plate(plate: &str, veil: Veil<'_>) -> Option<String> {
    match model::PlateNumber::parse(plate) {
        Ok(plate) => veil.plate(&plate),
        Err(_) => veil.show(plate),
    }
}

fn milestones(crossing: &model::Crossing, veil: Veil<'_>) -> Vec<Milestone> {
    let present = model::Milestone::ALL
        .iter()
        .copied()
        .filter(|milestone| crossing.has(*milestone));
    present
        .map(|milestone| {
            let stands = crossing.milestones.get(&milestone);
            let is_standing = |o: &model::Observation| {
                stands.is_some_and(|standing| standing.reading == o.reference())
            };
            let (standing, others): (Vec<_>, Vec<_>) = readings(crossing, Some(milestone), veil)
                .partition(|(observation, _)| is_standing(observation));
            Milestone {
                milestone: milestone.code(),
                at: stands.map(|standing| standing.at),
                is_suspect: stands.is_some_and(|standing| standing.is_suspect),
                standing: standing.into_iter().next().map(|(_, reading)| reading),
                others: others.into_iter().map(|(_, reading)| reading).collect(),
            }
        })
        .collect()
}

fn readings<'a>(
    crossing: &'a model::Crossing,
    milestone: Option<model::Milestone>,
    veil: Veil<'a>,
) -> impl Iterator<Item = (&'a model::Observation, Reading)> {
    let of_milestone = crossing
        .readings
        .iter()
        .filter(move |linked| linked.observation.milestone == milestone);
    of_milestone.map(move |linked| {
        (
            linked.observation.as_ref(),
            reading(&linked.observation, linked.link_key.as_ref(), veil),
        )
    })
}

fn fact_answer(fact: &indicators::Fact) -> Fact {
    Fact {
        segment: fact.segment.code(),
        start_at: fact.start_at,
        end_at: fact.end_at,
        duration_seconds: fact.duration_us.map(seconds),
        is_skewed: fact.is_skewed,
        excluded: fact.exclusion.map(indicators::Exclusion::code),
        filed_at: fact.filed_at,
    }
}

/// Microseconds as seconds: exact up to 2^53 microseconds, 285 years.
#[allow(clippy::cast_precision_loss, reason = "no crossing lasts 285 years")]
fn seconds(duration_us: i64) -> f64 {
    duration_us as f64 / 1e6
}
