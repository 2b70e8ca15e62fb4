//! A crossing as a row, and back: its readings are not in it, they are the observations that point to it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bordergate_indicators::{ClockReading, CrossingRow as Counted, ReadingRow, filed_at};
use bordergate_model::{
    CargoClass, Channel, Crossing, CrossingId, Direction, GateId, LinkedReading, Milestone, Shard,
    State,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::observation::link_key;
use super::{name, number, wide, word};
use crate::moment::{Moment, optional};
use crate::text::refuse_nul;
use crate::{Error, MeasuredCrossing, document};

/// A row of `crossings` to write.
#[derive(Clone, Debug)]
pub(crate) struct CrossingRow {
    pub(crate) crossing_id: Uuid,
    pub(crate) shard: i32,
    pub(crate) gate_id: String,
    pub(crate) revision: i64,
    pub(crate) direction: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) cargo: Option<&'static str>,
    pub(crate) is_loaded: Option<bool>,
    pub(crate) state: &'static str,
    pub(crate) entry_unknown: bool,
    pub(crate) merged_into: Option<Uuid>,
    pub(crate) first_at: Timestamp,
    pub(crate) last_at: Timestamp,
    pub(crate) last_read_log_time: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) plate: Option<String>,
    pub(crate) crossed_at: Option<Timestamp>,
    pub(crate) entered_at: Option<Timestamp>,
    pub(crate) filed_at: Option<Timestamp>,
    pub(crate) expected_count: i64,
    pub(crate) present_count: i64,
    pub(crate) reading_count: i64,
    pub(crate) written_log_time: Timestamp,
    pub(crate) is_open_by_keys: bool,
    pub(crate) document: String,
}

/// A row of `crossing_keys`.
#[derive(Clone, Debug)]
pub(crate) struct KeyRow {
    pub(crate) gate_id: String,
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) crossing_id: Uuid,
}

impl CrossingRow {
    /// Makes the row.
    ///
    /// # Errors
    /// [`Error::Refused`] when a text holds a NUL.
    pub(crate) fn new(
        shard: Shard,
        log_time: Timestamp,
        measured: &MeasuredCrossing,
    ) -> Result<Self, Error> {
        let MeasuredCrossing {
            crossing, measures, ..
        } = measured;
        let document = document::write("crossing", &without_readings(crossing))?;
        Ok(Self {
            crossing_id: crossing.crossing_id.0,
            shard: shard.into(),
            gate_id: crossing.gate_id.to_string(),
            revision: wide(crossing.revision),
            direction: crossing.direction.code(),
            channel: crossing.channel.code(),
            cargo: crossing.cargo.map(CargoClass::code),
            is_loaded: crossing.is_loaded,
            state: crossing.state.code(),
            entry_unknown: crossing.entry_unknown,
            merged_into: crossing.merged_into.map(|id| id.0),
            first_at: crossing.first_at,
            last_at: crossing.last_at,
            last_read_log_time: crossing.last_read_log_time,
            ended_at: crossing.ended_at,
            plate: crossing.plate.clone(),
            crossed_at: measures.crossed_at,
            entered_at: measures.entered_at,
            filed_at: filed_at(crossing),
            expected_count: measures.expected_count.into(),
            present_count: measures.present_count.into(),
            reading_count: measures.reading_count.into(),
            written_log_time: log_time,
            is_open_by_keys: crossing.is_open_by_keys(),
            document,
        })
    }
}

/// Returns a copy without the readings, which may be many.
fn without_readings(crossing: &Crossing) -> Crossing {
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
        last_read_log_time: crossing.last_read_log_time,
        ended_at: crossing.ended_at,
        plate: crossing.plate.clone(),
        keys: crossing.keys.clone(),
        milestones: crossing.milestones.clone(),
        readings: Vec::new(),
    }
}

/// Returns the key rows of a crossing; a merged one is found by none.
///
/// # Errors
/// [`Error::Refused`] when a value holds a NUL.
pub(crate) fn keys(crossing: &Crossing) -> Result<Vec<KeyRow>, Error> {
    if crossing.state == State::Merged {
        return Ok(Vec::new());
    }
    refuse_nul(
        crossing
            .keys
            .iter()
            .map(|key| ("crossing key", key.value.as_str())),
    )?;
    let row = |key: &bordergate_model::MatchKey| KeyRow {
        gate_id: crossing.gate_id.to_string(),
        kind: key.kind.code(),
        value: key.value.clone(),
        crossing_id: crossing.crossing_id.0,
    };
    Ok(crossing.keys.iter().map(row).collect())
}

/// The columns of a reading in its crossing: crossing, document, kind and value of the link.
pub(crate) type ReadingTuple = (Uuid, String, Option<String>, Option<String>);

/// Reads crossings without their readings, in the order given.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn bare(documents: Vec<(String,)>) -> Result<Vec<Crossing>, Error> {
    documents
        .iter()
        .map(|(text,)| document::read("crossings.document", text))
        .collect()
}

/// Returns the ids of crossings, in order.
pub(crate) fn ids(crossings: &[Crossing]) -> Vec<Uuid> {
    crossings
        .iter()
        .map(|crossing| crossing.crossing_id.0)
        .collect()
}

/// Gives crossings their readings, which come in any order.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn with_readings(
    mut crossings: Vec<Crossing>,
    readings: Vec<ReadingTuple>,
) -> Result<Vec<Crossing>, Error> {
    let mut by_crossing: HashMap<Uuid, Vec<LinkedReading>> = HashMap::new();
    for (crossing_id, text, kind, value) in readings {
        let observation = document::read("observations.document", &text)?;
        let reading = LinkedReading {
            observation: Arc::new(observation),
            link_key: link_key(kind, value)?,
            stands: false,
        };
        by_crossing.entry(crossing_id).or_default().push(reading);
    }
    for crossing in &mut crossings {
        crossing.readings = by_crossing
            .remove(&crossing.crossing_id.0)
            .unwrap_or_default();
        put_in_order(crossing);
    }
    Ok(crossings)
}

