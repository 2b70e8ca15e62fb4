//! The router and split messages: the parts travel together.

use bordergate_model::{RawRecord, RecordId};

use crate::province::{DECLARATION, codes, other_entry, permit_parts, waiting};
use crate::world::{OTHER_SHARD, ROUTER, SHARD, World};

#[tokio::test]
async fn parts_of_a_message_travel_together_and_are_put_together_at_the_gate() {
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let world = World::new().await;
        let parts = permit_parts("A");
        let arrived = order.map(|at| parts[at].clone());
        world.append_to(ROUTER, arrived[..2].to_vec()).await;
        world.process_shard(ROUTER, 1).await;
        assert_eq!(
            codes(&world, ROUTER, arrived[0].record_id).await,
            ["route.part"]
        );
        assert_eq!(waiting(&world).await.len(), 2, "{order:?}");
        world.append_to(ROUTER, [arrived[2].clone()]).await;
        world.process_shard(ROUTER, 1).await;
        assert_eq!(waiting(&world).await, [], "{order:?}");
        for part in &arrived {
            assert_eq!(codes(&world, ROUTER, part.record_id).await, ["route.place"]);
        }
        world.process(100).await;
        assert_eq!(world.crossings().await.len(), 1, "{order:?}");
        assert_eq!(world.crossings().await[0].readings.len(), 2, "{order:?}");

        // One of them sent once more follows the message by itself.
        let again = RawRecord {
            record_id: RecordId::from_key(&parts[1].source_id, "again"),
            ..parts[1].clone()
        };
        world.append_to(ROUTER, [again.clone()]).await;
        world.process_shard(ROUTER, 100).await;
        world.process(100).await;
        assert_eq!(
            codes(&world, ROUTER, again.record_id).await,
            ["route.known"]
        );
        assert_eq!(
            codes(&world, SHARD, again.record_id).await,
            ["vnaccs.part_duplicate"]
        );
    }
}

#[tokio::test]
async fn a_whole_message_waits_with_all_its_parts_for_a_link() {
    let world = World::new().await;
    let parts = permit_parts("A").map(|part| {
        let text = String::from_utf8(part.body.to_vec()).expect("letters");
        RawRecord {
            body: text.replace("VNHUGT", "VNXXXX").into(),
            ..part
        }
    });
    world.append_to(ROUTER, parts.clone()).await;
    world.process_shard(ROUTER, 1).await;
    for part in &parts {
        assert_eq!(
            codes(&world, ROUTER, part.record_id).await,
            ["route.unknown"]
        );
    }
    world
        .append_to(OTHER_SHARD, [other_entry("in", "12C-999.99", DECLARATION)])
        .await;
    world.process_shard(OTHER_SHARD, 100).await;
    world.process_shard(ROUTER, 1).await;
    world.process_shard(OTHER_SHARD, 100).await;
    assert_eq!(waiting(&world).await, []);
    let observed = codes(&world, OTHER_SHARD, parts[2].record_id).await;
    assert_eq!(observed, ["observed"]);
    assert_eq!(world.crossings().await.len(), 1);
}
