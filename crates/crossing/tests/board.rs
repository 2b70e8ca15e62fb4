//! The board against the definition, with the same readings in any order and with restarts anywhere.

#[allow(dead_code, reason = "other tests use the rest of it")]
mod common;
#[path = "board/hub.rs"]
mod hub;
#[path = "board/traffic.rs"]
mod traffic;

use std::collections::BTreeSet;

use bordergate_crossing::{Board, Rules, link};
use bordergate_model::Milestone::*;
use bordergate_model::{Observation, ObservationRef, PlateNumber, State};
use common::{late_enough, seen};
use hub::{by_board, essence};
use jiff::SignedDuration;
use proptest::prelude::*;
use traffic::{traffic, twisted_traffic};

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
