#![doc = include_str!("../README.md")]

mod camera;
mod context;
mod device;
mod error;
mod event_id;
mod form;
mod formats;
mod identifiers;
mod json;
mod multipart;
pub mod part;
pub mod pictures;
mod registry;
pub mod stream;
mod text;
mod time_text;
mod xml;

use bordergate_model::{LoggedRecord, Observation, Source};

/// GS1 EPCIS 2.0, the other way: crossings as documents.
pub mod epcis {
    pub use crate::formats::epcis::write;
}

use context::Context;
pub use error::Error;
pub use part::{Part, join};
pub use registry::{Format, format, formats, places};

/// What a record says.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// One or more readings, numbered from 0 in the message's order.
    Observations(Vec<Observation>),
    /// It was read, and there is nothing to keep: a heartbeat, an unstable weighing.
    Ignored {
        /// Stable code of the reason, such as `hikvision.heartbeat`.
        code: &'static str,
    },
    /// It is one part of a split message: [`join`] puts the message together once every part is there.
    Part(Part),
}

/// Reads one record with its source's registration. Pure: the same values give the same answer; it never panics.
///
/// # Errors
/// Every error is [`bordergate_model::Fault::Sender`]'s (quarantine: the same bytes will fail again) except
/// `format.unknown` and `source.zone`, where the registration is wrong, and `source.no_gate` for a record of a
/// province-wide source that was not routed.
pub fn read(record: &LoggedRecord, source: &Source) -> Result<Read, Error> {
    let Some(format) = format(&source.format) else {
        let detail = format!(
            "source {} is registered with a format that does not exist",
            source.source_id
        );
        return Err(Error::registration("format.unknown", detail));
    };
    let Some(gate_id) = source.gate_id.as_ref().or(record.record.gate_id.as_ref()) else {
        let detail = format!(
            "source {} is province-wide, and the record was not routed to a gate",
            source.source_id
        );
        return Err(Error::registration("source.no_gate", detail));
    };
    format.read(&Context {
        logged: record,
        source,
        gate_id,
    })
}
