//! Crossings and their changes.

use std::collections::BTreeMap;

use bordergate_model as model;
use bordergate_model::crossing::Standing;
use bordergate_model::{Crossing, CrossingChange, CrossingId, GateId, ObservationRef, RecordId};
use prost::Message;

use super::field::{need, read};
use super::{Error, Word, reading, time, to_timestamp, words};
use crate::v1;

/// What a record of the feed says, read by a peer.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The whole crossing at its new revision.
    Crossing(Box<Crossing>),
    /// The crossing is gone.
    Tombstone {
        /// Its name.
        crossing_id: CrossingId,
        /// Its gate.
        gate_id: GateId,
        /// The revision of this notice.
        revision: u64,
        /// The crossing that has its readings now, if it is one.
        merged_into: Option<CrossingId>,
    },
}

impl Change {
    /// Reads the bytes that [`crate::encode`] wrote.
    ///
    /// # Errors
    /// [`Error`] when they are no such message, or a field has a value it cannot have.
    pub fn decode(encoded: &[u8]) -> Result<Self, Error> {
        let decoded = v1::CrossingChange::decode(encoded).map_err(|error| Error::Bytes {
            reason: error.to_string(),
        })?;
        decoded.try_into()
    }

    /// Returns the name of the crossing.
    #[must_use]
    pub fn crossing_id(&self) -> CrossingId {
        match self {
            Self::Crossing(crossing) => crossing.crossing_id,
            Self::Tombstone { crossing_id, .. } => *crossing_id,
        }
    }

    /// Returns the revision.
    #[must_use]
    pub fn revision(&self) -> u64 {
        match self {
            Self::Crossing(crossing) => crossing.revision,
            Self::Tombstone { revision, .. } => *revision,
        }
    }
}

impl From<&CrossingChange> for v1::CrossingChange {
    fn from(change: &CrossingChange) -> Self {
        let crossing = &change.crossing;
        let change = if change.is_tombstone() {
            v1::crossing_change::Change::Tombstone(v1::Tombstone {
                crossing_id: crossing.crossing_id.to_string(),
                gate_id: crossing.gate_id.to_string(),
                revision: crossing.revision,
                merged_into: crossing.merged_into.map(|id| id.to_string()),
            })
        } else {
            v1::crossing_change::Change::Crossing(crossing.into())
        };
        Self {
            change: Some(change),
        }
    }
}

impl TryFrom<v1::CrossingChange> for Change {
    type Error = Error;
    fn try_from(message: v1::CrossingChange) -> Result<Self, Error> {
        match need("change", message.change)? {
            v1::crossing_change::Change::Crossing(crossing) => {
                Ok(Self::Crossing(Box::new(crossing.try_into()?)))
            }
            v1::crossing_change::Change::Tombstone(tombstone) => Ok(Self::Tombstone {
                crossing_id: read("crossing_id", tombstone.crossing_id.parse())?,
                gate_id: read("gate_id", GateId::parse(&tombstone.gate_id))?,
                revision: tombstone.revision,
                merged_into: merged_into(tombstone.merged_into.as_deref())?,
            }),
        }
    }
}

fn merged_into(text: Option<&str>) -> Result<Option<CrossingId>, Error> {
    text.map(|text| read("merged_into", text.parse()))
        .transpose()
}

impl From<&Crossing> for v1::Crossing {
    fn from(crossing: &Crossing) -> Self {
        Self {
            crossing_id: crossing.crossing_id.to_string(),
            gate_id: crossing.gate_id.to_string(),
            revision: crossing.revision,
            direction: crossing.direction.number(),
            channel: crossing.channel.number(),
            cargo: words::optional(crossing.cargo),
            is_loaded: crossing.is_loaded,
            state: crossing.state.number(),
            entry_unknown: crossing.entry_unknown,
            merged_into: crossing.merged_into.map(|id| id.to_string()),
            first_at: Some(to_timestamp(crossing.first_at)),
            last_at: Some(to_timestamp(crossing.last_at)),
            last_read_log_time: Some(to_timestamp(crossing.last_read_log_time)),
            ended_at: crossing.ended_at.map(to_timestamp),
            plate: crossing.plate.clone(),
            keys: crossing.keys.iter().map(Into::into).collect(),
            milestones: crossing.milestones.iter().map(standing).collect(),
            readings: crossing.readings.iter().map(Into::into).collect(),
        }
    }
}

fn standing((milestone, standing): (&model::Milestone, &Standing)) -> v1::StandingMilestone {
    v1::StandingMilestone {
        milestone: milestone.number(),
        occurred_at: Some(to_timestamp(standing.at)),
        record_id: standing.reading.record_id.to_string(),
        offset: standing.reading.offset,
        index: standing.reading.index.into(),
        is_suspect: standing.is_suspect,
    }
}

impl TryFrom<v1::Crossing> for Crossing {
    type Error = Error;
    fn try_from(message: v1::Crossing) -> Result<Self, Error> {
        let gate_id = read("gate_id", GateId::parse(&message.gate_id))?;
        let readings = message.readings.into_iter();
        let readings = readings.map(|reading| reading::linked(&gate_id, reading));
        let readings = readings.collect::<Result<Vec<_>, _>>()?;
        let keys = message.keys.into_iter().map(TryInto::try_into);
        let milestones = message.milestones.iter().map(standing_back);
        Ok(Self {
            crossing_id: read("crossing_id", message.crossing_id.parse())?,
            revision: message.revision,
            direction: model::Direction::needed("direction", message.direction)?,
            channel: model::Channel::needed("channel", message.channel)?,
            cargo: model::CargoClass::from_number("cargo", message.cargo)?,
            is_loaded: message.is_loaded,
            state: model::State::needed("state", message.state)?,
            entry_unknown: message.entry_unknown,
            merged_into: merged_into(message.merged_into.as_deref())?,
            first_at: time::needed("first_at", message.first_at.as_ref())?,
            last_at: time::needed("last_at", message.last_at.as_ref())?,
            last_read_log_time: time::needed(
                "last_read_log_time",
                message.last_read_log_time.as_ref(),
            )?,
            ended_at: time::optional("ended_at", message.ended_at.as_ref())?,
            plate: message.plate,
            keys: keys.collect::<Result<_, _>>()?,
            milestones: milestones.collect::<Result<BTreeMap<_, _>, _>>()?,
            readings,
            gate_id,
        })
    }
}

fn standing_back(message: &v1::StandingMilestone) -> Result<(model::Milestone, Standing), Error> {
    let milestone = model::Milestone::needed("milestone", message.milestone)?;
    let standing = Standing {
        at: time::needed("occurred_at", message.occurred_at.as_ref())?,
        reading: ObservationRef {
            record_id: RecordId(read("record_id", message.record_id.parse())?),
            offset: message.offset,
            index: read("index", message.index.try_into())?,
        },
        is_suspect: message.is_suspect,
    };
    Ok((milestone, standing))
}

#[cfg(test)]
mod tests;
