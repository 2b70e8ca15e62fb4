//! Observations: what one reading of a record says, in the border gate's words.

use ecow::EcoString;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Basis, Candidate, CargoClass, Channel, ContainerNumber, DeclarationNumber, Details, Direction,
    GateId, KeyKind, MatchKey, Milestone, Occurred, Offset, PlateNumber, RecordId, Seal, SourceId,
    Tag, TripCode,
};

/// Names an observation: the record it was read from, where that lies, and its index among the record's, from 0.
///
/// The offset belongs to the name: a sender that uses its key again for another event gives two records one id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObservationRef {
    /// The record.
    pub record_id: RecordId,
    /// The record's offset in the shard of its gate.
    pub offset: Offset,
    /// Which of the record's observations, from 0.
    pub index: u16,
}

/// A list that nearly always has one element or none: it takes heap only for more.
pub type Few<T> = smallvec::SmallVec<[T; 1]>;

/// One reading: a milestone (if the registration gives it one), when, and of what.
///
/// Identity is `(source_id, event_id, revision, index)` where the device gives an event id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The record it was read from.
    pub record_id: RecordId,
    /// The record's offset in the shard of `gate_id`.
    pub offset: Offset,
    /// Which of the record's observations, from 0.
    pub index: u16,
    /// The gate of the source's registration.
    pub gate_id: GateId,
    /// The source.
    pub source_id: SourceId,
    /// The registration version it was read with.
    pub source_version: u32,
    /// The device's own event id, or one derived as formats.md says; `None`: never a duplicate.
    pub event_id: Option<String>,
    /// 0 for a first reading; 1, 2 ... for corrections and provisional revisions of one event.
    pub revision: u32,
    /// The event id (of the same source) that this one corrects.
    pub corrects: Option<String>,
    /// What happened; `None` when the registration gives the reading no meaning.
    pub milestone: Option<Milestone>,
    /// When, by the device's clock.
    pub occurred: Occurred,
    /// When the hub received the record.
    pub received_at: Timestamp,
    /// The latest moment this record tells, for latency (indicators.md, Q3): a customs message's
    /// header time, a report's latest milestone; `None`: `occurred.at` serves.
    pub told_at: Option<Timestamp>,
    /// Whether the device's clock cannot be believed: left out of every interval.
    pub is_suspect: bool,
    /// Rank of the source: 0 sensor at the place, 1 agency or yard report, 2 customs message.
    pub rank: u8,
    /// The vehicle's plate.
    pub plate: Option<PlateNumber>,
    /// The relief vehicle's plate, in reports of a swap or transshipment.
    pub to_plate: Option<PlateNumber>,
    /// The trailer's plate.
    pub trailer_plate: Option<PlateNumber>,
    /// Code of the digital border-gate platform.
    pub trip_code: Option<TripCode>,
    /// Containers, in the message's order.
    pub containers: Few<ContainerNumber>,
    /// Declarations, in the message's order.
    pub declarations: Few<DeclarationNumber>,
    /// Seals, in the message's order.
    pub seals: Few<Seal>,
    /// RFID tags, in the message's order.
    pub tags: Few<Tag>,
    /// The direction the message itself tells.
    pub direction: Option<Direction>,
    /// The customs channel the message tells.
    pub channel: Option<Channel>,
    /// The cargo class a report tells.
    pub cargo: Option<CargoClass>,
    /// Whether a report says the vehicle was loaded.
    pub is_loaded: Option<bool>,
    /// The lane, from the registration, else from the message.
    pub lane: Option<EcoString>,
    /// How sure the device is of the plate, 0 to 100 %.
    pub confidence_percent: Option<f64>,
    /// What the device weighed for the plate, in its own order, the chosen text among them; also the texts of other frames
    /// of the vehicle in the same message. At most [`Self::MOST_CANDIDATES`], and never a link key. Personal data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// Gross weight in kilograms.
    pub gross_kg: Option<f64>,
    /// What else the message says that a person may want to see, by the format's own field names.
    pub details: Details,
}

