//! An observation as a row: typed columns that people query, and the whole as a document.

use bordergate_model::{
    Basis, ContainerNumber, CrossingId, KeyKind, MatchKey, Observation, PlateNumber, Shard,
    UnlinkedReason, plate::Country,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::word;
use crate::text::refuse_nul;
use crate::{Error, NewObservation, ObservationFate, document};

/// A row of `observations` to insert.
#[derive(Clone, Debug)]
pub(crate) struct ObservationRow {
    pub(crate) shard: i32,
    pub(crate) log_offset: i64,
    pub(crate) observation_index: i32,
    pub(crate) record_id: Uuid,
    pub(crate) gate_id: String,
    pub(crate) source_id: String,
    pub(crate) source_version: i64,
    pub(crate) event_id: Option<String>,
    pub(crate) revision: i64,
    pub(crate) corrects: Option<String>,
    pub(crate) milestone: Option<&'static str>,
    pub(crate) occurred_at: Option<Timestamp>,
    pub(crate) basis: &'static str,
    pub(crate) received_at: Timestamp,
    pub(crate) ordered_at: Timestamp,
    pub(crate) rank: i32,
    pub(crate) is_suspect: bool,
    pub(crate) place: Place,
    pub(crate) has_identifier: bool,
    pub(crate) latency_us: Option<i64>,
    pub(crate) body_sha256: [u8; 32],
    pub(crate) document: String,
}

/// Where an observation stands, as columns.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) crossing_id: Option<Uuid>,
    pub(crate) link_kind: Option<&'static str>,
    pub(crate) link_value: Option<String>,
    pub(crate) unlinked_reason: Option<&'static str>,
}

impl Place {
    /// Takes the columns from the types.
    pub(crate) fn new(
        crossing_id: Option<CrossingId>,
        link_key: Option<&MatchKey>,
        unlinked: Option<UnlinkedReason>,
    ) -> Self {
        Self {
            crossing_id: crossing_id.map(|id| id.0),
            link_kind: link_key.map(|key| key.kind.code()),
            link_value: link_key.map(|key| key.value.clone()),
            unlinked_reason: unlinked.map(UnlinkedReason::code),
        }
    }
}

/// A row of `unlinked_keys`.
#[derive(Clone, Debug)]
pub(crate) struct UnlinkedKeyRow {
    pub(crate) gate_id: String,
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) ordered_at: Timestamp,
    pub(crate) shard: i32,
    pub(crate) log_offset: i64,
    pub(crate) observation_index: i32,
}

impl ObservationRow {
    /// Makes the row.
    ///
    /// # Errors
    /// [`Error::Refused`] when a text holds a NUL.
    pub(crate) fn new(shard: Shard, new: &NewObservation) -> Result<Self, Error> {
        let observation = &new.observation;
        let document = document::write("observation", observation)?;
        refuse_nul(
            new.link_key
                .iter()
                .map(|key| ("link_key", key.value.as_str())),
        )?;
        Ok(Self {
            shard: shard.into(),
            log_offset: observation.offset,
            observation_index: observation.index.into(),
            record_id: observation.record_id.0,
            gate_id: observation.gate_id.to_string(),
            source_id: observation.source_id.to_string(),
            source_version: observation.source_version.into(),
            event_id: observation.event_id.clone(),
            revision: observation.revision.into(),
            corrects: observation.corrects.clone(),
            milestone: observation.milestone.map(|milestone| milestone.code()),
            occurred_at: observation.occurred.at,
            basis: observation.occurred.basis.code(),
            received_at: observation.received_at,
            ordered_at: observation.ordered_at(),
            rank: observation.rank.into(),
            is_suspect: observation.is_suspect,
            place: Place::new(new.crossing_id, new.link_key.as_ref(), new.unlinked),
            has_identifier: has_identifier(observation),
            latency_us: latency_us(observation),
            body_sha256: new.body_sha256,
            document,
        })
    }
}

/// Returns the rows by which an observation without a crossing is found.
pub(crate) fn unlinked_keys(shard: Shard, observation: &Observation) -> Vec<UnlinkedKeyRow> {
    let row = |key: MatchKey| UnlinkedKeyRow {
        gate_id: observation.gate_id.to_string(),
        kind: key.kind.code(),
        value: key.value,
        ordered_at: observation.ordered_at(),
        shard: shard.into(),
        log_offset: observation.offset,
        observation_index: observation.index.into(),
    };
    observation.match_keys().into_iter().map(row).collect()
}

/// Tells whether it carries a valid identifier (Q2): a trip code, declaration, seal or tag; a plate
/// that has the shape of either country; a container whose check digit holds or was mended.
fn has_identifier(observation: &Observation) -> bool {
    let is_plate = |plate: &PlateNumber| plate.country() != Country::Other;
    let is_container =
        |container: &ContainerNumber| container.is_consistent() || container.is_corrected();
    let plates = [
        &observation.plate,
        &observation.to_plate,
        &observation.trailer_plate,
    ];
    observation.trip_code.is_some()
        || !observation.declarations.is_empty()
        || !observation.seals.is_empty()
        || !observation.tags.is_empty()
        || observation.containers.iter().any(is_container)
        || plates.into_iter().flatten().any(is_plate)
}

/// Returns reception minus the latest moment told (Q3), in microseconds; `None` for a suspect clock,
/// for what only its reception dates, and for all but a record's first observation.
fn latency_us(observation: &Observation) -> Option<i64> {
    let is_dated = !matches!(observation.occurred.basis, Basis::Received | Basis::Undated);
    let occurred_at = observation.occurred.at.filter(|_| is_dated);
    let told_at = observation.told_at.or(occurred_at)?;
    let counts = observation.index == 0 && !observation.is_suspect;
    counts.then(|| observation.received_at.as_microsecond() - told_at.as_microsecond())
}

/// The columns of an observation and its place: document, crossing, kind and value of the link, reason.
pub(crate) type FateTuple = (
    String,
    Option<Uuid>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// Reads an observation and its place.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn fate(row: FateTuple) -> Result<ObservationFate, Error> {
    let (document, crossing_id, link_kind, link_value, reason) = row;
    Ok(ObservationFate {
        observation: document::read("observations.document", &document)?,
        crossing_id: crossing_id.map(CrossingId),
        link_key: link_key(link_kind, link_value)?,
        unlinked: reason
            .map(|code| {
                word(
                    "observations.unlinked_reason",
                    UnlinkedReason::from_code(&code),
                )
            })
            .transpose()?,
    })
}

/// Reads a link key from its two columns.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn link_key(
    kind: Option<String>,
    value: Option<String>,
) -> Result<Option<MatchKey>, Error> {
    let (Some(kind), Some(value)) = (kind, value) else {
        return Ok(None);
    };
    let kind = word("observations.link_kind", KeyKind::from_code(&kind))?;
    Ok(Some(MatchKey { kind, value }))
}

/// Reads observations alone.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn observations(documents: Vec<(String,)>) -> Result<Vec<Observation>, Error> {
    documents
        .iter()
        .map(|(text,)| document::read("observations.document", text))
        .collect()
}
