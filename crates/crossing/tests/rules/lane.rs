//! formats.md, Weighbridge: "the reading joins the vehicle seen in that lane"; issue 4: "within a configured window;
//! ambiguous ones stay unlinked and visible".

use bordergate_crossing::{Linked, Rules, link};
use bordergate_model::Milestone::*;
use bordergate_model::{
    KeyKind, Milestone, Observation, PlateNumber, SourceId, State, Tag, UnlinkedReason,
};
use jiff::SignedDuration;

use crate::common::{late_enough, milestones};
use crate::{FOREIGN, TRUCK, all, at, reported, suspect, undated};

const OTHER: &str = "29H55512";
const MISREAD: &str = "12C12745";
const HOUR: i64 = 3600;

/// The reading as of a device on lane 3.
fn by(device: &str, mut reading: Observation) -> Observation {
    reading.source_id = SourceId::parse(device).expect("a name");
    reading.lane = Some("3".into());
    reading
}

/// What a camera saw on lane 3.
fn seen(number: u32, milestone: Milestone, seconds: i64, plate: &str) -> Observation {
    by("camera", at(number, milestone, seconds, plate))
}

/// What a scale on lane 3 weighed.
fn weighed(number: u32, seconds: i64) -> Observation {
    let mut reading = by("scale", at(number, Weighed, seconds, ""));
    reading.event_id = None;
    reading
}

/// What opened the barrier of lane 3.
fn opened(number: u32, milestone: Milestone, seconds: i64) -> Observation {
    by("barrier", at(number, milestone, seconds, ""))
}

fn linked(readings: &[Observation]) -> Linked {
    let mut linked = link(readings, late_enough(readings), &Rules::default());
    linked
        .crossings
        .sort_by_key(|crossing| (crossing.first_at, crossing.plate.clone()));
    linked
}

/// The offsets of the unlinked, and why.
fn unlinked(linked: &Linked) -> Vec<(i64, UnlinkedReason)> {
    let each = linked.unlinked.iter();
    let mut unlinked: Vec<_> = each
        .map(|(reading, reason)| (reading.offset, *reason))
        .collect();
    unlinked.sort_by_key(|(offset, _)| *offset);
    unlinked
}

#[test]
fn a_weighing_joins_the_one_vehicle_that_its_lane_saw() {
    let found = linked(&[seen(0, YardIn, 0, TRUCK), weighed(1, 60)]);
    assert_eq!(all(&found.crossings), [["YARD_IN", "WEIGHED"]]);
    let crossing = &found.crossings[0];
    assert_eq!(crossing.at(Weighed), Some(crate::second(60)));
    let key = crossing.readings[1].link_key.as_ref();
    let key = key.map(|key| (key.kind, key.value.as_str()));
    assert_eq!(key, Some((KeyKind::Lane, "3")));
    assert!(
        crossing.keys.iter().all(|key| key.kind != KeyKind::Lane),
        "a lane is no key that finds a crossing"
    );
}

#[test]
fn the_window_is_120_s_before_and_after() {
    for (seconds, joins) in [(120, true), (121, false), (-120, true), (-121, false)] {
        let found = linked(&[seen(0, YardIn, 0, TRUCK), weighed(1, seconds)]);
        assert_eq!(unlinked(&found).is_empty(), joins, "{seconds} s");
    }
}

#[test]
fn another_lane_saw_another_vehicle() {
    let mut elsewhere = weighed(1, 10);
    elsewhere.lane = Some("4".into());
    let found = linked(&[seen(0, YardIn, 0, TRUCK), elsewhere]);
    assert_eq!(unlinked(&found), [(1, UnlinkedReason::NoKey)]);
}

#[test]
fn of_two_vehicles_the_nearest_is_a_guess() {
    for other_at in [11, 100, -90] {
        let found = linked(&[
            seen(0, YardIn, 0, TRUCK),
            seen(1, YardIn, other_at, OTHER),
            weighed(2, 10),
        ]);
        assert_eq!(all(&found.crossings), [["YARD_IN"], ["YARD_IN"]]);
        assert_eq!(unlinked(&found), [(2, UnlinkedReason::Ambiguous)]);
    }
}

#[test]
fn two_readings_of_one_vehicle_are_one_vehicle() {
    let tag = Tag::parse("E28011700000020A7D2F1B3C").expect("an EPC");
    let mut antenna = by("antenna", at(2, YardIn, 20, ""));
    antenna.tags = [tag.clone()].into();
    let mut paper = reported(at(0, Predeclared, -HOUR, TRUCK));
    paper.tags = [tag].into();
    let found = linked(&[paper, seen(1, YardIn, 0, TRUCK), antenna, weighed(3, 30)]);
    assert_eq!(unlinked(&found), []);
    assert_eq!(found.crossings.len(), 1);
}

