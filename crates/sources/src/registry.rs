//! The registry of formats: one line per format, and nothing else knows them all.

use bordergate_model::{DeviceSerial, Observation};
use bytes::Bytes;

use crate::formats::{
    axis_lpv, cloudevents_json, dahua_traffic, edifact_codeco, epcis, gdc_container_list,
    genetec_autovu, gvms_arrival, hikvision_anpr, impinj_r700, jt701_p45, mettler_continuous,
    platerecognizer_container, platerecognizer_stream, rekor_scout, survision, vnaccs,
    wco_response, weighbridge_json,
};
use crate::{Context, Error, Read, device};

type Reader = fn(&Context<'_>) -> Result<Read, Error>;
type Join = fn(&[Bytes]) -> Vec<u8>;

/// One format: how it is called, what a door must know of it, and its reader.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Name in registrations and in the log, such as `hikvision-anpr`.
    pub name: &'static str,
    /// Content types a door accepts, in lower case without parameters; `None`: any.
    pub content_types: Option<&'static [&'static str]>,
    /// Masks what must not be stored, in place and without changing the length; doors run it before they append.
    pub redact: Option<fn(&mut [u8])>,
    /// Whether its messages may bring pictures as parts of a multipart body, and are read by their parts alone: a door
    /// may take the pictures out, see [`crate::pictures`].
    pub has_pictures: bool,
    /// Under which names a message tells its device, the surest first; empty where it does not. See [`Self::serials`].
    pub device_names: &'static [&'static str],
    /// What it is, in one sentence.
    pub description: &'static str,
    /// Puts split messages together, where the format has such; see [`crate::join`].
    pub(crate) join: Option<Join>,
    /// Details of its observations that hold an office, gate or place code; see [`places`].
    places: &'static [&'static str],
    reader: Reader,
}

impl Format {
    const fn new(name: &'static str, reader: Reader, description: &'static str) -> Self {
        Self {
            name,
            content_types: None,
            redact: None,
            has_pictures: false,
            device_names: &[],
            join: None,
            places: &[],
            description,
            reader,
        }
    }

    const fn redacted(self, redact: fn(&mut [u8])) -> Self {
        Self {
            redact: Some(redact),
            ..self
        }
    }

    const fn pictured(self) -> Self {
        Self {
            has_pictures: true,
            ..self
        }
    }

    const fn joined(self, join: Join) -> Self {
        Self {
            join: Some(join),
            ..self
        }
    }

    const fn placed(self, places: &'static [&'static str]) -> Self {
        Self { places, ..self }
    }

    const fn named_by(self, device_names: &'static [&'static str]) -> Self {
        Self {
            device_names,
            ..self
        }
    }

    /// Returns what a message of this format calls its device, the surest name first; empty when it does not say, or
    /// not where this format says it. The message need not be readable.
    #[must_use]
    pub fn serials(&self, body: &[u8]) -> Vec<DeviceSerial> {
        device::serials(body, self.device_names)
    }

    pub(crate) fn read(&self, context: &Context<'_>) -> Result<Read, Error> {
        (self.reader)(context)
    }
}

