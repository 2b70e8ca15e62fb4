//! A miniature day worked by hand: who was where, what was sent, and which crossings that gives.

use bordergate_model::{Milestone as M, SourceId, State};

use super::*;
use crate::border::borders;
use crate::plan::Plan;

mod near;

fn two_gates() -> Vec<Border> {
    borders(&Plan::of_day(jiff::civil::date(2026, 11, 23)))
}

/// A camera reads a plate `minute` minutes after eight.
fn camera(tail: &str, milestone: M, minute: i64) -> Seen {
    let province = tail.starts_with('E').then_some('桂');
    let mut seen = Seen::new(0, 0, true);
    seen.plate = Some(Plate {
        province,
        tail: tail.to_owned(),
    });
    seen.readings = vec![(milestone, minute * 60)];
    seen
}

/// An agency reports a milestone of a plate.
fn report(tail: &str, milestone: M, minute: i64) -> Seen {
    Seen {
        is_sensor: false,
        ..camera(tail, milestone, minute)
    }
}

/// Returns the crossings as `direction state milestones`, in order, and how many records stayed unlinked.
fn crossings(sent: Vec<Seen>) -> (Vec<String>, usize) {
    let source = SourceId::parse("s").expect("a letter");
    let numbered: Vec<(RecordId, Seen)> = sent
        .into_iter()
        .enumerate()
        .map(|(n, seen)| (RecordId::from_key(&source, &n.to_string()), seen))
        .collect();
    let truth = derive(&numbered, &["only".to_owned()], &two_gates());
    let told = truth.crossings.iter().map(|crossing| {
        let mut readings: Vec<_> = crossing
            .readings
            .iter()
            .map(|reading| (reading.occurred_at, reading.milestone.code()))
            .collect();
        readings.sort();
        let milestones: Vec<&str> = readings.into_iter().map(|(_, code)| code).collect();
        format!(
            "{} {} {}",
            crossing.direction,
            crossing.state,
            milestones.join(" ")
        )
    });
    (told.collect(), truth.unlinked.len())
}

#[test]
fn an_export_ends_at_the_line_and_its_return_belongs_to_it() {
    let sent = vec![
        camera("12C12345", M::GateIn, 0),
        camera("12C12345", M::CrossedOut, 60),
        camera("12C12345", M::Returned, 200),
        camera("12C12345", M::GateOut, 230),
    ];
    assert_eq!(
        crossings(sent).0,
        ["export closed GATE_IN CROSSED_OUT RETURNED GATE_OUT"]
    );
}

#[test]
fn what_was_not_sent_is_not_known() {
    let gate_in = camera("12C12345", M::GateIn, 0);
    let (out, back) = (
        camera("12C12345", M::CrossedOut, 60),
        camera("12C12345", M::Returned, 200),
    );
    let gate_out = camera("12C12345", M::GateOut, 230);
    let without_line = vec![gate_in.clone(), back, gate_out.clone()];
    assert_eq!(
        crossings(without_line).0,
        ["export close_missed GATE_IN RETURNED GATE_OUT"]
    );
    let without_return = vec![gate_in.clone(), out, gate_out.clone()];
    assert_eq!(
        crossings(without_return).0,
        [
            "export closed GATE_IN CROSSED_OUT",
            "import closed GATE_OUT"
        ]
    );
    assert_eq!(
        crossings(vec![gate_in, gate_out]).0,
        ["export open GATE_IN GATE_OUT"]
    );
}

#[test]
fn a_turn_back_ends_and_the_way_out_belongs_to_it() {
    let sent = vec![
        camera("12C12345", M::GateIn, 0),
        report("12C12345", M::TurnedBack, 60),
        camera("12C12345", M::YardOut, 90),
        camera("12C12345", M::GateOut, 120),
    ];
    assert_eq!(
        crossings(sent).0,
        ["export turned_back GATE_IN TURNED_BACK YARD_OUT GATE_OUT"]
    );
}

#[test]
fn a_foreign_vehicle_going_home_stays_with_its_import() {
    let sent = vec![
        camera("E9U115", M::CrossedIn, 0),
        camera("E9U115", M::GateOut, 60),
        camera("E9U115", M::CrossedOut, 200),
    ];
    assert_eq!(
        crossings(sent).0,
        ["import closed CROSSED_IN GATE_OUT CROSSED_OUT"]
    );
}

#[test]
fn a_seal_and_a_tag_tie_what_they_are_told_with() {
    let mut announced = report("12C12345", M::Predeclared, 0);
    announced.seals = vec!["7591225008".to_owned()];
    announced.tags = vec!["3034F4".to_owned()];
    let mut locked = camera("", M::EnRoute, 10);
    (locked.plate, locked.seals) = (None, announced.seals.clone());
    let mut passed = camera("", M::CrossedOut, 60);
    (passed.plate, passed.tags) = (None, announced.tags.clone());
    assert_eq!(
        crossings(vec![announced, locked.clone(), passed]).0,
        ["export closed PREDECLARED EN_ROUTE CROSSED_OUT"]
    );
    assert_eq!(crossings(vec![locked]).0, ["unknown open EN_ROUTE"]);
}

