//! Readings without a key on the board: what comes out is what the definition gives, in whatever order they arrive,
//! wherever the hub starts again, and whatever has left memory by then.

#[path = "../common/mod.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod common;

mod hub;
mod traffic;

use std::collections::BTreeSet;

use bordergate_crossing::{Rules, link};
use bordergate_model::Milestone::{CrossedOut, GateIn, Weighed, YardIn};
use bordergate_model::{CrossingId, KeyKind, ObservationRef, State, UnlinkedReason};
use jiff::SignedDuration;
use proptest::prelude::*;

use common::{late_enough, second};
use hub::{Hub, essence};
use traffic::{arriving, by, lately, over_days};

const TRUCK: &str = "12C12345";
const OTHER: &str = "29H55512";

/// The usual rules, and such as take few readings for a crowd.
fn rules() -> impl Strategy<Value = Rules> {
    let usual = Rules::default().lane_crowd;
    prop_oneof![Just(usual), 1_usize..8].prop_map(|lane_crowd| Rules {
        lane_crowd,
        ..Rules::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_board_gives_what_link_gives_in_any_order_with_restarts_anywhere(
        readings in lately(),
        shuffle in any::<u64>(),
        rules in rules(),
        restarts in prop::collection::btree_set(0_usize..30, 0..4),
    ) {
        let end = late_enough(&readings);
        let linked = link(&readings, end, &rules);
        let mut shuffled = readings.clone();
        shuffled.sort_by_key(|reading| (u64::from(u32::try_from(reading.offset).expect("small")) + 1).wrapping_mul(shuffle | 1));
        let mut hub = Hub::new(rules);
        for (place, reading) in shuffled.into_iter().enumerate() {
            hub.take(reading);
            if restarts.contains(&place) {
                hub.restart();
            }
        }
        hub.end(end);
        prop_assert_eq!(hub.essence(), essence(&linked));
    }

    #[test]
    fn what_left_memory_is_looked_up(
        readings in over_days(),
        rules in rules(),
        restarts in prop::collection::btree_set(0_usize..30, 0..4),
    ) {
        let end = late_enough(&readings);
        let linked = link(&readings, end, &rules);
        let mut hub = Hub::new(rules);
        for (place, reading) in arriving(readings).into_iter().enumerate() {
            hub.take(reading);
            if restarts.contains(&place) {
                hub.restart();
            }
        }
        hub.end(end);
        prop_assert_eq!(hub.essence(), essence(&linked));
    }

    #[test]
    fn a_reading_without_a_key_opens_and_names_no_crossing(readings in lately()) {
        let readings: Vec<_> = readings.into_iter().filter(|reading| reading.revision == 0).collect();
        let keyed: Vec<_> = readings.iter().filter(|reading| reading.plate.is_some()).cloned().collect();
        prop_assume!(!keyed.is_empty());
        let ids = |readings: &[_]| -> BTreeSet<CrossingId> {
            let linked = link(readings, late_enough(&keyed), &Rules::default());
            linked.crossings.iter().map(|crossing| crossing.crossing_id).collect()
        };
        prop_assert_eq!(ids(&readings), ids(&keyed));
    }
}

/// What the scale's weighing, offset 1, comes to.
fn weighing(hub: &Hub) -> Result<Option<KeyKind>, UnlinkedReason> {
    let (reference, placement) = hub
        .places()
        .find(|(reference, _)| reference.offset == 1)
        .expect("it was taken");
    assert_eq!(reference.index, 0);
    match placement.unlinked {
        Some(reason) => Err(reason),
        None => Ok(placement.link_key.as_ref().map(|key| key.kind)),
    }
}

#[test]
fn a_second_vehicle_told_late_makes_a_weighing_ambiguous_though_all_has_left_memory() {
    let mut hub = Hub::default();
    hub.take(by("camera", 0, YardIn, 0, TRUCK));
    hub.take(by("scale", 1, Weighed, 30, ""));
    hub.take(by(
        "line",
        2,
        bordergate_model::Milestone::TurnedBack,
        600,
        TRUCK,
    ));
    assert_eq!(weighing(&hub), Ok(Some(KeyKind::Lane)));
    for number in 3..5 {
        let mut later = by("line", number, YardIn, 0, "98C00001");
        later.received_at = second(i64::from(number) * 60 * 3600);
        later.occurred.at = Some(later.received_at);
        hub.take(later);
    }
    hub.restart();
    assert!(!hub.remembers(TRUCK), "it ended days ago");
    let mut late = by("rear", 5, YardIn, 60, OTHER);
    late.received_at = second(300 * 3600);
    hub.take(late);
    assert_eq!(weighing(&hub), Err(UnlinkedReason::Ambiguous));
    assert_eq!(hub.look_up_count(), 1, "once, about the one lane");
}

#[test]
fn a_vehicle_told_late_takes_a_weighing_that_had_left_memory() {
    let mut hub = Hub::default();
    hub.take(by("scale", 1, Weighed, 30, ""));
    assert_eq!(weighing(&hub), Err(UnlinkedReason::NoKey));
    let mut much_later = by("line", 2, YardIn, 0, "98C00001");
    much_later.received_at = second(200 * 3600);
    much_later.occurred.at = Some(much_later.received_at);
    hub.take(much_later);
    hub.restart();
    let mut late = by("camera", 3, YardIn, 0, TRUCK);
    late.received_at = second(201 * 3600);
    hub.take(late);
    assert_eq!(weighing(&hub), Ok(Some(KeyKind::Lane)));
}

#[test]
fn a_start_told_late_takes_an_exit_of_days_after_it_that_had_left_memory() {
    let after_days = |number, milestone, days: i64, plate| {
        by("line", number, milestone, days * 24 * 3600, plate)
    };
    let mut hub = Hub::default();
    hub.take(after_days(1, CrossedOut, 3, TRUCK));
    hub.take(after_days(2, YardIn, 8, "98C00001"));
    hub.restart();
    assert!(!hub.remembers(TRUCK), "it ended days ago");
    let mut late = by("camera", 3, GateIn, 0, TRUCK);
    late.received_at = second(9 * 24 * 3600);
    hub.take(late);
    let of_truck: Vec<_> = hub
        .crossings()
        .filter(|crossing| crossing.plate.as_deref() == Some(TRUCK))
        .map(|crossing| crossing.milestones.len())
        .collect();
    assert_eq!(of_truck, [2], "one crossing, in and out");
}

#[test]
fn a_reading_goes_on_with_a_crossing_that_only_its_lane_had_ended() {
    let mut hub = Hub::default();
    hub.take(by("camera", 1, GateIn, 0, TRUCK));
    hub.take(by("line", 2, CrossedOut, 100, ""));
    let states = |hub: &Hub| -> Vec<_> {
        let of_truck = hub
            .crossings()
            .filter(|crossing| crossing.plate.as_deref() == Some(TRUCK));
        of_truck.map(|crossing| crossing.state).collect()
    };
    assert_eq!(states(&hub), [State::Closed]);
    hub.take(by("camera", 3, YardIn, 200_000, "98C00001"));
    hub.restart();
    assert!(!hub.remembers(TRUCK), "it ended days ago");
    hub.take(by("camera", 4, YardIn, 200_100, TRUCK));
    assert_eq!(states(&hub), [State::Open], "it had not left");
}

#[test]
fn lanes_of_two_gates_that_bear_one_name_are_two_lanes() {
    let mut hub = Hub::default();
    let mut elsewhere = by("camera", 0, YardIn, 0, TRUCK);
    elsewhere.gate_id = bordergate_model::GateId::parse("tan-thanh").expect("a name");
    hub.take(elsewhere);
    hub.take(by("scale", 1, Weighed, 30, ""));
    assert_eq!(weighing(&hub), Err(UnlinkedReason::NoKey));
}

#[test]
fn silence_is_counted_from_what_the_lane_told_last() {
    let mut weighed = by("scale", 1, Weighed, 30, "");
    weighed.received_at = second(30) + SignedDuration::from_hours(10);
    let mut hub = Hub::default();
    hub.take(by("camera", 0, YardIn, 0, TRUCK));
    hub.take(weighed.clone());
    let expiry = Rules::default().expiry;
    hub.end(second(0) + expiry);
    let state = |hub: &Hub| hub.crossings().next().map(|crossing| crossing.state);
    assert_eq!(state(&hub), Some(State::Open));
    hub.end(weighed.received_at + expiry);
    assert_eq!(state(&hub), Some(State::Expired));
}

/// Names of readings, for the essence.
pub(crate) type Names = BTreeSet<ObservationRef>;
