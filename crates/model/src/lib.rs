#![doc = include_str!("../README.md")]

pub mod candidate;
pub mod clock;
pub mod container;
pub mod crossing;
pub mod declaration;
pub mod detached;
pub mod details;
pub mod device;
pub mod fault;
pub mod id;
pub mod key;
pub mod milestone;
pub mod observation;
pub mod outcome;
pub mod plate;
pub mod record;
pub mod registration;
mod short;
pub mod tag;
pub mod time;

pub use candidate::Candidate;
pub use clock::Clock;
pub use container::ContainerNumber;
pub use crossing::{
    CargoClass, Channel, Crossing, CrossingChange, Direction, LinkedReading, Standing, State,
};
pub use declaration::DeclarationNumber;
pub use detached::{Detached, DetachedPart};
pub use details::Details;
pub use device::DeviceSerial;
pub use ecow::EcoString;
pub use fault::Fault;
pub use id::{CrossingId, GateId, Offset, RecordId, Shard, SourceId};
pub use key::{KeyKind, KeyWindow, LaneWindow, MatchKey};
pub use milestone::Milestone;
pub use observation::{Few, Observation, ObservationRef, UnlinkedReason};
pub use outcome::{Outcome, OutcomeKind};
pub use plate::PlateNumber;
pub use record::{LoggedRecord, RawRecord, Receipt};
pub use registration::{Gate, Source};
pub use tag::{Seal, Tag, TripCode};
pub use time::{Basis, Occurred};
