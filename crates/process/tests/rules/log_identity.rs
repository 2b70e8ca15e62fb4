//! A database goes on only with the log it was made from.

use std::sync::Arc;

use bordergate_eventlog::EventLog;
use bordergate_eventlog::embedded::EmbeddedLog;
use bordergate_process::{Error, Shard};
use bordergate_store::Shards;

use crate::message::{minute, report, yard};
use crate::world::{SHARD, World, encode};

/// A world that has processed three records.
async fn with_three_records() -> World {
    let world = World::new().await;
    for number in 0..3 {
        world.append([record("first", number)]).await;
    }
    world.process(100).await;
    world
}

fn record(log: &str, number: i64) -> bordergate_model::RawRecord {
    let id = format!("{log}-{number}");
    yard(
        &id,
        report(&id, "GATE_IN", "12C-123.45", minute(number), ""),
        minute(number + 1),
    )
}

async fn take_on(world: &World, log: Arc<EmbeddedLog>) -> Result<bool, Error> {
    let taken = Shard::take(world.tools_on(log, 100, encode), SHARD).await;
    taken.map(|taken| taken.is_some())
}

async fn is_free(world: &World) -> bool {
    let row = world.store.progress(SHARD).await.expect("it answers");
    row.expect("it was taken before").owner.is_none()
}

#[tokio::test]
async fn another_logs_offsets_are_refused_and_the_shard_is_given_back() {
    let world = with_three_records().await;
    let refused = take_on(&world, world.other_log().await).await;
    assert!(
        matches!(refused, Err(Error::OtherLog { shard: SHARD, .. })),
        "{refused:?}"
    );
    assert!(is_free(&world).await);
}

#[tokio::test]
async fn a_log_made_anew_under_its_old_name_is_refused_by_the_record_before_the_next_offset() {
    for appended in [0, 2, 3, 5] {
        let world = with_three_records().await;
        let anew = world.log_made_anew().await;
        for number in 0..appended {
            let appended = anew.append(SHARD, record("anew", number)).await;
            appended.expect("the disk has room");
        }
        let refused = take_on(&world, anew).await;
        let is_refused = matches!(
            refused,
            Err(Error::LogMadeAnew {
                shard: SHARD,
                offset: 2
            })
        );
        assert!(is_refused, "{appended} records in the new log: {refused:?}");
        assert!(is_free(&world).await);
    }
}

#[tokio::test]
async fn the_same_log_is_taken_again() {
    let world = with_three_records().await;
    let log = Arc::clone(&world.log);
    assert!(take_on(&world, log).await.expect("it is the same log"));
}
