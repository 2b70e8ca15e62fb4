//! A crossing as GS1 EPCIS 2.0 in JSON-LD: one object event for each milestone that has a dated reading.
//!
//! Objects are the crossing itself and its containers; plates, seals and declarations are
//! left out, since whoever gets the document may not see them. The business step is the standard's where it has one
//! that fits (Core Business Vocabulary 2.0), else `other`; the milestone's own code stands beside it. Written after the
//! EPCIS 2.0 standard and its JSON-LD binding: what an event must have, bare words for standard vocabulary, URIs for ids.

use bordergate_model::{Crossing, KeyKind, Milestone, Standing, State};
use serde_json::{Value, json};
use uuid::Uuid;

/// Namespace under which event ids are derived.
const EVENTS: Uuid = Uuid::from_u128(0x5e0a_7c42_91d3_5b18_8f6e_2d94_c07b_3a61);
/// Offset of Viet Nam, in whose local time people read the events.
const ZONE_OFFSET: &str = "+07:00";

/// Returns a crossing as a document, events in the order of time; `None` when no milestone is dated or the crossing was
/// merged into another.
///
/// `base` is the hub's public address with a slash at its end, such as `https://hub.example/`: crossings and gates get
/// ids under it. A clock that cannot be believed dates no event. The document says it was made when the crossing's
/// latest reading was received, so that equal crossings give equal documents; an event whose time changed has a new id.
#[must_use]
pub fn write(crossing: &Crossing, base: &str) -> Option<String> {
    let mut dated: Vec<(&Milestone, &Standing)> = crossing
        .milestones
        .iter()
        .filter(|(_, standing)| !standing.is_suspect)
        .collect();
    if crossing.state == State::Merged || dated.is_empty() {
        return None;
    }
    dated.sort_by_key(|(_, standing)| standing.at);
    let objects = objects(crossing, base);
    let events: Vec<Value> = dated
        .into_iter()
        .map(|(milestone, standing)| event(crossing, *milestone, standing, &objects, base))
        .collect();
    let document = json!({
        "@context": [
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            { "bordergate": format!("{base}terms/") },
        ],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": crossing.last_read_log_time.to_string(),
        "epcisBody": { "eventList": events },
    });
    Some(document.to_string())
}

fn event(
    crossing: &Crossing,
    milestone: Milestone,
    standing: &Standing,
    objects: &[String],
    base: &str,
) -> Value {
    let (id, code) = (crossing.crossing_id, milestone.code());
    let name = format!("{id}\n{code}\n{}", standing.at);
    let gate = format!("{base}gates/{}", crossing.gate_id);
    json!({
        "type": "ObjectEvent",
        "eventID": Uuid::new_v5(&EVENTS, name.as_bytes()).urn().to_string(),
        "eventTime": standing.at.to_string(),
        "eventTimeZoneOffset": ZONE_OFFSET,
        "epcList": objects,
        "action": "OBSERVE",
        "bizStep": step(milestone),
        "readPoint": { "id": gate },
        "bizLocation": { "id": gate },
        "bordergate:milestone": code,
    })
}

fn objects(crossing: &Crossing, base: &str) -> Vec<String> {
    let containers = crossing
        .keys
        .iter()
        .filter(|key| key.kind == KeyKind::Container)
        .map(|key| format!("{}{}", super::identity::CONTAINER, key.value));
    std::iter::once(format!("{base}crossings/{}", crossing.crossing_id))
        .chain(containers)
        .collect()
}

/// Returns the standard business step of a milestone.
fn step(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::EnRoute | Milestone::AgvDispatched => "transporting",
        Milestone::GateIn | Milestone::AgvArrived => "arriving",
        Milestone::YardIn => "storing",
        Milestone::YardOut | Milestone::GateOut | Milestone::TurnedBack => "departing",
        Milestone::Weighed => "sensor_reporting",
        Milestone::HealthChecked
        | Milestone::QuarantineStart
        | Milestone::QuarantineEnd
        | Milestone::InspectionStart
        | Milestone::InspectionEnd
        | Milestone::BorderControlled => "inspecting",
        Milestone::CrossedOut | Milestone::CrossedIn => "entering_exiting",
        Milestone::Delivered => "receiving",
        Milestone::Predeclared
        | Milestone::CalledForward
        | Milestone::ManifestFiled
        | Milestone::DeclRegistered
        | Milestone::Channelled
        | Milestone::FeePaid
        | Milestone::Released
        | Milestone::Cleared
        | Milestone::SupervisionPassed
        | Milestone::Transshipped
        | Milestone::TractorSwapped
        | Milestone::DriverSwapped
        | Milestone::Returned => "other",
    }
}