/// Orders the readings by time, offset and index, and marks those that stand for their milestone.
fn put_in_order(crossing: &mut Crossing) {
    crossing.readings.sort_by_key(|reading| {
        let observation = &reading.observation;
        (
            observation.ordered_at(),
            observation.offset,
            observation.index,
        )
    });
    for reading in &mut crossing.readings {
        let standing = reading
            .observation
            .milestone
            .and_then(|milestone| crossing.milestones.get(&milestone));
        reading.stands =
            standing.is_some_and(|standing| standing.reading == reading.observation.reference());
    }
}

/// Returns the ids of the crossings that these readings would have opened and that are not among them.
pub(crate) fn once_opened(
    crossings: &[Crossing],
    unlinked: &[bordergate_model::Observation],
) -> Vec<Uuid> {
    let there: HashSet<CrossingId> = crossings
        .iter()
        .map(|crossing| crossing.crossing_id)
        .collect();
    let linked = crossings
        .iter()
        .flat_map(|crossing| &crossing.readings)
        .map(|reading| reading.observation.as_ref());
    let opened: HashSet<CrossingId> = linked
        .chain(unlinked)
        .map(|o| CrossingId::opened_by(&o.gate_id, o.record_id, o.index))
        .collect();
    opened.difference(&there).map(|id| id.0).collect()
}

/// Reads ids with revisions.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn tombstones(rows: Vec<(Uuid, i64)>) -> Result<Vec<(CrossingId, u64)>, Error> {
    rows.into_iter()
        .map(|(id, revision)| Ok((CrossingId(id), number("crossings.revision", revision)?)))
        .collect()
}

/// The columns that counting needs, in the order of [`Counted`]'s fields.
pub(crate) type CountedTuple<T> = (
    Uuid,
    String,
    String,
    String,
    Option<String>,
    Option<bool>,
    String,
    Option<T>,
    Option<T>,
    Option<T>,
    Option<T>,
    i64,
    i64,
    i64,
);

/// Reads a crossing as counting sees it.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn counted<T: Moment>(row: CountedTuple<T>) -> Result<Counted, Error> {
    Ok(Counted {
        crossing_id: CrossingId(row.0),
        gate_id: name::<GateId>("crossings.gate_id", &row.1)?,
        direction: word("crossings.direction", Direction::from_code(&row.2))?,
        channel: word("crossings.channel", Channel::from_code(&row.3))?,
        cargo: row
            .4
            .map(|code| word("crossings.cargo", CargoClass::from_code(&code)))
            .transpose()?,
        is_loaded: row.5,
        state: word("crossings.state", State::from_code(&row.6))?,
        crossed_at: optional(row.7)?,
        entered_at: optional(row.8)?,
        ended_at: optional(row.9)?,
        filed_at: optional(row.10)?,
        expected_count: number("crossings.expected_count", row.11)?,
        present_count: number("crossings.present_count", row.12)?,
        reading_count: number("crossings.reading_count", row.13)?,
    })
}

/// The columns of [`ReadingRow`]'s fields, in order.
pub(crate) type ReadingRowTuple<T> = (
    String,
    Option<String>,
    Option<String>,
    T,
    Option<i64>,
    bool,
    Option<i64>,
);

/// Reads an observation as Q2 and Q3 see it.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn reading_row<T: Moment>(row: ReadingRowTuple<T>) -> Result<ReadingRow, Error> {
    let (gate_id, direction, channel, ordered_at, latency_us, has_identifier, reading_count) = row;
    let direction = direction
        .map(|code| word("crossings.direction", Direction::from_code(&code)))
        .transpose()?;
    let channel = channel
        .map(|code| word("crossings.channel", Channel::from_code(&code)))
        .transpose()?;
    Ok(ReadingRow {
        gate_id: name("observations.gate_id", &gate_id)?,
        direction: direction.unwrap_or(Direction::Unknown),
        channel: channel.unwrap_or(Channel::None),
        ordered_at: ordered_at.timestamp()?,
        latency_us,
        has_identifier,
        crossing_reading_count: number("crossings.reading_count", reading_count.unwrap_or(0))?,
    })
}

/// The columns of [`ClockReading`]'s fields, in order.
pub(crate) type ClockTuple<T> = (String, T, T, Option<Uuid>, Option<String>);

/// Reads an observation as the estimate of clocks sees it.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn clock_reading<T: Moment>(row: ClockTuple<T>) -> Result<ClockReading, Error> {
    let (source_id, received_at, occurred_at, crossing_id, milestone) = row;
    Ok(ClockReading {
        source_id: name("observations.source_id", &source_id)?,
        received_at: received_at.timestamp()?,
        occurred_at: occurred_at.timestamp()?,
        crossing_id: crossing_id.map(CrossingId),
        milestone: milestone
            .map(|code| name::<Milestone>("observations.milestone", &code))
            .transpose()?,
    })
}

/// Reads the moments that stand for a milestone from their JSON texts; those in the half-open range, ascending.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn standing_within(
    texts: &[String],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Timestamp>, Error> {
    let read = |text: &String| {
        text.parse()
            .map_err(|_| document::corrupt("crossings.document: a milestone's time is none"))
    };
    let mut times: Vec<Timestamp> = texts.iter().map(read).collect::<Result<_, _>>()?;
    times.retain(|at| (from..to).contains(at));
    times.sort_unstable();
    Ok(times)
}