#[test]
fn the_standing_reading_of_a_milestone_and_the_durations_from_it() {
    let source = SourceId::parse("s").expect("a letter");
    let with = |seen: Seen, rank: u8, number: &str| Seen {
        rank,
        declarations: vec![number.to_owned()],
        ..seen
    };
    let (one, other) = ("301234567890", "301234567900");
    let sent = [
        camera("12C12345", M::GateIn, 0),
        with(report("12C12345", M::Cleared, 30), 2, one),
        with(report("12C12345", M::Cleared, 31), 1, one),
        with(report("12C12345", M::Cleared, 40), 2, other),
        camera("12C12345", M::CrossedOut, 60),
        Seen {
            rank: 2,
            ..report("12C12345", M::CrossedOut, 61)
        },
    ];
    let sent: Vec<_> = (0..)
        .zip(sent)
        .map(|(n, seen): (u32, Seen)| (RecordId::from_key(&source, &n.to_string()), seen))
        .collect();
    let truth = derive(&sent, &["only".to_owned()], &two_gates());
    let at = |milestone: M| {
        let mut all = truth.milestones.iter();
        all.find(|one| one.milestone == milestone)
            .map(|one| one.at.as_second() / 60)
    };
    // The last declaration counts, the camera goes before the customs message.
    assert_eq!((at(M::Cleared), at(M::CrossedOut)), (Some(40), Some(60)));
    let durations: Vec<_> = truth
        .facts
        .iter()
        .map(|fact| (fact.segment, fact.duration_seconds))
        .collect();
    let hour = Some(3600);
    assert_eq!(
        durations,
        [("C2", Some(2400)), ("C3", hour), ("C4", hour), ("C6", hour)]
    );
}

#[test]
fn the_last_word_on_a_car_takes_the_first_along_whatever_that_read() {
    let word = |tail: &str, is_provisional: bool, minute: i64| Seen {
        event: Some((7, 0)),
        worth: [u8::from(!is_provisional), 0, 0],
        ..camera(tail, M::GateIn, minute)
    };
    let truck = [camera("12C12345", M::YardIn, 10)];
    let sent = |words: &[Seen]| truck.iter().chain(words).cloned().collect();
    let (first, last) = (word("12C98765", true, 0), word("12C12345", false, 1));
    let all = sent(&[first.clone(), last.clone()]);
    assert_eq!(crossings(all).0, ["export open GATE_IN GATE_IN YARD_IN"]);
    let unread_first = Seen {
        plate: None,
        ..first.clone()
    };
    let all = sent(&[unread_first, last.clone()]);
    assert_eq!(crossings(all).0, ["export open GATE_IN GATE_IN YARD_IN"]);
    // Without the last word the first one speaks for itself.
    assert_eq!(crossings(sent(std::slice::from_ref(&first))).0.len(), 2);
    // A last word without a plate speaks for nobody, and goes where the first does.
    let unread = Seen {
        plate: None,
        ..last.clone()
    };
    assert_eq!(crossings(sent(&[first, unread.clone()])).0.len(), 2);
    let read_first = Seen {
        worth: [0; 3],
        ..last
    };
    let all = sent(&[read_first, unread]);
    assert_eq!(
        crossings(all),
        (vec!["export open GATE_IN GATE_IN YARD_IN".to_owned()], 0)
    );
}

#[test]
fn a_class_misreading_is_the_same_plate() {
    let sent = vec![
        camera("12C12345", M::GateIn, 0),
        camera("12CI2345", M::YardIn, 10),
    ];
    assert_eq!(crossings(sent).0, ["export open GATE_IN YARD_IN"]);
}

#[test]
fn the_relief_vehicle_carries_the_goods_on() {
    let mut swap = report("12C12345", M::Transshipped, 60);
    swap.to_plate = Some(Plate {
        province: Some('桂'),
        tail: "E9U115".to_owned(),
    });
    let sent = vec![
        camera("12C12345", M::GateIn, 0),
        camera("E9U115", M::CrossedIn, 30),
        camera("E9U115", M::YardIn, 40),
        swap,
        camera("12C12345", M::GateOut, 63),
        camera("E9U115", M::CrossedOut, 80),
    ];
    let expected = [
        "export closed GATE_IN TRANSSHIPPED GATE_OUT CROSSED_OUT",
        "import relieved CROSSED_IN YARD_IN",
    ];
    assert_eq!(crossings(sent).0, expected);
}

#[test]
fn a_reading_links_by_any_key_and_without_one_not_at_all() {
    let mut declared = report("12C12345", M::DeclRegistered, 20);
    declared.declarations = vec!["301234567890".to_owned()];
    // An amendment changes the twelfth digit only.
    let mut passed = Seen {
        plate: None,
        ..report("", M::SupervisionPassed, 50)
    };
    passed.declarations = vec!["301234567891".to_owned()];
    let unread = Seen {
        plate: None,
        ..camera("", M::GateIn, 0)
    };
    let mut stray = Seen {
        plate: None,
        ..report("", M::FeePaid, 30)
    };
    stray.trip = Some("CKS1".to_owned());
    let (told, unlinked_count) = crossings(vec![declared, passed, unread, stray]);
    assert_eq!(
        told,
        [
            "export open DECL_REGISTERED SUPERVISION_PASSED",
            "unknown open FEE_PAID"
        ]
    );
    assert_eq!(unlinked_count, 1);
}

