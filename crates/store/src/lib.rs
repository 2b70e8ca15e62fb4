#![doc = include_str!("../README.md")]

mod bridge;
mod decisions;
mod document;
mod doors;
mod error;
mod exchange;
mod failure;
mod gdc;
mod logins;
mod moment;
mod parts;
pub mod postgres;
mod queries;
mod registry;
mod routes;
mod rows;
mod schema;
mod shards;
pub mod sqlite;
mod task;
mod text;

pub use bridge::{
    Advance, BridgePlace, BridgeProgress, Bridges, ForeignPartition, LeftOut, LeftOutRow,
};
pub use decisions::{Assigned, Decisions, Destination, RoutedRecord, Together};
pub use doors::{DoorLease, Doors};
pub use error::Error;
pub use exchange::{Exchange, FeedFilter, FeedRow, FeedShard, Submission, SubmissionState};
pub use gdc::{AskedService, Question, QuestionChange, QuestionStep, Questions, service_door};
pub use logins::{Ha1, Login, Logins};
pub use parts::{KeptPart, PartChanges, WantedParts};
pub use queries::{
    Counts, CrossingFilter, CrossingPage, GateNow, MeasureFilter, ObservationFate,
    ObservationFilter, ObservationPage, QuarantineFilter, QuarantineRow, Queries, RecordFate,
    SourceSeen,
};
pub use registry::{
    AuditCheck, AuditEntry, Reference, Registry, Role, SeedReport, Token, TokenGrant,
};
pub use routes::{
    KeyLink, LinkKey, Links, NewUnrouted, RecordLink, RouteChanges, Routed, Routes, Routing,
    SourceLink, Told, Unrouted, UnroutedReason, UnroutedRow, WantedLinks, WantedUnrouted,
};
pub use shards::{
    Batch, Committed, Found, KnownRecord, Loaded, MeasuredCrossing, NewObservation, NewOutcome,
    NewQuarantine, Progress, Relink, Shards, Take, Wanted,
};

/// Everything the hub asks of its database; each backend (`sqlite`, `postgres`) implements all parts.
pub trait Store:
    Shards + Routes + Decisions + Queries + Exchange + Registry + Logins + Doors + Bridges + Questions
{
}

impl<
    T: Shards
        + Routes
        + Decisions
        + Queries
        + Exchange
        + Registry
        + Logins
        + Doors
        + Bridges
        + Questions,
> Store for T
{
}
