//! A crossing written as EPCIS has what the standard asks of every document, and is read back as what it was.

mod common;

use bordergate_model::crossing::{Crossing, Standing, State};
use bordergate_model::{
    Channel, CrossingId, Direction, GateId, KeyKind, MatchKey, Milestone, ObservationRef, RecordId,
};
use bordergate_sources::{Read, epcis, read};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

const BASE: &str = "https://hub.example/";

fn at(minute: i64) -> Timestamp {
    let noon: Timestamp = "2026-11-16T05:00:00Z".parse().expect("RFC 3339");
    noon + SignedDuration::from_mins(minute)
}

fn standing(minute: i64) -> Standing {
    Standing {
        at: at(minute),
        reading: ObservationRef {
            record_id: RecordId(Uuid::from_u128(1)),
            offset: minute,
            index: 0,
        },
        is_suspect: false,
    }
}

/// Returns a crossing with every milestone, a minute apart, the last first, and with keys of each kind.
fn crossing() -> Crossing {
    let milestones = Milestone::ALL.iter().rev().copied();
    let key = |(kind, value): (KeyKind, &str)| MatchKey {
        kind,
        value: value.to_owned(),
    };
    Crossing {
        crossing_id: CrossingId(Uuid::from_u128(7)),
        gate_id: GateId::parse("huu-nghi").expect("a plain name"),
        revision: 3,
        direction: Direction::Export,
        channel: Channel::Green,
        cargo: None,
        is_loaded: None,
        state: State::Open,
        entry_unknown: false,
        merged_into: None,
        first_at: at(0),
        last_at: at(59),
        last_read_log_time: at(60),
        ended_at: None,
        plate: Some("12C12345".to_owned()),
        keys: [
            (KeyKind::Declaration, "30651234567"),
            (KeyKind::Container, "CSQU3054383"),
            (KeyKind::Container, "TGHU7599330"),
            (KeyKind::Plate, "12C12345"),
        ]
        .map(key)
        .to_vec(),
        milestones: milestones.zip((0..).map(standing)).collect(),
        readings: Vec::new(),
    }
}

fn write(crossing: &Crossing) -> Option<String> {
    epcis::write(crossing, BASE)
}

/// Asserts what EPCIS 2.0 asks of every document and object event.
fn assert_standard(document: &Value) {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let is_uri = |text: &str| {
        text.split_once(':')
            .is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty())
    };
    assert_eq!(text(document, "type"), "EPCISDocument");
    assert_eq!(text(document, "schemaVersion"), "2.0");
    text(document, "creationDate")
        .parse::<Timestamp>()
        .expect("a moment");
    let contexts = document["@context"].as_array().expect("a list");
    assert_eq!(
        contexts[0],
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    );
    let prefixes = contexts[1].as_object().expect("prefixes");
    for event in document["epcisBody"]["eventList"]
        .as_array()
        .expect("events")
    {
        assert_eq!(text(event, "type"), "ObjectEvent");
        assert!(["OBSERVE", "ADD", "DELETE"].contains(&text(event, "action").as_str()));
        text(event, "eventTime")
            .parse::<Timestamp>()
            .expect("a moment");
        let offset = text(event, "eventTimeZoneOffset");
        assert!(
            offset.len() == 6 && offset.starts_with(['+', '-']),
            "{offset}"
        );
        let epcs = event["epcList"].as_array().expect("a list");
        assert!(!epcs.is_empty() && epcs.iter().all(|epc| epc.as_str().is_some_and(is_uri)));
        for uri in [
            &event["eventID"],
            &event["readPoint"]["id"],
            &event["bizLocation"]["id"],
        ] {
            assert!(uri.as_str().is_some_and(is_uri), "{uri}");
        }
        // Words of the Core Business Vocabulary are bare; what the standard does not know has a declared prefix.
        assert!(
            text(event, "bizStep")
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        );
        for name in event.as_object().expect("an object").keys() {
            if let Some((prefix, _)) = name.split_once(':') {
                assert!(prefixes.contains_key(prefix), "{name}");
            }
        }
    }
}

#[test]
fn what_is_written_has_what_the_standard_asks_for() {
    let document = write(&crossing()).expect("dated milestones");
    assert_standard(&serde_json::from_str(&document).expect("JSON"));
}

#[test]
fn what_is_written_is_read_back() {
    let document = write(&crossing()).expect("dated milestones");
    let mut source = common::source("epcis");
    source.readings = [
        ("arriving", Milestone::GateIn),
        ("entering_exiting", Milestone::CrossedOut),
    ]
    .map(|(word, milestone)| (word.to_owned(), milestone))
    .into();
    let mut logged = common::logged("epcis", "application/ld+json", document.into_bytes());
    logged.record.received_at = at(60);
    let Ok(Read::Observations(read)) = read(&logged, &source) else {
        panic!("a document of our own is read");
    };
    let written: Vec<Timestamp> = (0..Milestone::ALL.len() as i64).map(at).collect();
    let times: Vec<Timestamp> = read.iter().filter_map(|one| one.occurred.at).collect();
    assert_eq!(times, written, "a moment each, in the order of time");
    for one in &read {
        let containers: Vec<&str> = one
            .containers
            .iter()
            .map(|number| number.as_str())
            .collect();
        assert_eq!(containers, ["CSQU3054383", "TGHU7599330"]);
        assert!(!one.is_suspect);
    }
    let mut ids: Vec<&str> = read
        .iter()
        .filter_map(|one| one.event_id.as_deref())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), Milestone::ALL.len(), "an id each");
    let meant = |milestone| {
        read.iter()
            .filter(|one| one.milestone == Some(milestone))
            .count()
    };
    assert_eq!(
        (meant(Milestone::GateIn), meant(Milestone::CrossedOut)),
        (2, 2)
    );
}

#[test]
fn nothing_personal_is_written() {
    let document = write(&crossing()).expect("dated milestones");
    for hidden in ["12C12345", "30651234567"] {
        assert!(!document.contains(hidden), "{hidden}");
    }
}

#[test]
fn an_event_keeps_its_id_until_its_time_changes() {
    let ids = |crossing| -> Vec<Value> {
        let document: Value =
            serde_json::from_str(&write(&crossing).expect("dated")).expect("JSON");
        let events = document["epcisBody"]["eventList"]
            .as_array()
            .expect("events");
        events
            .iter()
            .map(|event| event["eventID"].clone())
            .collect()
    };
    let (before, mut later) = (crossing(), crossing());
    later.revision += 1;
    later.last_read_log_time = at(90);
    assert_eq!(ids(before.clone()), ids(later.clone()));
    later.milestones.insert(Milestone::GateOut, standing(80));
    let changed = ids(later);
    assert_eq!(
        ids(before)
            .iter()
            .filter(|id| !changed.contains(id))
            .count(),
        1
    );
}

#[test]
fn without_a_clock_that_can_be_believed_there_is_no_document() {
    let mut suspect = crossing();
    for standing in suspect.milestones.values_mut() {
        standing.is_suspect = true;
    }
    let mut tombstone = crossing();
    tombstone.state = State::Merged;
    for crossing in [suspect, tombstone] {
        assert_eq!(write(&crossing), None);
    }
}