#[test]
fn channel_cargo_and_load_come_from_what_was_told() {
    let mut announced = report("12C12345", M::Predeclared, 0);
    (announced.cargo, announced.is_loaded) = (Some(CargoClass::Fruit), Some(true));
    let mut green = report("12C12345", M::Channelled, 20);
    green.channel = Some(Channel::Green);
    let mut red = report("12C12345", M::Cleared, 90);
    red.channel = Some(Channel::Red);
    let mut back = report("12C12345", M::Returned, 300);
    back.is_loaded = Some(false);
    let source = SourceId::parse("s").expect("a letter");
    let sent: Vec<_> = [announced, green, red, back]
        .into_iter()
        .enumerate()
        .map(|(n, seen)| (RecordId::from_key(&source, &n.to_string()), seen))
        .collect();
    let truth = derive(&sent, &[], &two_gates());
    let [only] = truth.crossings.as_slice() else {
        panic!("one vehicle, one crossing")
    };
    assert_eq!(
        (only.channel, only.cargo, only.is_loaded),
        (Channel::Red, Some(CargoClass::Fruit), Some(true))
    );
    assert_eq!(
        (only.plate_key.as_deref(), only.state),
        (Some("12C12345"), State::CloseMissed)
    );
}

/// Something told on a lane, `second` seconds after eight.
fn on_lane(seen: Seen, source: &str, second: i64) -> Seen {
    let milestone = seen.readings[0].0;
    Seen {
        readings: vec![(milestone, second)],
        on_lane: Some(OnLane {
            lane: "scale-2".to_owned(),
            source_id: SourceId::parse(source).expect("a name"),
            at_ms: second * 1000,
        }),
        ..seen
    }
}

#[test]
fn a_weighing_is_of_the_one_vehicle_that_its_lane_saw() {
    let drives_on = |tail: &str, second| on_lane(camera(tail, M::Weighed, 0), "camera", second);
    let nameless = |source: &str, second| {
        let mut seen = drives_on("", second);
        (seen.plate, seen.on_lane) = (None, on_lane(seen.clone(), source, second).on_lane);
        seen
    };
    let weighed = |second| nameless("scale", second);
    let (one, other) = ("12C12345", "29C55512");
    for (sent, crossing_count, unlinked_count) in [
        (vec![drives_on(one, 0), weighed(15)], 1, 0),
        (vec![drives_on(one, 0), weighed(121)], 1, 1),
        // Two vehicles, the second unread in the third case.
        (
            vec![drives_on(one, 0), drives_on(other, 60), weighed(15)],
            2,
            1,
        ),
        (
            vec![drives_on(one, 0), nameless("camera", 60), weighed(15)],
            1,
            2,
        ),
        // One sighting does not explain two weighings.
        (vec![drives_on(one, 0), weighed(15), weighed(60)], 1, 2),
        (vec![weighed(15)], 0, 1),
    ] {
        let (crossings, unlinked) = crossings(sent.clone());
        assert_eq!(
            (crossings.len(), unlinked),
            (crossing_count, unlinked_count),
            "{sent:?}"
        );
    }
    let both = vec![drives_on(one, 0), weighed(15)];
    assert_eq!(crossings(both).0, ["unknown open WEIGHED WEIGHED"]);
}

#[test]
fn the_best_picture_of_a_car_speaks_for_the_others() {
    let picture = |tail: &str, worth: [u8; 3]| Seen {
        event: Some((7, 0)),
        worth,
        ..camera(tail, M::YardIn, 10)
    };
    let truck = camera("12C12345", M::GateIn, 0);
    for (first, second) in [
        // By shape, by confidence, by number.
        (
            picture("12C12345", [2, 60, 1]),
            picture("12C1234X", [1, 99, 2]),
        ),
        (
            picture("12C12345", [2, 61, 1]),
            picture("12C98765", [2, 60, 2]),
        ),
        (
            picture("12C98765", [2, 60, 1]),
            picture("12C12345", [2, 60, 2]),
        ),
    ] {
        let sent = vec![truck.clone(), first, second];
        assert_eq!(crossings(sent).0, ["export open GATE_IN YARD_IN YARD_IN"]);
    }
}

#[test]
fn what_names_no_gate_is_found_by_an_exact_key() {
    let declared = Seen {
        is_placed: false,
        ..report("12C12345", M::Cleared, 30)
    };
    for (beside, told) in [
        (Some("12C12345"), "export open GATE_IN CLEARED"),
        // Alike, but not the very plate.
        (Some("I2C12345"), "export open GATE_IN"),
        (None, ""),
    ] {
        let beside = beside.map(|tail| camera(tail, M::GateIn, 0));
        let sent = beside.into_iter().chain([declared.clone()]).collect();
        let (crossings, unlinked) = crossings(sent);
        assert_eq!((crossings.join(", ").as_str(), unlinked), (told, 0));
    }
}