#[test]
fn a_camera_that_could_not_read_a_plate_does_not_vouch_for_itself() {
    let found = linked(&[seen(0, GateIn, 0, TRUCK), seen(1, GateIn, 40, "")]);
    assert_eq!(unlinked(&found), [(1, UnlinkedReason::NoKey)]);
    let both = [
        seen(0, GateIn, 0, TRUCK),
        by("rear", at(1, GateIn, 2, TRUCK)),
        seen(2, GateIn, 40, ""),
    ];
    let found = linked(&both);
    assert_eq!(
        unlinked(&found),
        [(2, UnlinkedReason::Ambiguous)],
        "the camera had read the truck: what came after was another vehicle"
    );
    let rear_alone = [both[1].clone(), both[2].clone()];
    assert_eq!(unlinked(&linked(&rear_alone)), []);
}

#[test]
fn a_vehicle_that_a_camera_could_not_read_may_be_the_one_weighed() {
    let found = linked(&[
        seen(0, YardIn, 0, TRUCK),
        seen(1, YardIn, 90, ""),
        weighed(2, 50),
    ]);
    assert_eq!(
        unlinked(&found),
        [(1, UnlinkedReason::NoKey), (2, UnlinkedReason::Ambiguous)]
    );
}

#[test]
fn of_two_weighings_that_one_sighting_explains_neither_is_taken() {
    for (first, second, is_taken) in [(10, 100, false), (-110, 110, false), (10, 125, true)] {
        let found = linked(&[
            seen(0, YardIn, 0, TRUCK),
            weighed(1, first),
            weighed(2, second),
        ]);
        let joined = unlinked(&found).iter().all(|(offset, _)| *offset != 1);
        assert_eq!(joined, is_taken, "{first} s and {second} s");
    }
    let weighed_twice = [
        seen(0, YardIn, 0, TRUCK),
        weighed(1, 10),
        by("camera", at(2, YardOut, HOUR, TRUCK)),
        weighed(3, HOUR + 10),
    ];
    assert_eq!(unlinked(&linked(&weighed_twice)), []);
}

#[test]
fn a_scale_and_a_barrier_may_both_tell_of_one_vehicle() {
    let found = linked(&[
        seen(0, GateIn, 0, TRUCK),
        opened(1, GateIn, 4),
        weighed(2, 60),
    ]);
    assert_eq!(all(&found.crossings), [["GATE_IN", "GATE_IN", "WEIGHED"]]);
}

#[test]
fn a_text_that_fits_two_provinces_is_a_vehicle_too() {
    let elsewhere = |number, plate| at(number, CrossedIn, -HOUR, plate);
    let found = linked(&[
        elsewhere(0, FOREIGN),
        elsewhere(1, "粤E9U115"),
        seen(2, YardIn, 0, "E9U115"),
        by("rear", at(3, YardIn, 60, TRUCK)),
        weighed(4, 30),
    ]);
    assert_eq!(
        unlinked(&found),
        [
            (2, UnlinkedReason::Ambiguous),
            (4, UnlinkedReason::Ambiguous)
        ]
    );
}

#[test]
fn a_reading_without_a_key_opens_no_crossing() {
    let found = linked(&[opened(0, GateIn, 0), weighed(1, 30)]);
    assert!(found.crossings.is_empty());
    assert_eq!(
        unlinked(&found),
        [(0, UnlinkedReason::NoKey), (1, UnlinkedReason::NoKey)]
    );
}

#[test]
fn a_barrier_begins_no_visit_and_ends_one_only_in_order() {
    // The truck came in long before; the barrier of a lane inside, registered as an entry, lets it pass.
    let found = linked(&[
        at(0, GateIn, 0, TRUCK),
        seen(1, YardIn, HOUR, TRUCK),
        opened(2, GateIn, HOUR + 5),
    ]);
    assert_eq!(found.crossings.len(), 1);
    assert_eq!(found.crossings[0].at(GateIn), Some(crate::second(0)));
    assert_eq!(found.crossings[0].state, State::Open);
    // An import whose camera at the exit tells YARD_OUT: the barrier tells that it left.
    let import = [
        at(0, CrossedIn, 0, FOREIGN),
        seen(1, YardOut, HOUR, FOREIGN),
        opened(2, GateOut, HOUR + 5),
    ];
    let found = linked(&import);
    assert_eq!(found.crossings[0].state, State::Closed);
    assert_eq!(found.crossings[0].ended_at, Some(crate::second(HOUR + 5)));
    // Not when it was seen further on afterwards, and a barrier alone turns nobody back.
    let mut further = import.to_vec();
    further.push(at(3, YardOut, 2 * HOUR, FOREIGN));
    assert_eq!(linked(&further).crossings[0].state, State::Open);
    let mut turned = import.to_vec();
    turned[2].milestone = Some(TurnedBack);
    let found = linked(&turned);
    assert_eq!(found.crossings[0].state, State::Open);
    assert_eq!(unlinked(&found), [], "it is listed all the same");
}

