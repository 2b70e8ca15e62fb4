//! What the poller of container lists asks: who may ask a customs service and when, and about which declaration.

use std::time::Duration;

use async_trait::async_trait;
use bordergate_model::{DeclarationNumber, GateId, SourceId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Error;

/// A customs service as the one who took it finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedService {
    /// Grows by one with every take-over; every write of an owner is fenced by it.
    pub owner_epoch: i64,
    /// Failures in a row, whoever asked.
    pub failure_count: u32,
    /// How long to wait before the next request.
    pub pause: Duration,
}

/// Answer to an attempt to take a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeService {
    /// It is ours.
    Taken(AskedService),
    /// Another process holds a lease that has not run out.
    Held,
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
    /// The epoch under which we own it.
    pub owner_epoch: i64,
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
    /// Takes the service for `owner` when it is free or its lease has run out. SQLite has no leases: it always takes.
    async fn take_service(&self, url: &str, owner: Uuid) -> Result<TakeService, Error>;

    /// Prolongs the lease; false when the epoch is no longer ours.
    async fn renew_service(&self, url: &str, owner_epoch: i64) -> Result<bool, Error>;

    /// Gives the service up cleanly; without effect when the epoch is no longer ours.
    async fn release_service(&self, url: &str, owner_epoch: i64) -> Result<(), Error>;

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

    /// Notes a step, in one transaction; false, and nothing is stored, when the service is no longer ours.
    async fn note_question(&self, step: &QuestionStep) -> Result<bool, Error>;
}
