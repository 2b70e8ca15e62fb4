//! milestones.md: "A correction is a new observation that names what it corrects; the highest revision wins".

use bordergate_crossing::{Board, Rules, link};
use bordergate_model::Milestone::*;
use bordergate_model::{Observation, PlateNumber, SourceId, UnlinkedReason};
use jiff::SignedDuration;

use crate::common::{crossings, late_enough, seen};
use crate::{TRUCK, all, reported};

/// The reading as a correction of another event of its source.
fn correcting(mut reading: Observation, event_id: &str, revision: u32) -> Observation {
    reading.corrects = Some(event_id.to_owned());
    reading.revision = revision;
    reading
}

/// The reading as that of another source.
fn by(mut reading: Observation, source: &str) -> Observation {
    reading.source_id = SourceId::parse(source).expect("a name");
    reading
}

#[test]
fn a_correction_stands_before_what_other_sources_read() {
    let sensor = seen(0, Weighed, 9, TRUCK);
    let wrong = reported(by(seen(1, Weighed, 2, TRUCK), "yard"));
    let right = correcting(reported(by(seen(2, Weighed, 3, TRUCK), "yard")), "e1", 1);
    let found = crossings(&[sensor.clone(), wrong.clone()]);
    assert_eq!(found[0].at(Weighed), sensor.occurred.at, "by its rank");
    let found = crossings(&[sensor, wrong, right.clone()]);
    assert_eq!(found[0].at(Weighed), right.occurred.at, "by its revision");
}

#[test]
fn a_cameras_own_revisions_correct_no_other_source() {
    let mut camera = by(seen(0, GateIn, 5, TRUCK), "axis");
    camera.revision = 3_600_001;
    let earlier = seen(1, GateIn, 2, TRUCK);
    let found = crossings(&[camera, earlier.clone()]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].at(GateIn),
        earlier.occurred.at,
        "both are sensors, so the earliest stands"
    );
}

#[test]
fn the_best_frame_of_a_group_stands_whatever_the_order_of_arrival() {
    let frame = |offset, plate: Option<&str>, revision| {
        let mut frame = by(seen(offset, GateIn, 0, TRUCK), "dahua");
        frame.plate = plate.map(|plate| PlateNumber::parse(plate).expect("a plate"));
        frame.event_id = Some("group".to_owned());
        frame.revision = revision;
        frame
    };
    let frames = [
        frame(1, None, 1),
        frame(2, Some("29H55512"), 2),
        frame(3, Some(TRUCK), 3),
    ];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut board = Board::new(Rules::default());
        let log_time = frames[0].received_at;
        for place in order {
            board.add(frames[place].clone(), log_time);
        }
        board.advance(log_time + SignedDuration::from_hours(3));
        let left: Vec<_> = board.crossings().cloned().collect();
        assert_eq!(left.len(), 1, "one vehicle: {order:?}");
        assert_eq!(left[0].plate.as_deref(), Some(TRUCK), "{order:?}");
        let standing = left[0].readings.iter().filter(|reading| reading.stands);
        let revisions: Vec<u32> = standing.map(|one| one.observation.revision).collect();
        assert_eq!(
            (revisions, left[0].readings.len()),
            (vec![3], 2),
            "{order:?}"
        );
        let linked = link(&frames, late_enough(&frames), &Rules::default());
        assert_eq!(linked.crossings.len(), 1);
        assert_eq!(linked.unlinked.len(), 1, "the one that read nothing");
    }
}

#[test]
fn a_last_word_that_names_nothing_leaves_the_car_where_the_first_put_it() {
    let word = |offset, minute, plate: Option<&str>, revision| {
        let mut word = by(seen(offset, GateIn, minute, TRUCK), "axis");
        word.plate = plate.map(|plate| PlateNumber::parse(plate).expect("a plate"));
        word.lane = Some("3".into());
        word.event_id = Some("car".to_owned());
        word.revision = revision;
        word
    };
    let (new, lost) = (word(0, 0, Some(TRUCK), 0), word(1, 1, None, 3_600_001));
    let found = crossings(&[lost.clone(), new.clone(), seen(2, CrossedOut, 60, TRUCK)]);
    assert_eq!(all(&found), [["GATE_IN", "GATE_IN", "CROSSED_OUT"]]);
    assert_eq!(
        found[0].at(GateIn),
        new.occurred.at,
        "the one that names it"
    );
    for order in [[&new, &lost], [&lost, &new]] {
        let mut board = Board::new(Rules::default());
        for reading in order {
            board.add(reading.clone(), new.received_at);
        }
        board.advance(new.received_at + SignedDuration::from_hours(3));
        let left: Vec<_> = board.crossings().cloned().collect();
        assert_eq!(all(&left), [["GATE_IN", "GATE_IN"]]);
    }
    // A correction speaks whatever it names.
    let withdrawn = correcting(word(2, 1, None, 3_600_002), "car", 3_600_002);
    let linked = link(
        &[new, withdrawn.clone()],
        late_enough(&[withdrawn]),
        &Rules::default(),
    );
    assert!(linked.crossings.is_empty());
}

