//! The rules of one visit, and the board against the definition, through the public surface.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use bordergate_crossing::{Board, Changes, Rules, link};
use bordergate_model::{
    Channel, Crossing, CrossingId, Direction, KeyKind, Milestone, Observation, ObservationRef,
    PlateNumber, State, UnlinkedReason,
};
use common::{crossings, declared, late_enough, milestones, seen, with_trip};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use Milestone::*;

#[test]
fn an_export_opens_at_the_gate_and_closes_at_the_line() {
    let plate = "12C-123.45";
    let readings = [
        with_trip(seen(0, Predeclared, 0, plate), "T1"),
        seen(1, GateIn, 60, plate),
        seen(2, YardIn, 70, plate),
        declared(seen(3, DeclRegistered, 80, ""), "301234567890"),
        declared(seen(4, Cleared, 100, plate), "301234567890"),
        seen(5, CrossedOut, 150, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].state, found[0].direction),
        (State::Closed, Direction::Export)
    );
    assert_eq!(found[0].ended_at, readings[5].occurred.at);
    assert_eq!(found[0].plate.as_deref(), Some("12C12345"));
}

#[test]
fn a_second_gate_in_later_than_ten_minutes_starts_another_crossing() {
    for (minute, count) in [(5, 1), (10, 1), (11, 2)] {
        let readings = [
            seen(0, GateIn, 0, "12C12345"),
            seen(1, GateIn, minute, "12C12345"),
        ];
        let found = crossings(&readings);
        assert_eq!(found.len(), count, "second GATE_IN after {minute} min");
        if count == 2 {
            assert_eq!(found[0].state, State::CloseMissed);
            assert_eq!(found[0].ended_at, readings[1].occurred.at);
        }
    }
}

#[test]
fn another_trip_code_starts_another_crossing() {
    let readings = [
        with_trip(seen(0, Predeclared, 0, "12C12345"), "T1"),
        with_trip(seen(1, Predeclared, 5, "12C12345"), "T2"),
    ];
    assert_eq!(crossings(&readings).len(), 2);
}

#[test]
fn the_same_trip_code_never_splits() {
    let readings = [
        with_trip(seen(0, Predeclared, 0, "12C12345"), "T1"),
        with_trip(seen(1, Predeclared, 3000, "12C12345"), "T1"),
    ];
    assert_eq!(crossings(&readings).len(), 1);
}

