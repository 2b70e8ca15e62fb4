//! What the poller of container lists asks: who may ask a customs service and when, and about which declaration.

use std::time::Duration;

use async_trait::async_trait;
use bordergate_model::{DeclarationNumber, GateId, SourceId};
use jiff::Timestamp;

use crate::{DoorLease, Error};

/// Returns the door that a hub takes to ask the service at `url`.
#[must_use]
pub fn service_door(url: &str) -> String {
    format!("gdc {url}")
}

/// A customs service as the one who took its door finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedService {
    /// Failures in a row, whoever asked.
    pub failure_count: u32,
    /// How long to wait before the next request.
    pub pause: Duration,
}

/// A declaration to ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The source that the answer comes in under.
    pub source_id: SourceId,
    /// Its number as read, the last amendment of those that were.
    pub declaration: DeclarationNumber,
    /// When it was registered; `None` when nobody told.
    pub registered_at: Option<Timestamp>,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionChange {
    /// It is about to be asked.
    Asked,
    /// The log has acknowledged the answer.
    Answered {
        /// When it is asked again.
        again_after: Duration,
        /// Whether it is not asked again: the answer let the goods pass.
        is_settled: bool,
    },
    /// There was no answer; it stays due.
    Failed,
    /// There was no answer that can be one, of a service that answers.
    Postponed {
        /// When it is asked again.
        again_after: Duration,
    },
}

/// A step with a service: how it does, and what became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionStep {
    /// The service's address.
    pub url: String,
    /// Failures in a row after the step.
    pub failure_count: u32,
    /// How long from now until the next request; one that was noted before and is longer holds.
    pub pause: Duration,
    /// The source of the question.
    pub source_id: SourceId,
    /// The declaration.
    pub declaration: DeclarationNumber,
    /// What became of it.
    pub change: QuestionChange,
}

/// Questions to customs services. Times are the database's.
#[async_trait]
pub trait Questions: Send + Sync + 'static {
    /// Returns how a service does.
    async fn begin_service(&self, url: &str) -> Result<AskedService, Error>;

    /// Returns the declaration to ask about next and how many are due, this one included; `None` when none is.
    ///
    /// Waited for are the declarations of open crossings at the gate of a source that have not passed supervision,
    /// until an answer settles them or they were asked about for `ask_for`. Those never asked about come first, then
    /// the one asked about longest ago. One is known by the eleven digits on which declarations are linked: an
    /// amendment is the same question.
    async fn next_question(
        &self,
        sources: &[(SourceId, GateId)],
        ask_for: Duration,
    ) -> Result<Option<(Question, u64)>, Error>;

    /// Notes a step, in one transaction; false, and nothing is stored, when the service's door is no longer ours.
    async fn note_question(&self, lease: &DoorLease, step: &QuestionStep) -> Result<bool, Error>;

    /// Forgets at most `limit` declarations that were not asked about for `kept_for` and stand in no open crossing;
    /// returns how many.
    async fn thin_questions(&self, kept_for: Duration, limit: u32) -> Result<u64, Error>;
}