#[rustfmt::skip]
static FORMATS: &[Format] = &[
    Format::new("hikvision-anpr", hikvision_anpr::read, "Plate readings of Hikvision cameras: ISAPI alerts, XML, bare or multipart.").pictured().named_by(&["macAddress", "deviceID"]),
    Format::new("dahua-traffic", dahua_traffic::read, "Plate readings of Dahua, KBVision and CP Plus cameras: text stream, event JSON, TollgateInfo.").pictured().named_by(&["MachineName", "SN", "MACAddress", "DeviceID"]),
    Format::new("vnaccs", vnaccs::read, "Output messages of Viet Nam customs (VNACCS): registration, channel, clearance, vehicle passage.").redacted(vnaccs::redact).joined(vnaccs::join).placed(&["border_gate", "gate_code"]),
    Format::new("axis-lpv", axis_lpv::read, "Plate readings of Axis License Plate Verifier: JSON pushes.").pictured().named_by(&["SerialNumber"]),
    Format::new("platerecognizer-stream", platerecognizer_stream::read, "Plate readings of Plate Recognizer Stream: webhooks, JSON or a form with an image.").pictured().named_by(&["camera_id"]),
    Format::new("platerecognizer-container", platerecognizer_container::read, "Container numbers of Plate Recognizer's container reader: JSON.").pictured(),
    Format::new("rekor-scout", rekor_scout::read, "Plate readings of Rekor Scout (OpenALPR): the agent's JSON groups.").pictured().named_by(&["agent_uid"]),
    Format::new("survision", survision::read, "Plate readings of Survision cameras: JSON.").pictured(),
    Format::new("genetec-autovu", genetec_autovu::read, "Plate readings of Genetec AutoVu: JSON.").pictured().named_by(&["SharpName"]),
    Format::new("impinj-r700", impinj_r700::read, "Tag reads of Impinj R700 RFID readers: JSON, joined by tag and antenna.").named_by(&["hostname"]),
    Format::new("weighbridge-json", weighbridge_json::read, "Weighbridge tickets in the hub's own JSON."),
    Format::new("cloudevents-json", cloudevents_json::read, "Milestone reports and barrier openings as CloudEvents 1.0, structured or binary."),
    Format::new("mettler-continuous", mettler_continuous::read, "One weighing of a Mettler Toledo scale: its continuous output, frames as they came."),
    Format::new("jt701-p45", jt701_p45::read, "Events of Jointech JT701 electronic seals: text messages."),
    Format::new("wco-response", wco_response::read, "Responses of customs systems after the WCO Data Model 3.6."),
    Format::new("edifact-codeco", edifact_codeco::read, "Gate reports of container yards: UN/EDIFACT CODECO D.95B.").placed(&["place"]),
    Format::new("epcis", epcis::read, "Events of GS1 EPCIS 2.0: JSON-LD."),
    Format::new("gdc-container-list", gdc_container_list::read, "Answers of the customs container list service: SOAP.").placed(&["MaDDGS"]),
    Format::new("gvms-arrival", gvms_arrival::read, "Goods movements that arrived at a land border: JSON."),
];

/// Returns every format, in the order of the registry.
#[must_use]
pub fn formats() -> &'static [Format] {
    FORMATS
}

/// Returns the format of a name; `None` when there is none.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Returns the office, gate and place codes that an observation of a format tells, as they were read; none where the
/// format has no field for one. Which gate a code belongs to, the registration of the gates says.
pub fn places<'o>(
    format_name: &str,
    observation: &'o Observation,
) -> impl Iterator<Item = &'o str> + use<'o> {
    let names = format(format_name).map_or(&[][..], |format| format.places);
    names
        .iter()
        .filter_map(|name| observation.details.get(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_device_whatever_carries_it() {
        for (sample, expected) in [
            ("hikvision-anpr/clock_corrected.xml", "02005E000017"),
            ("hikvision-anpr/heartbeat.xml", "02005E000017"),
            ("hikvision-anpr/form_data.multipart", "02005E000017"),
            ("hikvision-anpr/wrong_boundary.multipart", "02005E000017"),
            ("dahua-traffic/lines_real_utc.txt", "LANECAM01"),
            ("dahua-traffic/code_data.multipart", "LANECAM01"),
            ("dahua-traffic/tollgate.json", "LANECAM01"),
            ("dahua-traffic/keep_alive.json", "LANECAM01"),
            ("axis-lpv/clock_corrected.json", "LANECAMA1"),
            ("platerecognizer-stream/direction_empty.json", "LANEIN1"),
            ("rekor-scout/group.json", "AGENT01"),
            ("genetec-autovu/attributes_absent.json", "LANE1"),
            ("impinj-r700/line_broken.txt", "IMPINJLINE1"),
        ] {
            let path = format!("{}/samples/{sample}", env!("CARGO_MANIFEST_DIR"));
            let body = std::fs::read(path).expect("a sample of the repository");
            let (name, _) = sample.split_once('/').expect("a folder");
            let format = format(name).expect("it is registered");
            let serials = format.serials(&body);
            let first = serials.first().map(DeviceSerial::as_str);
            assert_eq!(first, Some(expected), "{sample}");
        }
    }

    #[test]
    fn names_are_distinct_and_found() {
        for (index, one) in FORMATS.iter().enumerate() {
            assert_eq!(
                format(one.name).map(|found| found.description),
                Some(one.description)
            );
            assert!(
                FORMATS[..index].iter().all(|other| other.name != one.name),
                "{}",
                one.name
            );
        }
        assert!(format("tick").is_none(), "the process handles ticks itself");
    }
}
