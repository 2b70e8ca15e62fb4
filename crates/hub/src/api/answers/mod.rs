//! JSON shapes of crossings, observations and records, the same on every path that gives them.
//!
//! Plates are personal data: [`Veil`] decides how they appear. Times are RFC 3339 in UTC.

mod crossing;
mod observation;
mod record;
mod veil;

pub use crossing::{Crossing, Fact, Milestone, crossing};
pub use observation::{Observation, Reading, observation, reading};
pub use record::record;
pub use veil::{Key, Veil};
