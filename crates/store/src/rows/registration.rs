//! Registrations of gates and sources as rows, and back.

use bordergate_model::{DeviceSerial, Gate, GateId, Source, SourceId};

use super::{name, number};
use crate::moment::{Moment, optional};
use crate::text::refuse_nul;
use crate::{Error, document};

/// The columns of [`Gate`]'s fields, in order.
pub(crate) type GateTuple = (String, i64, String, String, i32, String, bool);

/// Reads a version of a gate.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn gate(row: GateTuple) -> Result<Gate, Error> {
    Ok(Gate {
        gate_id: name("gates.gate_id", &row.0)?,
        version: number("gates.version", row.1)?,
        name_en: row.2,
        name_vi: row.3,
        shard: number("gates.shard", row.4)?,
        office_codes: document::read("gates.office_codes", &row.5)?,
        is_disabled: row.6,
    })
}

/// The columns of [`Source`]'s fields, in order.
pub(crate) type SourceTuple<T> = (
    String,
    i64,
    String,
    Option<String>,
    Option<String>,
    String,
    i32,
    String,
    i64,
    Option<i64>,
    bool,
    Option<String>,
    bool,
    Option<T>,
    Option<String>,
    Option<String>,
);

/// Reads a version of a source.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn source<T: Moment>(row: SourceTuple<T>) -> Result<Source, Error> {
    Ok(Source {
        source_id: name("sources.source_id", &row.0)?,
        version: number("sources.version", row.1)?,
        format: row.2,
        gate_id: row
            .3
            .map(|gate_id| name("sources.gate_id", &gate_id))
            .transpose()?,
        lane: row.4,
        readings: document::read("sources.readings", &row.5)?,
        rank: number("sources.rank", row.6)?,
        zone: row.7,
        clock_offset_seconds: row.8,
        silent_after_seconds: row
            .9
            .map(|seconds| number("sources.silent_after_seconds", seconds))
            .transpose()?,
        is_replay: row.10,
        partner_id: row.11,
        is_disabled: row.12,
        registered_at: optional(row.13)?,
        recorder_id: row.14,
        device_serial: row.15.map(|text| serial(&text)).transpose()?,
    })
}

fn serial(text: &str) -> Result<DeviceSerial, Error> {
    DeviceSerial::parse(text).map_err(|error| Error::Corrupt {
        reason: format!("sources.device_serial: {error}"),
    })
}

/// Returns the office codes as the column has them.
///
/// # Errors
/// [`Error::Refused`] when a text of the gate holds a NUL.
pub(crate) fn office_codes(gate: &Gate) -> Result<String, Error> {
    refuse_nul([
        ("name_en", gate.name_en.as_str()),
        ("name_vi", &gate.name_vi),
    ])?;
    document::write("office_codes", &gate.office_codes)
}

/// Returns the readings as the column has them.
///
/// # Errors
/// [`Error::Refused`] when a text of the source holds a NUL.
pub(crate) fn readings(source: &Source) -> Result<String, Error> {
    refuse_nul([("format", source.format.as_str()), ("zone", &source.zone)])?;
    refuse_nul(source.lane.iter().map(|lane| ("lane", lane.as_str())))?;
    refuse_nul(
        source
            .partner_id
            .iter()
            .map(|partner| ("partner_id", partner.as_str())),
    )?;
    refuse_nul(
        source
            .recorder_id
            .iter()
            .map(|recorder| ("recorder_id", recorder.as_str())),
    )?;
    document::write("readings", &source.readings)
}

/// Returns the gate as its next version.
///
/// # Errors
/// [`Error::Conflict`] `gate.shard_fixed` when it names another shard than before.
pub(crate) fn changed_gate(newest: Option<&Gate>, gate: Gate) -> Result<Gate, Error> {
    match newest {
        Some(newest) if newest.shard != gate.shard => Err(Error::Conflict {
            code: "gate.shard_fixed",
            reason: format!(
                "gate {} is on shard {} and stays there",
                gate.gate_id, newest.shard
            ),
        }),
        Some(newest) => Ok(Gate {
            version: newest.version + 1,
            ..gate
        }),
        None => Ok(Gate { version: 1, ..gate }),
    }
}

/// Returns the error for a gate nobody registered.
pub(crate) fn unknown_gate(gate_id: &GateId) -> Error {
    Error::Conflict {
        code: "gate.unknown",
        reason: format!("no gate {gate_id} is registered"),
    }
}

/// Returns the error for a source nobody registered.
pub(crate) fn unknown_source(source_id: &SourceId) -> Error {
    Error::Conflict {
        code: "source.unknown",
        reason: format!("no source {source_id} is registered"),
    }
}

/// Returns the error for a device that another source is.
pub(crate) fn taken_serial(source: &Source, holder: &str) -> Error {
    let serial = source.device_serial.as_ref();
    Error::Conflict {
        code: "source.device_serial_taken",
        reason: format!(
            "device serial {} of source {} is that of source {holder}; disable that one, or leave the serial out",
            serial.map_or("", DeviceSerial::as_str),
            source.source_id
        ),
    }
}

/// Returns the error for a source at a gate nobody registered.
pub(crate) fn unknown_source_gate(source: &Source, gate_id: &GateId) -> Error {
    Error::Conflict {
        code: "source.unknown_gate",
        reason: format!(
            "source {} is at gate {gate_id}, which is not registered",
            source.source_id
        ),
    }
}
