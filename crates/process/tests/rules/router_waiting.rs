//! The router: what waits for its gate, and until when.

use bordergate_model::RawRecord;
use bordergate_process::Shard;
use bordergate_store::Routes as _;

use crate::message::OTHER_GATE;
use crate::province::{
    DECLARATION, OTHER_DECLARATION, codes, logged, other_entry, permit, permit_parts, release,
    waiting,
};
use crate::world::{OTHER_SHARD, ROUTER, SHARD, World, encode, give_up};

#[tokio::test]
async fn what_points_nowhere_waits_over_restarts_until_a_link_appears() {
    let world = World::new().await;
    let record = release("out", "12C-222.22", OTHER_DECLARATION);
    world.append_to(ROUTER, [record.clone()]).await;
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        ["route.unknown"]
    );
    world.process_shard(ROUTER, 100).await;
    let rows = waiting(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].record_id, rows[0].code.as_str()),
        (record.record_id, "route.unknown")
    );
    assert!(rows[0].detail.contains("declaration"), "{}", rows[0].detail);

    // The owner that stays finds the link by what was written since it looked last.
    let taken = Shard::take(world.tools(100, encode), ROUTER).await;
    let mut router = taken.expect("nothing is wrong").expect("it is free");
    router.run_until_idle().await.expect("nothing is wrong");
    assert_eq!(waiting(&world).await.len(), 1);
    world
        .append_to(
            OTHER_SHARD,
            [other_entry("in", "12C-222.22", OTHER_DECLARATION)],
        )
        .await;
    world.process_shard(OTHER_SHARD, 100).await;
    router.run_until_idle().await.expect("nothing is wrong");
    assert_eq!(waiting(&world).await, []);
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        ["route.link"]
    );
    world.process_shard(OTHER_SHARD, 100).await;
    let crossings = world.crossings().await;
    assert_eq!(crossings.len(), 1);
    assert_eq!(crossings[0].gate_id.as_str(), OTHER_GATE);
    assert_eq!(crossings[0].readings.len(), 2);
}

#[tokio::test]
async fn batches_and_restarts_change_nothing() {
    let records = || {
        let mut records = vec![
            permit("A", "VNHUGT"),
            permit("B", "VNXXXX"),
            release("first", "12C-121.21", DECLARATION),
            release("none", "12C-131.31", OTHER_DECLARATION),
        ];
        records.extend(permit_parts("C"));
        records.push(permit("A", "VNHUGT"));
        records.extend(permit_parts("D")[..2].to_vec());
        records
    };
    let mut seen = Vec::new();
    for size in [1, 2, 3, 100] {
        let world = World::new().await;
        world
            .append_to(OTHER_SHARD, [other_entry("in", "12C-121.21", DECLARATION)])
            .await;
        world.process_shard(OTHER_SHARD, 100).await;
        world.append_to(ROUTER, records()).await;
        world.process_shard(ROUTER, size).await;
        world.process_shard(ROUTER, size).await;
        world.process_shard(OTHER_SHARD, 100).await;
        world.process(100).await;
        let routing = world.store.routing_page(ROUTER, 0, 1000).await;
        let routing = routing.expect("the database answers");
        assert_eq!(routing.len(), records().len(), "each has one outcome");
        // By which rule a retry found its gate may differ; the gate may not.
        let routing: Vec<_> = routing
            .into_iter()
            .map(|one| {
                (
                    one.offset,
                    one.record_id,
                    one.outcome.kind,
                    one.gate_id,
                    one.is_waiting,
                )
            })
            .collect();
        seen.push((routing, waiting(&world).await, world.everything(&[]).await));
    }
    for one in &seen[1..] {
        assert_eq!(one.0, seen[0].0);
        assert_eq!(one.1, seen[0].1);
        assert_eq!(one.2, seen[0].2);
    }
}

#[tokio::test]
async fn what_the_log_does_not_take_waits_until_it_does() {
    let world = World::new().await;
    let (small, large) = (permit("A", "VNHUGT"), permit("B", "VNHUGT"));
    let large = RawRecord {
        body: [large.body.as_ref(), &[b' '; 1000]].concat().into(),
        ..large
    };
    world
        .append_to(ROUTER, [large.clone(), small.clone()])
        .await;
    // The hub's limit was lowered after the door had taken the records.
    let world = world.with_records_of(large.body.len() - 1).await;
    let taken = Shard::take(world.tools(100, encode), ROUTER).await;
    let mut router = taken.expect("nothing is wrong").expect("it is free");
    router.run_until_idle().await.expect("nothing is wrong");
    router.run_until_idle().await.expect("nothing is wrong");
    give_up(router).await.expect("it is ours");
    assert_eq!(
        codes(&world, ROUTER, small.record_id).await,
        ["route.place"]
    );
    let rows = waiting(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].record_id, rows[0].code.as_str()),
        (large.record_id, "route.too_large")
    );
    assert!(
        rows[0].detail.contains(&large.body.len().to_string()),
        "{}",
        rows[0].detail
    );
    assert_eq!(logged(&world, SHARD).await.len(), 1);

    let world = world.with_records_of(large.body.len()).await;
    world.process_shard(ROUTER, 100).await;
    world.process(100).await;
    assert_eq!(waiting(&world).await, []);
    assert_eq!(
        codes(&world, ROUTER, large.record_id).await,
        ["route.place"]
    );
    assert_eq!(logged(&world, SHARD).await.len(), 2, "each once");
}