#[test]
fn the_returned_vehicle_belongs_to_the_crossing_that_went_out() {
    let plate = "12C12345";
    let readings = [
        seen(0, GateIn, 0, plate),
        seen(1, CrossedOut, 60, plate),
        with_trip(seen(2, Predeclared, 200, plate), "T2"),
        seen(3, Returned, 300, plate),
        seen(4, GateOut, 320, plate),
        seen(5, GateIn, 900, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert_eq!(
        milestones(&found[0]),
        ["GATE_IN", "CROSSED_OUT", "RETURNED", "GATE_OUT"]
    );
    assert_eq!(milestones(&found[1]), ["PREDECLARED", "GATE_IN"]);
    assert_eq!(found[0].state, State::Closed);
}

#[test]
fn a_return_without_a_way_out_closes_as_missed() {
    let readings = [
        seen(0, GateIn, 0, "12C12345"),
        seen(1, Returned, 300, "12C12345"),
    ];
    let found = crossings(&readings);
    assert_eq!((found.len(), found[0].state), (1, State::CloseMissed));
    assert_eq!(found[0].ended_at, readings[1].occurred.at);
}

#[test]
fn turned_back_is_the_outcome_and_takes_the_way_out() {
    let plate = "12C12345";
    let readings = [
        seen(0, GateIn, 0, plate),
        seen(1, TurnedBack, 60, plate),
        seen(2, GateOut, 120, plate),
        seen(3, GateIn, 600, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].state, State::TurnedBack);
    assert_eq!(
        milestones(&found[0]),
        ["GATE_IN", "TURNED_BACK", "GATE_OUT"]
    );
}

#[test]
fn a_foreign_vehicle_going_home_belongs_to_its_import() {
    let plate = "桂E9U115";
    let readings = [
        seen(0, CrossedIn, 0, plate),
        seen(1, GateOut, 200, plate),
        seen(2, CrossedOut, 900, "E9U115"),
    ];
    let found = crossings(&readings);
    assert_eq!(
        (found.len(), found[0].direction, found[0].state),
        (1, Direction::Import, State::Closed)
    );
    assert_eq!(found[0].ended_at, readings[1].occurred.at);
}

#[test]
fn an_export_declaration_in_between_makes_the_way_home_an_export() {
    let plate = "桂E9U115";
    let readings = [
        seen(0, CrossedIn, 0, plate),
        seen(1, GateOut, 200, plate),
        declared(seen(2, DeclRegistered, 300, plate), "301234567890"),
        seen(3, CrossedOut, 900, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert_eq!(milestones(&found[1]), ["DECL_REGISTERED", "CROSSED_OUT"]);
}

#[test]
fn a_swap_gives_the_goods_both_vehicles_and_relieves_the_second() {
    let mut swap = seen(3, TractorSwapped, 60, "12C11111");
    swap.to_plate = PlateNumber::parse("12C99999").ok();
    let readings = [
        seen(0, GateIn, 0, "12C11111"),
        seen(1, GateIn, 30, "12C99999"),
        swap,
        seen(4, CrossedOut, 120, "12C99999"),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].state, milestones(&found[0])),
        (
            State::Closed,
            vec!["GATE_IN", "TRACTOR_SWAPPED", "CROSSED_OUT"]
        )
    );
    assert_eq!(found[1].state, State::Relieved);
}

#[test]
fn a_folded_plate_links_only_when_no_open_crossing_has_the_text_itself() {
    let alone = [
        seen(0, GateIn, 0, "12C12385"),
        seen(1, YardIn, 10, "12C123B5"),
    ];
    let found = crossings(&alone);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].readings[1].link_key.as_ref().map(|key| key.kind),
        Some(KeyKind::PlateFolded)
    );
    let both = [
        seen(0, GateIn, 0, "12C12385"),
        seen(1, GateIn, 1, "12C123B5"),
        seen(2, YardIn, 10, "12C123B5"),
    ];
    let found = crossings(&both);
    assert!(
        found
            .iter()
            .any(|crossing| milestones(crossing).contains(&"YARD_IN")
                && crossing.plate.as_deref() == Some("12C123B5"))
            || found.len() == 1
    );
}

#[test]
fn a_lone_misreading_joins_the_one_crossing_that_lacks_it() {
    let plate = "12C12345";
    let readings = [
        seen(0, GateIn, 0, plate),
        seen(1, YardIn, 10, "12C12745"),
        seen(2, Weighed, 20, plate),
        seen(3, CrossedOut, 60, plate),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 1);
    assert_eq!(
        milestones(&found[0]),
        ["GATE_IN", "YARD_IN", "WEIGHED", "CROSSED_OUT"]
    );
    let early = link(&readings, readings[3].received_at, &Rules::default());
    assert_eq!(
        early.crossings.len(),
        2,
        "before its window has passed it stays alone"
    );
}

#[test]
fn two_trucks_one_character_apart_stay_apart() {
    let readings = [
        seen(0, GateIn, 0, "12C12345"),
        seen(1, GateIn, 1, "12C12745"),
        seen(2, YardIn, 10, "12C12345"),
        seen(3, YardIn, 11, "12C12745"),
        seen(4, CrossedOut, 60, "12C12345"),
        seen(5, CrossedOut, 61, "12C12745"),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|crossing| crossing.readings.len() == 3));
}

