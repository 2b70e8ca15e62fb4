//! Registering gates and sources: every change is a new version, checked before it is stored.

use std::collections::BTreeMap;

use bordergate_model::{DeviceSerial, Gate, GateId, Milestone, Shard, Source, SourceId};
use bordergate_sources::Format;
use bordergate_store::Store;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{Error, audit, field};
use crate::config::Log;

/// Zone of times that carry none, when a registration does not say.
const ZONE: &str = "Asia/Ho_Chi_Minh";
/// The highest rank a source may have.
const LOWEST_BELIEVED_RANK: u8 = 2;

/// A gate to register.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGate {
    /// Its name.
    pub gate_id: GateId,
    /// Name in English.
    pub name_en: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// The shard of its records; fixed from the first version on.
    pub shard: Shard,
    /// Customs office and gate codes seen in messages.
    #[serde(default)]
    pub office_codes: Vec<String>,
    /// Whether it takes no records; default no.
    #[serde(default)]
    pub is_disabled: bool,
    /// Taken and not looked at, so that what a list shows can be posted again: versions are counted here.
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "it is taken and not looked at")]
    pub version: IgnoredAny,
}

/// A source to register; what is left out has the default named here.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSource {
    /// Its name.
    pub source_id: SourceId,
    /// A format of the registry.
    pub format: String,
    /// Its gate; default: none, the router finds one for each record.
    #[serde(default)]
    pub gate_id: Option<GateId>,
    /// Its lane; default: several or none.
    #[serde(default)]
    pub lane: Option<String>,
    /// Meaning by the device's word for direction; `*` for any. Default: none.
    #[serde(default)]
    pub readings: BTreeMap<String, Milestone>,
    /// 0 sensor (default), 1 agency or yard report, 2 customs message.
    #[serde(default)]
    pub rank: u8,
    /// IANA zone of times without one; default `Asia/Ho_Chi_Minh`.
    #[serde(default = "default_zone")]
    pub zone: String,
    /// Device clock minus true time; default 0.
    #[serde(default)]
    pub clock_offset_seconds: i64,
    /// Seconds of silence after which it counts as late; default: never.
    #[serde(default)]
    pub silent_after_seconds: Option<u32>,
    /// Whether it may say when its records were received; default no.
    #[serde(default)]
    pub is_replay: bool,
    /// The LGSP partner that may submit under it; default none.
    #[serde(default)]
    pub partner_id: Option<String>,
    /// The recorder that may send under it; default none.
    #[serde(default)]
    pub recorder_id: Option<String>,
    /// What the device calls itself in its messages; default: it is not looked for.
    #[serde(default)]
    pub device_serial: Option<DeviceSerial>,
    /// Whether it is refused at the doors; default no.
    #[serde(default)]
    pub is_disabled: bool,
    /// Taken and not looked at, as [`NewGate::version`].
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "it is taken and not looked at")]
    pub version: IgnoredAny,
    /// Taken and not looked at: the database dates it.
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "it is taken and not looked at")]
    pub registered_at: IgnoredAny,
}

fn default_zone() -> String {
    ZONE.to_owned()
}

/// Registers a new version of a gate.
///
/// # Errors
/// A field that does not fit; `gate.shard_fixed` for another shard than before.
pub async fn add_gate(
    store: &dyn Store,
    log: &Log,
    new: NewGate,
    actor: &str,
) -> Result<Gate, Error> {
    let gate = store.add_gate(&checked_gate(log, new)?).await?;
    audit(store, actor, "gate.add", gate.gate_id.as_str()).await?;
    Ok(gate)
}

/// Registers a new version of a source.
///
/// # Errors
/// A field that does not fit; `source.unknown_gate` when its gate is not registered, `source.device_serial_taken` when
/// another source is that device.
pub async fn add_source(store: &dyn Store, new: NewSource, actor: &str) -> Result<Source, Error> {
    let source = store.add_source(&checked_source(new)?).await?;
    audit(store, actor, "source.add", source.source_id.as_str()).await?;
    Ok(source)
}

/// Registers a disabled version of a gate: its records are refused from then on.
///
/// # Errors
/// `gate.unknown`.
pub async fn disable_gate(store: &dyn Store, gate_id: &GateId, actor: &str) -> Result<Gate, Error> {
    let gate = store.disable_gate(gate_id).await?;
    audit(store, actor, "gate.disable", gate_id.as_str()).await?;
    Ok(gate)
}

/// Registers a disabled version of a source: its records are refused from then on.
///
/// # Errors
/// `source.unknown`.
pub async fn disable_source(
    store: &dyn Store,
    source_id: &SourceId,
    actor: &str,
) -> Result<Source, Error> {
    let source = store.disable_source(source_id).await?;
    audit(store, actor, "source.disable", source_id.as_str()).await?;
    Ok(source)
}

