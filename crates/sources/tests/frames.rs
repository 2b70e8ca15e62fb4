//! Several frames of one vehicle are one event, of which the best speaks.

mod common;

use bordergate_model::Observation;
use bordergate_sources::{Read, read};

fn reading(name: &str) -> Observation {
    let sample = common::sample("dahua-traffic", name);
    match read(&sample.logged, &sample.source) {
        Ok(Read::Observations(mut observations)) if observations.len() == 1 => {
            observations.remove(0)
        }
        other => panic!("{name}: not one observation: {other:?}"),
    }
}

/// Reads a sample whose bytes were changed as text.
fn changed(name: &str, from: &str, to: &str) -> Observation {
    let mut sample = common::sample("dahua-traffic", name);
    let body = String::from_utf8(sample.logged.record.body.to_vec()).expect("JSON is text");
    assert!(body.contains(from), "{name} says {from}");
    sample.logged.record.body = body.replace(from, to).into();
    match read(&sample.logged, &sample.source) {
        Ok(Read::Observations(mut observations)) => observations.remove(0),
        other => panic!("{name}: no observation: {other:?}"),
    }
}

#[test]
fn frames_of_one_group_are_revisions_of_one_event_and_the_best_is_the_highest() {
    let [misread, best, none] = [
        "frame_1_misread.json",
        "frame_2_best.json",
        "frame_3_no_plate.json",
    ]
    .map(reading);
    assert!(misread.event_id.is_some());
    assert_eq!(misread.event_id, best.event_id);
    assert_eq!(misread.event_id, none.event_id);
    assert!(none.revision < misread.revision && misread.revision < best.revision);
    assert!(
        i32::try_from(best.revision).is_ok(),
        "any reader can hold it"
    );
}

#[test]
fn what_makes_a_frame_better_is_plate_then_confidence_then_place() {
    let best = reading("frame_2_best.json");
    let confidence = |to| changed("frame_2_best.json", "\"Confidence\": 220", to);
    assert!(confidence("\"Confidence\": 90").revision < best.revision);
    assert!(confidence("\"Confidence\": 1000").revision > best.revision);
    let later = changed(
        "frame_2_best.json",
        "\"IndexInGroup\": 2",
        "\"IndexInGroup\": 3",
    );
    assert!(later.revision > best.revision);
    let other_shape = changed("frame_2_best.json", "12C12345", "X12345678");
    assert!(other_shape.revision < best.revision);
    let unknown_way = changed("frame_2_best.json", "\"Approach\"", "\"Sideways\"");
    assert!(unknown_way.milestone.is_none() && unknown_way.revision < best.revision);
}

#[test]
fn a_frame_sent_again_is_the_same_reading_under_the_same_name() {
    let (first, again) = (
        reading("frame_2_best.json"),
        changed(
            "frame_2_best.json",
            "\"session\": \"0f0f\"",
            "\"session\": \"1f1f\"",
        ),
    );
    assert_eq!(first.event_id, again.event_id);
    assert_eq!(first.revision, again.revision);
    assert!(first.says_the_same(&again));
    let next = changed(
        "frame_2_best.json",
        "\"EventSeq\": 517",
        "\"EventSeq\": 519",
    );
    assert_eq!(first.event_id, next.event_id);
    assert_ne!(first.revision, next.revision, "another frame, as good");
}

#[test]
fn a_group_number_used_again_after_a_restart_is_another_event() {
    let (before, after) = (
        reading("frame_2_best.json"),
        reading("frame_after_restart.json"),
    );
    assert_ne!(before.event_id, after.event_id);
}

#[test]
fn a_single_picture_is_an_event_of_its_own() {
    let single = |plate| {
        let single = changed("notify.json", "12C12345", plate);
        assert_eq!(single.revision, 0);
        single.event_id
    };
    assert_ne!(single("12C12346"), single("12C12347"));
}

#[test]
fn frames_in_one_message_are_one_reading_with_the_other_text_as_a_candidate() {
    let both = reading("frames_in_one_message.json");
    let best = reading("frame_2_best.json");
    assert!(both.says_the_same(&best));
    assert_eq!((both.index, both.revision), (0, best.revision));
    let texts: Vec<&str> = both
        .candidates
        .iter()
        .map(|candidate| candidate.plate.as_read())
        .collect();
    assert_eq!(texts, ["12C1Z345"]);
}

#[test]
fn what_a_device_weighed_is_kept_in_its_order_and_printed_masked() {
    let sample = common::sample("rekor-scout", "group.json");
    let Ok(Read::Observations(observations)) = read(&sample.logged, &sample.source) else {
        panic!("a group is an observation");
    };
    let candidates = &observations[0].candidates;
    let told: Vec<_> = candidates
        .iter()
        .map(|one| (one.plate.as_read(), one.confidence_percent))
        .collect();
    assert_eq!(told, [("12C12345", Some(92.07)), ("12C12346", Some(78.2))]);
    assert!(!format!("{candidates:?}").contains("12C12346"));
    assert!(
        observations[0]
            .match_keys()
            .iter()
            .all(|key| key.value != "12C12346"),
        "a candidate links nothing"
    );
}
