//! Readings without a key, through the database: what has left memory is looked up by lane, and the same rows come out.

use bordergate_crossing::{Rules, link};
use bordergate_model::{KeyKind, Milestone, RawRecord, RecordId};
use jiff::{SignedDuration, Timestamp};

use crate::message::{minute, report, weighing, yard};
use crate::world::World;

const TRUCK: &str = "12C-123.45";
const OTHER: &str = "29H-678.90";

/// A truck seen on the platform's lane, told of at `told_at`.
fn seen(plate: &str, at: Timestamp, told_at: Timestamp) -> RawRecord {
    let id = format!("{plate} at {at}");
    yard(
        &id,
        report(&id, "YARD_IN", plate, at, r#""lane": "3""#),
        told_at,
    )
}

/// The truck's end, elsewhere.
fn gone(plate: &str, at: Timestamp) -> RawRecord {
    let id = format!("{plate} gone");
    yard(&id, report(&id, "TURNED_BACK", plate, at, ""), at)
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at + SignedDuration::from_secs(seconds)
}

/// A truck of another time, by which log time moves on.
fn next(number: i64, at: Timestamp) -> RawRecord {
    let id = format!("next {number}");
    let plate = format!("15C-111.{number:02}");
    yard(&id, report(&id, "GATE_IN", &plate, at, ""), at)
}

/// Days with everything in it: one vehicle, two, none, told in time, late and when all had left memory.
fn days() -> Vec<RawRecord> {
    let at = |hours: i64, seconds| later(minute(60 * hours), seconds);
    vec![
        seen(TRUCK, at(0, 0), at(0, 1)),
        weighing("clear", at(0, 30)),
        seen(OTHER, at(1, 0), at(1, 1)),
        seen(TRUCK, at(1, 50), at(1, 51)),
        weighing("between two", at(1, 60)),
        gone(TRUCK, at(2, 0)),
        gone(OTHER, at(2, 0)),
        weighing("of nobody yet", at(3, 0)),
        next(1, at(50, 0)),
        next(2, at(100, 0)),
        // The one weighed alone is told of four days later, and so is a second truck beside the first.
        seen("98C-222.33", at(3, 20), at(101, 0)),
        seen("88K-939.93", at(0, 90), at(101, 1)),
        next(3, at(200, 0)),
        gone("98C-222.33", at(200, 1)),
        next(4, at(300, 0)),
    ]
}

/// How a weighing is linked: the kind of its key, or why it is in no crossing.
async fn fate(world: &World, record_id: RecordId) -> Result<Option<KeyKind>, &'static str> {
    let fates = world.fates(record_id).await;
    let observation = &fates[0].observations[0];
    match observation.unlinked {
        Some(reason) => Err(reason.code()),
        None => Ok(observation.link_key.as_ref().map(|key| key.kind)),
    }
}

#[tokio::test]
async fn a_weighing_is_linked_as_the_whole_log_says_whatever_memory_holds() {
    let records = days();
    let mut first = None;
    for (batch_records, at_once) in [(1, true), (3, true), (100, true), (100, false)] {
        let world = World::new().await;
        if at_once {
            world.append(records.clone()).await;
            world.process(batch_records).await;
        } else {
            for record in records.clone() {
                world.append([record]).await;
                world.process(batch_records).await;
            }
        }
        let fate = async |key| fate(&world, weighing(key, minute(0)).record_id).await;
        assert_eq!(
            fate("clear").await,
            Err("ambiguous"),
            "a second truck was told late"
        );
        assert_eq!(fate("between two").await, Err("ambiguous"));
        assert_eq!(fate("of nobody yet").await, Ok(Some(KeyKind::Lane)));
        let stored = world.everything(&records).await;
        let expected = first.get_or_insert_with(|| stored.clone());
        assert_eq!(&stored, expected, "batches of {batch_records}, {at_once}");
    }
}

#[tokio::test]
async fn a_weighing_counts_for_the_truck_that_its_lane_saw() {
    let world = World::new().await;
    world
        .append([
            seen(TRUCK, minute(0), minute(0)),
            weighing("a", later(minute(1), 0)),
        ])
        .await;
    world.process(100).await;
    let crossings = world.crossings().await;
    assert_eq!(crossings.len(), 1);
    assert_eq!(crossings[0].at(Milestone::Weighed), Some(minute(1)));
    let readings: Vec<_> = crossings[0]
        .readings
        .iter()
        .map(|r| r.observation.as_ref().clone())
        .collect();
    let linked = link(&readings, minute(1), &Rules::default());
    assert_eq!(linked.crossings[0].milestones, crossings[0].milestones);
}

#[tokio::test]
async fn a_ticket_without_a_key_that_left_memory_is_found_by_its_correction() {
    let world = World::new().await;
    let nameless = report("ticket", "WEIGHED", "", minute(0), r#""lane": "3""#);
    let nameless = nameless.replace(r#""plate": "", "#, "");
    let ticket = yard("ticket", nameless, minute(0));
    let correction = r#""lane": "3", "corrects": "ticket", "revision": 1"#;
    let named = report("named", "WEIGHED", OTHER, minute(0), correction);
    let named = yard("named", named, minute(60 * 200));
    for record in [ticket, next(1, minute(60 * 100)), named] {
        world.append([record]).await;
        world.process(100).await;
    }
    let crossings = world.crossings().await;
    let weighed = crossings
        .iter()
        .find(|crossing| crossing.at(Milestone::Weighed).is_some());
    let readings = weighed.map(|crossing| crossing.readings.len());
    assert_eq!(readings, Some(2), "the first word follows the second");
}