pub(super) fn checked_gate(log: &Log, new: NewGate) -> Result<Gate, Error> {
    if new.shard >= log.shards {
        return Err(field(
            "shard",
            format!(
                "{} is not below log.shards, which is {}",
                new.shard, log.shards
            ),
        ));
    }
    if new.shard == log.router_shard {
        return Err(field(
            "shard",
            format!("{} is the router's (log.router_shard)", new.shard),
        ));
    }
    for (name, text) in [("name_en", &new.name_en), ("name_vi", &new.name_vi)] {
        if text.trim().is_empty() {
            return Err(field(name, "is empty"));
        }
    }
    Ok(Gate {
        gate_id: new.gate_id,
        version: 1,
        name_en: new.name_en,
        name_vi: new.name_vi,
        shard: new.shard,
        office_codes: new.office_codes,
        is_disabled: new.is_disabled,
    })
}

pub(super) fn checked_source(new: NewSource) -> Result<Source, Error> {
    if bordergate_sources::format(&new.format).is_none() {
        let allowed = bordergate_sources::formats()
            .iter()
            .map(|format| format.name.to_owned())
            .collect();
        return Err(Error::Field {
            field: "format",
            reason: format!("{:?} is not known", new.format),
            allowed,
        });
    }
    if jiff::tz::TimeZone::get(&new.zone).is_err() {
        return Err(field(
            "zone",
            format!("{:?} is no IANA time zone such as {ZONE}", new.zone),
        ));
    }
    if new.rank > LOWEST_BELIEVED_RANK {
        let allowed = (0..=LOWEST_BELIEVED_RANK)
            .map(|rank| rank.to_string())
            .collect();
        return Err(Error::Field {
            field: "rank",
            reason: format!("{} is too high", new.rank),
            allowed,
        });
    }
    check_serial(&new)?;
    if let Some(word) = new
        .readings
        .keys()
        .find(|word| **word != word.to_lowercase())
    {
        return Err(field(
            "readings",
            format!("has the word {word:?}, which must be in lower case"),
        ));
    }
    Ok(Source {
        source_id: new.source_id,
        version: 1,
        format: new.format,
        gate_id: new.gate_id,
        lane: new.lane,
        readings: new.readings,
        rank: new.rank,
        zone: new.zone,
        clock_offset_seconds: new.clock_offset_seconds,
        silent_after_seconds: new.silent_after_seconds,
        is_replay: new.is_replay,
        partner_id: new.partner_id,
        recorder_id: new.recorder_id,
        device_serial: new.device_serial,
        is_disabled: new.is_disabled,
        registered_at: None,
    })
}

/// A serial is looked for only in messages of formats that name their device.
fn check_serial(new: &NewSource) -> Result<(), Error> {
    let names_device = |format: &&Format| !format.device_names.is_empty();
    let format = bordergate_sources::format(&new.format).filter(names_device);
    if new.device_serial.is_none() || format.is_some() {
        return Ok(());
    }
    let formats = bordergate_sources::formats().iter().filter(names_device);
    let formats: Vec<&str> = formats.map(|format| format.name).collect();
    let (format, formats) = (&new.format, formats.join(", "));
    Err(field(
        "device_serial",
        format!(
            "is of no use: messages of {format} do not name their device; those of {formats} do"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn source(change: impl FnOnce(&mut NewSource)) -> NewSource {
        let text = r#"{"source_id": "cam-1", "format": "hikvision-anpr", "gate_id": "huu-nghi"}"#;
        let mut source = serde_json::from_str(text).expect("the three that have no default");
        change(&mut source);
        source
    }

    #[test]
    fn a_source_is_checked_before_it_is_stored() {
        assert!(checked_source(source(|_| {})).is_ok());
        type Change = (&'static str, fn(&mut NewSource));
        let changes: [Change; 5] = [
            ("format", |source| "morse".clone_into(&mut source.format)),
            ("zone", |source| {
                "Asia/Atlantis".clone_into(&mut source.zone)
            }),
            ("rank", |source| source.rank = 3),
            ("device_serial", |source| {
                "mettler-continuous".clone_into(&mut source.format);
                source.device_serial = DeviceSerial::parse("TPC-9").ok();
            }),
            ("readings", |source| {
                source.readings = BTreeMap::from([("Forward".to_owned(), Milestone::GateIn)])
            }),
        ];
        for (wrong, change) in changes {
            let error = checked_source(source(change)).expect_err(wrong);
            assert!(
                matches!(error, Error::Field { field, .. } if field == wrong),
                "{error}"
            );
        }
    }

    #[test]
    fn a_gate_lies_in_a_shard_of_the_log() {
        let text =
            r#"{"gate_id": "huu-nghi", "name_en": "Huu Nghi", "name_vi": "Hữu Nghị", "shard": 8}"#;
        let gate: NewGate = serde_json::from_str(text).expect("a gate");
        let log = |shards, router_shard| Log {
            shards,
            router_shard,
            ..Settings::default().log
        };
        assert!(checked_gate(&log(8, 8), gate.clone()).is_err());
        assert!(checked_gate(&log(9, 8), gate.clone()).is_err());
        assert!(checked_gate(&log(9, 9), gate).is_ok());
    }
}