impl Observation {
    /// Most candidates kept of one plate; readers list ten.
    pub const MOST_CANDIDATES: usize = 16;

    /// Returns the first observation of a record, which says nothing yet: no milestone, no identifier, rank 0, dated by
    /// reception. `source` is the source with the registration version that the record was read with.
    #[must_use]
    pub fn new(
        record_id: RecordId,
        offset: Offset,
        gate_id: GateId,
        source: (SourceId, u32),
        received_at: Timestamp,
    ) -> Self {
        let (source_id, source_version) = source;
        Self {
            record_id,
            offset,
            index: 0,
            gate_id,
            source_id,
            source_version,
            event_id: None,
            revision: 0,
            corrects: None,
            milestone: None,
            occurred: Occurred {
                at: Some(received_at),
                text: None,
                basis: Basis::Received,
            },
            received_at,
            told_at: None,
            is_suspect: false,
            rank: 0,
            plate: None,
            to_plate: None,
            trailer_plate: None,
            trip_code: None,
            containers: Few::new(),
            declarations: Few::new(),
            seals: Few::new(),
            tags: Few::new(),
            direction: None,
            channel: None,
            cargo: None,
            is_loaded: None,
            lane: None,
            confidence_percent: None,
            candidates: Vec::new(),
            gross_kg: None,
            details: Details::default(),
        }
    }

    /// Returns its name.
    #[must_use]
    pub fn reference(&self) -> ObservationRef {
        ObservationRef {
            record_id: self.record_id,
            offset: self.offset,
            index: self.index,
        }
    }

    /// Returns the moment it is ordered by: its occurrence, or for an undated one its reception.
    #[must_use]
    pub fn ordered_at(&self) -> Timestamp {
        self.occurred.at.unwrap_or(self.received_at)
    }

    /// Tells whether two readings of one event say the same: milestone, time and identifiers
    /// (formats.md: not the bytes, since a device flips its retransmission flag).
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.milestone == other.milestone
            && self.occurred.at == other.occurred.at
            && self.plate == other.plate
            && self.to_plate == other.to_plate
            && self.trailer_plate == other.trailer_plate
            && self.trip_code == other.trip_code
            && self.containers == other.containers
            && self.declarations == other.declarations
            && self.seals == other.seals
            && self.tags == other.tags
    }

    /// Returns every match key it carries, strongest kind first; plates give their exact and
    /// folded form.
    #[must_use]
    pub fn match_keys(&self) -> Vec<MatchKey> {
        let mut keys = Vec::new();
        let mut add = |kind, value: &str| {
            keys.push(MatchKey {
                kind,
                value: value.to_owned(),
            })
        };
        if let Some(trip) = &self.trip_code {
            add(KeyKind::Trip, trip.as_str());
        }
        for declaration in &self.declarations {
            add(KeyKind::Declaration, declaration.link_part());
        }
        for container in &self.containers {
            add(KeyKind::Container, container.match_form());
        }
        for seal in &self.seals {
            add(KeyKind::Seal, seal.as_str());
        }
        for tag in &self.tags {
            add(KeyKind::Tag, tag.as_str());
        }
        for plate in [&self.plate, &self.to_plate].into_iter().flatten() {
            add(KeyKind::Plate, plate.tail());
            add(KeyKind::PlateFolded, plate.folded());
        }
        if let Some(trailer) = &self.trailer_plate {
            add(KeyKind::Trailer, trailer.tail());
        }
        keys.sort();
        keys.dedup();
        keys
    }
}

/// Why an observation is in no crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnlinkedReason {
    /// It carries no usable identifier.
    NoKey,
    /// It fits two crossings and nothing decides.
    Ambiguous,
    /// The source's registration gives it no meaning.
    NoMeaning,
}

impl UnlinkedReason {
    /// Returns the stable label used in tables and interfaces.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::Ambiguous => "ambiguous",
            Self::NoMeaning => "no_meaning",
        }
    }

    /// Reads a label back.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::NoKey, Self::Ambiguous, Self::NoMeaning]
            .into_iter()
            .find(|reason| reason.code() == code)
    }
}