#[test]
fn a_text_without_province_that_fits_two_is_kept_as_ambiguous() {
    let readings = [
        seen(0, CrossedIn, 0, "桂E9U115"),
        seen(1, CrossedIn, 5, "粤E9U115"),
        seen(2, Weighed, 20, "E9U115"),
    ];
    let linked = link(&readings, late_enough(&readings), &Rules::default());
    assert_eq!(linked.crossings.len(), 2);
    assert_eq!(
        linked
            .unlinked
            .iter()
            .map(|(_, reason)| *reason)
            .collect::<Vec<_>>(),
        [UnlinkedReason::Ambiguous]
    );
}

#[test]
fn a_correction_speaks_whatever_the_order() {
    let mut correction = seen(1, GateIn, 30, "12C12345");
    correction.corrects = Some("e0".to_owned());
    correction.revision = 1;
    for readings in [
        [seen(0, GateIn, 0, "12C12345"), correction.clone()],
        [correction.clone(), seen(0, GateIn, 0, "12C12345")],
    ] {
        let found = crossings(&readings);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at(GateIn), correction.occurred.at);
    }
}

#[test]
fn the_channel_is_the_severest_of_its_declarations() {
    let channelled = |number, minute, declaration, channel| {
        let mut reading = declared(seen(number, Channelled, minute, "12C12345"), declaration);
        reading.channel = Some(channel);
        reading
    };
    let readings = [
        seen(0, GateIn, 0, "12C12345"),
        channelled(1, 10, "301234567890", Channel::Green),
        channelled(2, 20, "301234567990", Channel::Yellow),
    ];
    assert_eq!(crossings(&readings)[0].channel, Channel::Yellow);
}

#[test]
fn silence_expires_an_open_crossing_and_a_late_reading_reopens_it() {
    let first = seen(0, GateIn, 0, "12C12345");
    let mut board = Board::new(Rules::default());
    board.add(first.clone(), first.received_at);
    let expired = board.advance(first.received_at + SignedDuration::from_hours(30 * 24));
    assert_eq!(
        expired
            .crossings
            .iter()
            .map(|change| change.crossing.state)
            .collect::<Vec<_>>(),
        [State::Expired]
    );
    let mut late = seen(1, Weighed, 20, "12C12345");
    late.received_at = first.received_at + SignedDuration::from_hours(31 * 24);
    let reopened = board.add(late.clone(), late.received_at);
    assert_eq!(reopened.crossings[0].crossing.state, State::Open);
    assert_eq!(reopened.crossings[0].crossing.revision, 3);
}

/// What must come out the same: each crossing's readings with what is said of it, and the unlinked.
type Outcome = (BTreeSet<String>, BTreeSet<ObservationRef>);

fn essence<'a>(
    crossings: impl Iterator<Item = &'a Crossing>,
    unlinked: impl Iterator<Item = ObservationRef>,
) -> Outcome {
    let words = crossings.map(|crossing| {
        let readings: BTreeSet<ObservationRef> = crossing
            .readings
            .iter()
            .map(|reading| reading.observation.reference())
            .collect();
        format!(
            "{readings:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            crossing.state,
            crossing.direction,
            crossing.channel,
            crossing.ended_at,
            crossing.milestones,
            crossing.plate
        )
    });
    (words.collect(), unlinked.collect())
}

/// Adds readings one by one; after each one in `restarts` the board is made anew from what was published.
fn by_board(readings: &[Observation], restarts: &BTreeSet<usize>, end: Timestamp) -> Outcome {
    let mut board = Board::new(Rules::default());
    let mut stored: BTreeMap<CrossingId, Crossing> = BTreeMap::new();
    let mut loose: BTreeMap<ObservationRef, Observation> = BTreeMap::new();
    let mut log_time = Timestamp::MIN;
    let apply = |changes: Changes,
                 stored: &mut BTreeMap<CrossingId, Crossing>,
                 loose: &mut BTreeMap<ObservationRef, Observation>,
                 all: &[Observation]| {
        for change in changes.crossings {
            stored.insert(change.crossing.crossing_id, change.crossing);
        }
        for placement in changes.placements {
            if placement.crossing_id.is_some() {
                loose.remove(&placement.reference);
            } else if let Some(observation) = all
                .iter()
                .find(|reading| reading.reference() == placement.reference)
            {
                loose.insert(placement.reference, observation.clone());
            }
        }
    };
    for (place, reading) in readings.iter().enumerate() {
        log_time = log_time.max(reading.received_at);
        let changes = board.add(reading.clone(), log_time);
        apply(changes, &mut stored, &mut loose, readings);
        if restarts.contains(&place) {
            let (live, gone): (Vec<Crossing>, Vec<Crossing>) = stored
                .values()
                .cloned()
                .partition(|crossing| crossing.state != State::Merged);
            board = Board::new(Rules::default());
            let tombstones = gone
                .iter()
                .map(|crossing| (crossing.crossing_id, crossing.revision))
                .collect();
            board.load(live, loose.values().cloned().collect(), tombstones);
        }
    }
    let changes = board.advance(end);
    apply(changes, &mut stored, &mut loose, readings);
    essence(
        stored
            .values()
            .filter(|crossing| crossing.state != State::Merged),
        loose.keys().copied(),
    )
}

