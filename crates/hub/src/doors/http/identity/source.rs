//! Whose record a device sends: path, header, credentials, serial, in this order (see [`super`]).

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName};
use bordergate_model::{DeviceSerial, Source, SourceId};
use bordergate_store::Role;

use crate::access::Caller;
use crate::doors::refusal::Refusal;
use crate::registrations::Snapshot;

/// The header that names the source.
const SOURCE: HeaderName = HeaderName::from_static("bordergate-source");

/// Returns the source that path, header or credentials name; `None` when the message itself must tell.
///
/// # Errors
/// `source.conflict` when path and header differ; `source.unknown` for what is no name.
pub fn named(
    in_path: Option<&str>,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<Option<SourceId>, Refusal> {
    let in_header = headers.get(SOURCE);
    let in_header = in_header.map(|value| value.to_str().unwrap_or(""));
    if let (Some(one), Some(other)) = (in_path, in_header)
        && one != other
    {
        return Err(Refusal::Ambiguous {
            reason: format!("the path names source {one:?}, the header {other:?}"),
        });
    }
    let of_credentials = match caller {
        Caller::Holder(grant) if grant.role == Role::Source => Some(grant.subject.as_str()),
        _ => None,
    };
    let named = in_path.or(in_header).or(of_credentials);
    let parsed = named.map(|named| {
        SourceId::parse(named).map_err(|_| Refusal::UnknownSource {
            source_id: named.to_owned(),
        })
    });
    parsed.transpose()
}

/// Returns the source whose registered serial a message has for its device, where its format says it. A source that is
/// disabled is found only when no other has that serial.
///
/// # Errors
/// `source.unknown` when no registered serial is in the message, `source.conflict` when those of several sources are.
pub fn of_serial(registrations: &Snapshot, body: &[u8]) -> Result<SourceId, Refusal> {
    let mut known: BTreeMap<&str, BTreeMap<&DeviceSerial, &Source>> = BTreeMap::new();
    for source in registrations.sources() {
        let Some(serial) = &source.device_serial else {
            continue;
        };
        let of_format = known.entry(source.format.as_str()).or_default();
        let held = of_format.entry(serial).or_insert(source);
        if held.is_disabled {
            *held = source;
        }
    }
    let mut found: Vec<&SourceId> = Vec::new();
    let mut read: Vec<DeviceSerial> = Vec::new();
    for (format, sources) in &known {
        let format = bordergate_sources::format(format);
        for serial in format.map_or_else(Vec::new, |format| format.serials(body)) {
            match sources.get(&serial).map(|source| &source.source_id) {
                Some(source_id) if !found.contains(&source_id) => found.push(source_id),
                Some(_) => {}
                None if !read.contains(&serial) => read.push(serial),
                None => {}
            }
        }
    }
    match found.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(Refusal::NoSource {
            reason: unnamed(&read),
        }),
        [one, other, ..] => Err(Refusal::Ambiguous {
            reason: format!("the message names the devices of sources {one} and {other}"),
        }),
    }
}

/// Says what to do about a message that tells no source.
fn unnamed(read: &[DeviceSerial]) -> String {
    let ways = "post to /v1/devices/{source_id}, or send the header Bordergate-Source";
    match read {
        [] => format!(
            "nothing names the source, and the message has no device serial that is registered: {ways}"
        ),
        read => {
            let read: Vec<&str> = read.iter().map(DeviceSerial::as_str).collect();
            let read = read.join(", ");
            format!(
                "no source is registered with device serial {read}: register it (--device-serial), {ways}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use bordergate_model::GateId;
    use bordergate_store::TokenGrant;

    use super::*;

    #[test]
    fn path_then_header_then_credentials_name_the_source() {
        let mut headers = HeaderMap::new();
        headers.insert(SOURCE, HeaderValue::from_static("by-header"));
        let holder = |role| {
            Caller::Holder(TokenGrant {
                role,
                subject: "by-token".to_owned(),
            })
        };
        let (none, device) = (HeaderMap::new(), holder(Role::Source));
        for (path, headers, caller, expected) in [
            (Some("by-path"), &none, &device, Ok(Some("by-path"))),
            (Some("by-header"), &headers, &device, Ok(Some("by-header"))),
            (None, &headers, &device, Ok(Some("by-header"))),
            (None, &none, &device, Ok(Some("by-token"))),
            (None, &none, &holder(Role::Partner), Ok(None)),
            (None, &none, &holder(Role::Recorder), Ok(None)),
            (None, &none, &Caller::Loopback, Ok(None)),
            (Some("by-path"), &headers, &device, Err("source.conflict")),
            (Some("no id!"), &none, &device, Err("source.unknown")),
        ] {
            let found = named(path, headers, caller);
            let found = found.as_ref().map(|id| id.as_ref().map(SourceId::as_str));
            let found = found.map_err(Refusal::code);
            assert_eq!(found, expected, "{path:?} {caller:?}");
        }
    }

    #[test]
    fn a_serial_finds_the_source_of_its_format() {
        let registered = |name: &str, format: &str, serial: &str, is_disabled| Source {
            device_serial: DeviceSerial::parse(serial).ok(),
            is_disabled,
            ..Source::new(
                SourceId::parse(name).expect("a plain name"),
                format,
                GateId::parse("huu-nghi").ok(),
            )
        };
        let sources = vec![
            registered("a-old", "hikvision-anpr", "a4:14:37:e5:c2:b0", true),
            registered("b-new", "hikvision-anpr", "a4:14:37:e5:c2:b0", false),
            registered("c-off", "hikvision-anpr", "a4:14:37:e5:c2:b1", true),
            registered("d-dahua", "dahua-traffic", "TPC-9", false),
            registered("e-none", "dahua-traffic", "", false),
        ];
        let view = Snapshot::new(Vec::new(), sources);
        for (body, expected) in [
            ("<macAddress>A4-14-37-E5-C2-B0</macAddress>", Ok("b-new")),
            ("<macAddress>a41437e5c2b1</macAddress>", Ok("c-off")),
            ("Events[0].MachineName=tpc-9\r\n", Ok("d-dahua")),
            (
                "<macAddress>a4:14:37:e5:c2:b9</macAddress>",
                Err("source.unknown"),
            ),
            // The serial of a Dahua camera where a Hikvision camera has its own.
            ("<deviceID>TPC-9</deviceID>", Err("source.unknown")),
            ("", Err("source.unknown")),
            ("\u{0}\u{1}<macAddress>", Err("source.unknown")),
            (
                "<macAddress>a4:14:37:e5:c2:b0</macAddress><deviceID>a4:14:37:e5:c2:b1</deviceID>",
                Err("source.conflict"),
            ),
        ] {
            let found = of_serial(&view, body.as_bytes());
            let found = found.as_ref().map(SourceId::as_str).map_err(Refusal::code);
            assert_eq!(found, expected, "{body}");
        }
    }
}