#[test]
fn a_correction_may_itself_be_corrected_and_all_stay_listed() {
    let first = seen(0, GateIn, 0, TRUCK);
    let second = correcting(seen(1, GateIn, 30, TRUCK), "e0", 1);
    for revision in [1, 2] {
        let third = correcting(seen(2, GateIn, 10, TRUCK), "e1", revision);
        let found = crossings(&[third.clone(), first.clone(), second.clone()]);
        assert_eq!((found.len(), found[0].readings.len()), (1, 3));
        assert_eq!(
            found[0].at(GateIn),
            third.occurred.at,
            "revision {revision}"
        );
    }
}

#[test]
fn a_corrected_plate_moves_the_reading() {
    let misread = seen(1, Weighed, 20, "29H55512");
    let right = correcting(seen(2, Weighed, 20, TRUCK), "e1", 1);
    let found = crossings(&[seen(0, GateIn, 0, TRUCK), misread, right]);
    assert_eq!(all(&found), [["GATE_IN", "WEIGHED", "WEIGHED"]]);
    assert_eq!(found[0].plate.as_deref(), Some(TRUCK));
}

#[test]
fn a_correction_never_starts_a_crossing_of_its_own() {
    let other_sensor = by(seen(0, GateIn, 1, TRUCK), "barrier");
    let wrong = seen(1, GateIn, 0, TRUCK);
    let right = correcting(seen(2, GateIn, 30, TRUCK), "e1", 1);
    assert_eq!(
        crossings(&[other_sensor.clone(), wrong, right.clone()]).len(),
        1
    );
    assert_eq!(
        crossings(&[other_sensor, right]).len(),
        1,
        "also when what it corrects was never received"
    );
}

#[test]
fn a_corrected_reading_of_the_next_trip_still_starts_it() {
    let wrong = seen(1, GateIn, 1_000, TRUCK);
    let right = correcting(seen(2, GateIn, 1_005, TRUCK), "e1", 1);
    let found = crossings(&[seen(0, GateIn, 0, TRUCK), wrong, right]);
    assert_eq!(all(&found), [vec!["GATE_IN"], vec!["GATE_IN", "GATE_IN"]]);
}

/// A reading that takes another back: it tells no milestone.
fn retracting(mut reading: Observation, event_id: &str) -> Observation {
    reading.milestone = None;
    correcting(reading, event_id, 1)
}

#[test]
fn a_retraction_takes_the_milestone_away() {
    let readings = [
        seen(0, GateIn, 0, TRUCK),
        seen(1, Weighed, 20, TRUCK),
        retracting(seen(2, Weighed, 20, TRUCK), "e1"),
    ];
    let linked = link(&readings, late_enough(&readings), &Rules::default());
    assert_eq!(all(&linked.crossings), [["GATE_IN"]]);
    let mut unlinked: Vec<_> = linked
        .unlinked
        .iter()
        .map(|(reading, reason)| (reading.offset, *reason))
        .collect();
    unlinked.sort_by_key(|(offset, _)| *offset);
    assert_eq!(
        unlinked,
        [
            (1, UnlinkedReason::NoMeaning),
            (2, UnlinkedReason::NoMeaning)
        ]
    );
}

#[test]
fn the_board_takes_a_milestone_away_whichever_comes_first() {
    let gate = seen(0, GateIn, 0, TRUCK);
    let weighed = seen(1, Weighed, 20, TRUCK);
    let retraction = retracting(seen(2, Weighed, 20, TRUCK), "e1");
    for readings in [
        [&gate, &weighed, &retraction],
        [&retraction, &gate, &weighed],
        [&weighed, &retraction, &gate],
    ] {
        let mut board = Board::new(Rules::default());
        for reading in readings {
            board.add(reading.clone(), weighed.received_at);
        }
        board.advance(weighed.received_at + SignedDuration::from_hours(3));
        let left: Vec<_> = board.crossings().cloned().collect();
        assert_eq!(all(&left), [["GATE_IN"]]);
        assert_eq!(board.unlinked().count(), 2);
    }
}

#[test]
fn a_reading_without_meaning_that_corrects_nothing_is_kept_apart() {
    let mut nothing = seen(0, Weighed, 0, TRUCK);
    nothing.milestone = None;
    let linked = link(
        &[nothing.clone()],
        late_enough(&[nothing]),
        &Rules::default(),
    );
    assert!(linked.crossings.is_empty());
    assert_eq!(linked.unlinked[0].1, UnlinkedReason::NoMeaning);
}

#[test]
fn a_plate_of_a_superseded_reading_is_no_key() {
    let misread = seen(0, GateIn, 0, "29H55512");
    let mut right = correcting(seen(1, GateIn, 0, TRUCK), "e0", 1);
    right.plate = PlateNumber::parse(TRUCK).ok();
    let found = crossings(&[misread, right, seen(2, Weighed, 20, "29H55512")]);
    assert_eq!(all(&found), [vec!["GATE_IN", "GATE_IN"], vec!["WEIGHED"]]);
}