#[test]
fn a_weighing_after_the_end_counts_for_nothing() {
    for (seconds, counts) in [(60, true), (61, false)] {
        let found = linked(&[
            at(0, GateIn, -HOUR, TRUCK),
            seen(1, CrossedOut, 0, TRUCK),
            weighed(2, seconds),
        ]);
        let crossing = &found.crossings[0];
        assert_eq!(crossing.at(Weighed).is_some(), counts, "{seconds} s");
        assert_eq!(milestones(crossing).len(), 3);
    }
}

#[test]
fn a_reading_by_lane_moves_along_with_a_near_plate() {
    let readings = [
        at(0, GateIn, -HOUR, TRUCK),
        seen(1, YardIn, 0, MISREAD),
        weighed(2, 30),
        at(3, CrossedOut, HOUR, TRUCK),
    ];
    let early = link(&readings, readings[3].received_at, &Rules::default());
    let mut found = all(&early.crossings);
    found.sort();
    assert_eq!(
        found,
        [vec!["GATE_IN", "CROSSED_OUT"], vec!["YARD_IN", "WEIGHED"]]
    );
    assert_eq!(
        all(&linked(&readings).crossings),
        [["GATE_IN", "YARD_IN", "WEIGHED", "CROSSED_OUT"]]
    );
}

#[test]
fn a_corrected_sighting_no_longer_names_its_vehicle() {
    let mut right = seen(2, YardIn, 0, OTHER);
    right.corrects = Some("e0".to_owned());
    right.revision = 1;
    let found = linked(&[seen(0, YardIn, 0, TRUCK), weighed(1, 30), right]);
    assert_eq!(found.crossings.len(), 1);
    assert_eq!(found.crossings[0].plate.as_deref(), Some(OTHER));
    assert_eq!(milestones(&found.crossings[0]).len(), 3);
}

#[test]
fn a_correction_that_names_the_vehicle_is_believed_before_the_lane() {
    let mut ticket = weighed(1, 30);
    ticket.event_id = Some("ticket 7".to_owned());
    let mut named = weighed(2, 30);
    (named.event_id, named.revision) = (Some("ticket 7".to_owned()), 1);
    named.plate = PlateNumber::parse(OTHER).ok();
    let found = linked(&[
        seen(0, YardIn, 0, TRUCK),
        by("rear", at(3, YardIn, 600, OTHER)),
        ticket,
        named,
    ]);
    assert_eq!(
        all(&found.crossings),
        [vec!["YARD_IN"], vec!["WEIGHED", "WEIGHED", "YARD_IN"]]
    );
}

#[test]
fn only_a_dated_sensor_reading_is_placed_by_its_lane() {
    let truck = || seen(0, YardIn, 0, TRUCK);
    for reading in [reported(weighed(1, 30)), undated(weighed(1, 30))] {
        let found = linked(&[truck(), reading]);
        assert_eq!(unlinked(&found), [(1, UnlinkedReason::NoKey)]);
    }
    let found = linked(&[undated(truck()), weighed(1, 30)]);
    assert_eq!(
        unlinked(&found),
        [(0, UnlinkedReason::NoKey), (1, UnlinkedReason::NoKey)],
        "what nothing dates was seen at no time"
    );
    let wrong_clock = suspect(weighed(1, 30), SignedDuration::from_hours(500));
    assert_eq!(
        unlinked(&linked(&[truck(), wrong_clock])),
        [],
        "a clock that is not believed: by its reception"
    );
}

#[test]
fn in_a_crowd_nobody_can_tell_whose_a_weighing_is() {
    // The camera's sighting and the weighing near it, and others within two windows of it but of nobody.
    for (others, near) in [(62, None), (63, Some(UnlinkedReason::Ambiguous))] {
        let mut readings = vec![seen(0, YardIn, 0, TRUCK), weighed(1, 30)];
        readings.extend((0..others).map(|number| weighed(2 + number, 200 + i64::from(number % 3))));
        let found = unlinked(&linked(&readings));
        let reason_of = |offset| found.iter().find(|(one, _)| *one == offset);
        assert_eq!(reason_of(1).map(|(_, reason)| *reason), near, "{others}");
        let far = found.iter().filter(|(offset, _)| *offset > 1);
        assert_eq!(far.clone().count(), others as usize);
        assert!(
            far.into_iter()
                .all(|(_, reason)| *reason == UnlinkedReason::NoKey)
        );
    }
}
