//! What a simulation gives: messages and registrations; `truth` says what they must lead to.

use std::collections::BTreeSet;

use bordergate_model::{Gate, GateId, RecordId, Source, SourceId};
use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;

use crate::{TrueCrossing, TrueFact, TrueMilestone, TruePlate};

/// A simulated day, or several.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// Every message, by `received_at`; messages of one gate must reach the hub in this order.
    pub messages: Vec<Message>,
    /// Every crossing that the messages tell of, by gate and first reading.
    pub truth: Vec<TrueCrossing>,
    /// When each of their milestones happened, by crossing.
    pub milestones: Vec<TrueMilestone>,
    /// Their durations, by crossing.
    pub facts: Vec<TrueFact>,
    /// Readings with a usable time and meaning but without any identifier: observations without a crossing.
    pub unlinked: BTreeSet<RecordId>,
    /// Records of the province-wide source whose gate nothing tells: they wait.
    pub unrouted: BTreeSet<RecordId>,
    /// What sensors made of the plates they read: the words that speak for themselves.
    pub plates: Vec<TruePlate>,
    /// The gates to register.
    pub gates: Vec<Gate>,
    /// The sources to register; all of them replay sources.
    pub sources: Vec<Source>,
    /// When the last heartbeat of each gate is received: every near window has passed by then.
    pub end_at: Timestamp,
}

/// How a message reaches the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// `POST /v1/records/{source_id}`.
    Http,
    /// gRPC `IngestService`.
    Ingest,
    /// gRPC `ExchangeService.SubmitRecords`, by the partner; see [`Message::place`].
    Submit,
}

/// One message to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The source it is sent under.
    pub source_id: SourceId,
    /// The gate that it tells of: that of the source, where it has one.
    pub gate_id: GateId,
    /// The door it is sent to.
    pub door: Door,
    /// The content type, empty for none.
    pub content_type: String,
    /// The device's own headers (`ce-*`), by name.
    pub headers: Vec<(String, String)>,
    /// The message.
    pub body: Bytes,
    /// When it is received, to the millisecond.
    pub received_at: Timestamp,
    /// The sender's key (`Idempotency-Key`, the field of `IngestService`); a plain retry repeats it.
    /// For [`Door::Submit`] the key that the hub derives from `place`.
    pub idempotency_key: String,
    /// Its place in a submission, for [`Door::Submit`] only. Messages of one submission follow each other.
    pub place: Option<Place>,
    /// What must become of it.
    pub expectation: Expectation,
}

impl Message {
    /// Returns the id under which the hub logs it.
    #[must_use]
    pub fn record_id(&self) -> RecordId {
        RecordId::from_key(&self.source_id, &self.idempotency_key)
    }
}

/// The place of a record in a batch of `SubmitRecords`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The partner's name for the batch.
    pub request_id: String,
    /// Which of its records, from 0.
    pub index: usize,
}

impl Place {
    /// Returns the key from which the hub derives the record's id.
    #[must_use]
    pub fn key(&self) -> String {
        format!("submission\n{}\n{}", self.request_id, self.index)
    }
}

/// What must become of a message (DESIGN.md, Accounting).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// So many observations, 1 or more.
    Observations(u16),
    /// Ignored: a heartbeat, or a scale still moving.
    Ignored,
    /// The same event was read before.
    Duplicate,
    /// It cannot be read.
    Quarantined,
}
