#![doc = include_str!("../README.md")]

mod error;
mod exchange;
mod queries;
mod registry;
mod shards;

pub use error::Error;
pub use exchange::{Exchange, FeedFilter, FeedRow, FeedShard, Submission, SubmissionState};
pub use queries::{
    CrossingFilter, CrossingPage, GateNow, MeasureFilter, ObservationFate, ObservationFilter,
    ObservationPage, QuarantineFilter, QuarantineRow, Queries, RecordFate, SourceSeen,
};
pub use registry::{AuditEntry, Reference, Registry, Role, SeedReport, Token, TokenGrant};
pub use shards::{
    Batch, Committed, Found, KnownRecord, Loaded, MeasuredCrossing, NewObservation, NewOutcome,
    NewQuarantine, Progress, Relink, Shards, Take, Wanted,
};

/// Everything the hub asks of its database; each backend (`sqlite`, `postgres`) implements all parts.
pub trait Store: Shards + Queries + Exchange + Registry {}

impl<T: Shards + Queries + Exchange + Registry> Store for T {}