/// Makes one reading in five a correction, a retraction, a revision, an undated or a suspect one.
fn twist_reading(reading: &mut Observation, twist: u8, number: u32, earlier: prop::sample::Index) {
    let earlier = || format!("e{}", earlier.index(number.max(1) as usize));
    match twist {
        0 | 1 => {
            reading.corrects = Some(earlier());
            reading.revision = 1;
            if twist == 1 {
                reading.milestone = None;
            }
        }
        2 => {
            reading.event_id = Some(earlier());
            reading.revision = number + 1;
        }
        3 => reading.occurred.at = None,
        4 => {
            reading.is_suspect = true;
            reading.occurred.at = Some(reading.received_at + SignedDuration::from_hours(500));
        }
        _ => {}
    }
}

fn traffic() -> impl Strategy<Value = Vec<Observation>> {
    readings_where(|_, _, _, _| {})
}

/// Traffic with corrections, retractions, revisions, undated and suspect readings.
fn twisted_traffic() -> impl Strategy<Value = Vec<Observation>> {
    readings_where(twist_reading)
}

fn readings_where(
    twist_reading: impl Fn(&mut Observation, u8, u32, prop::sample::Index),
) -> impl Strategy<Value = Vec<Observation>> {
    let milestone = prop::sample::select(vec![
        Predeclared,
        GateIn,
        YardIn,
        Weighed,
        BorderControlled,
        CrossedOut,
        CrossedIn,
        Returned,
        GateOut,
        TurnedBack,
        TractorSwapped,
        DeclRegistered,
        Cleared,
    ]);
    let plates = [
        "12C12345",
        "12C12745",
        "12C123B5",
        "桂E9U115",
        "粤E9U115",
        "E9U115",
        "29H55512",
    ];
    let reading = (
        milestone,
        0_i64..1500,
        0..plates.len(),
        0..plates.len(),
        0_usize..6,
        0_u8..3,
        (0_u8..20, any::<prop::sample::Index>()),
    );
    prop::collection::vec(reading, 1..24).prop_map(move |drawn| {
        let mut readings: Vec<Observation> = Vec::new();
        for (number, drawn) in (0_u32..).zip(drawn) {
            let (milestone, minute, plate, other, declaration, rank, (twist, earlier)) = drawn;
            let mut reading = seen(number, milestone, minute, plates[plate]);
            reading.rank = rank;
            if milestone == TractorSwapped {
                reading.to_plate = PlateNumber::parse(plates[other]).ok();
            }
            if declaration < 3 && rank == 2 {
                reading = declared(
                    reading,
                    ["301234567890", "301234567990", "101234567890"][declaration],
                );
            }
            if declaration == 4 {
                reading = with_trip(reading, ["T1", "T2"][plate % 2]);
            }
            twist_reading(&mut reading, twist, number, earlier);
            readings.push(reading);
        }
        readings
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_board_gives_what_link_gives_in_any_order_with_restarts_anywhere(
        readings in twisted_traffic(),
        shuffle in any::<u64>(),
        restarts in prop::collection::btree_set(0_usize..24, 0..4),
    ) {
        let end = late_enough(&readings);
        let linked = link(&readings, end, &Rules::default());
        let expected = essence(linked.crossings.iter(), linked.unlinked.iter().map(|(reading, _)| reading.reference()));
        let mut shuffled = readings.clone();
        shuffled.sort_by_key(|reading| (u64::from(u32::try_from(reading.offset).expect("small")) + 1).wrapping_mul(shuffle | 1));
        prop_assert_eq!(by_board(&shuffled, &restarts, end), expected);
    }

    #[test]
    fn a_doubled_reading_changes_nothing(readings in twisted_traffic()) {
        let end = late_enough(&readings);
        let doubled: Vec<Observation> = readings.iter().chain(&readings).cloned().collect();
        prop_assert_eq!(by_board(&readings, &BTreeSet::new(), end), by_board(&doubled, &BTreeSet::new(), end));
    }

    #[test]
    fn vehicles_without_a_common_key_never_mix(readings in traffic()) {
        let mine: Vec<Observation> = readings.iter().filter(|reading| {
            reading.plate.as_ref().is_some_and(|plate| plate.normal() == "29H55512")
                && reading.declarations.is_empty() && reading.trip_code.is_none() && reading.to_plate.is_none()
        }).cloned().collect();
        let mut others: Vec<Observation> = readings.iter().filter(|reading| {
            let is_other = |plate: &Option<PlateNumber>| plate.as_ref().is_none_or(|plate| plate.normal() != "29H55512");
            is_other(&reading.plate) && is_other(&reading.to_plate)
        }).cloned().collect();
        let end = late_enough(&readings);
        let apart = link(&mine, end, &Rules::default());
        others.extend(mine.clone());
        let together = link(&others, end, &Rules::default());
        let refs: BTreeSet<ObservationRef> = mine.iter().map(Observation::reference).collect();
        let with_mine = together.crossings.iter().filter(|crossing| {
            crossing.readings.iter().any(|reading| refs.contains(&reading.observation.reference()))
        });
        prop_assert_eq!(essence(with_mine, std::iter::empty()).0, essence(apart.crossings.iter(), std::iter::empty()).0);
    }
}

#[test]
fn papers_told_by_trip_alone_join_the_vehicles_crossing() {
    let plate = "12C12345";
    let mut paper = with_trip(seen(1, FeePaid, 30, ""), "T1");
    paper.rank = 1;
    let readings = [
        seen(0, GateIn, 0, plate),
        paper,
        seen(2, CrossedOut, 60, plate),
        with_trip(seen(3, Delivered, 120, plate), "T1"),
    ];
    let found = crossings(&readings);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].readings.len(), found[0].state),
        (4, State::Closed)
    );
}

#[test]
fn a_near_gate_out_long_after_the_close_stays_apart() {
    let readings = [
        seen(0, GateIn, 0, "12C12345"),
        seen(1, CrossedOut, 60, "12C12345"),
        seen(2, GateOut, 400, "12C12745"),
    ];
    assert_eq!(crossings(&readings).len(), 2);
}

#[test]
fn a_restart_between_a_lone_reading_and_its_decision_loses_nothing() {
    for (lone, other) in [("12C12745", "12C12345"), ("12C12345", "12C12745")] {
        let mut readings = vec![
            seen(0, Weighed, 0, other),
            seen(1, Predeclared, 0, other),
            seen(2, GateIn, 0, other),
            seen(3, BorderControlled, 0, lone),
            seen(4, Predeclared, 0, "12C123B5"),
            seen(5, Predeclared, 0, "12C123B5"),
            seen(6, Predeclared, 120, "12C123B5"),
        ];
        readings[6].rank = 1;
        let end = late_enough(&readings);
        let linked = link(&readings, end, &Rules::default());
        let expected = essence(linked.crossings.iter(), std::iter::empty());
        assert_eq!(
            by_board(&readings, &BTreeSet::from([5]), end),
            expected,
            "{lone}"
        );
    }
}
