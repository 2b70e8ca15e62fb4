//! Places in topics of other systems.

use bordergate_store::{Advance, BridgeProgress, ForeignPartition, LeftOut, TakePartition};
use uuid::Uuid;

use crate::bench::Bench;

fn partition(number: u16) -> ForeignPartition {
    ForeignPartition {
        cluster_id: "yard-cluster".to_owned(),
        topic: "yard.tickets".to_owned(),
        partition: number,
    }
}

fn owner(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

async fn take(bench: &Bench, number: u16, owner: Uuid, begin: i64) -> BridgeProgress {
    let partition = partition(number);
    let taken = bench.store.take_partition(&partition, owner, begin);
    match taken.await.expect("it answers") {
        TakePartition::Taken(progress) => progress,
        TakePartition::Held => panic!("nobody else has it"),
    }
}

fn step(progress: &BridgeProgress, next_offset: i64) -> Advance {
    Advance {
        partition: progress.partition.clone(),
        owner_epoch: progress.owner_epoch,
        from_offset: progress.next_offset,
        next_offset,
        last_sha256: Some([7; 32]),
        left_out: Vec::new(),
    }
}

fn too_large(offset: i64) -> LeftOut {
    LeftOut {
        from_offset: offset,
        until_offset: offset + 1,
        code: "record.too_large".to_owned(),
        detail: "the body is larger than 10 bytes".to_owned(),
        body_bytes: Some(11),
        body_sha256: Some([9; 32]),
    }
}

pub(crate) async fn a_partition_begins_where_it_is_told_and_moves_behind_what_is_kept(
    bench: Bench,
) {
    let begun = take(&bench, 0, owner(1), 40).await;
    assert_eq!((begun.next_offset, begun.last_sha256), (40, None));
    let advanced = bench.store.advance_partition(&step(&begun, 45)).await;
    assert!(advanced.expect("it answers"));
    let released = bench
        .store
        .release_partition(&begun.partition, begun.owner_epoch);
    released.await.expect("it answers");

    let again = take(&bench, 0, owner(2), 0).await;
    assert_eq!(
        (again.next_offset, again.last_sha256, again.owner_epoch),
        (45, Some([7; 32]), begun.owner_epoch + 1),
        "where it begins is asked once"
    );
    take(&bench, 1, owner(2), 3).await;
    let all = bench.store.foreign_partitions().await.expect("it answers");
    let places: Vec<_> = all
        .iter()
        .map(|row| (row.partition.partition, row.next_offset, row.owner))
        .collect();
    assert_eq!(places, [(0, 45, Some(owner(2))), (1, 3, Some(owner(2)))]);
}

pub(crate) async fn an_earlier_reader_is_fenced_and_leaves_nothing(bench: Bench) {
    let first = take(&bench, 0, owner(1), 0).await;
    let released = bench
        .store
        .release_partition(&first.partition, first.owner_epoch);
    released.await.expect("it answers");
    let second = take(&bench, 0, owner(2), 0).await;

    let mut late = step(&first, 5);
    late.left_out.push(too_large(4));
    let skipping = Advance {
        from_offset: 1,
        ..step(&second, 5)
    };
    for fenced in [&late, &skipping] {
        assert!(
            !bench
                .store
                .advance_partition(fenced)
                .await
                .expect("it answers")
        );
    }
    let renewed = bench
        .store
        .renew_partition(&first.partition, first.owner_epoch);
    assert!(!renewed.await.expect("it answers"));
    let released = bench
        .store
        .release_partition(&first.partition, first.owner_epoch);
    released.await.expect("it answers");
    assert!(
        bench
            .store
            .left_out(10)
            .await
            .expect("it answers")
            .is_empty()
    );

    let renewed = bench
        .store
        .renew_partition(&second.partition, second.owner_epoch);
    assert!(
        renewed.await.expect("it answers"),
        "the late release was not ours"
    );
    let advanced = bench.store.advance_partition(&step(&second, 5)).await;
    assert!(advanced.expect("it answers"));
}

pub(crate) async fn a_held_partition_waits_for_its_lease(bench: Bench) {
    let first = take(&bench, 0, owner(1), 0).await;
    let other = bench
        .store
        .take_partition(&first.partition, owner(2), 0)
        .await;
    if !bench.has_leases() {
        assert!(matches!(
            other.expect("it answers"),
            TakePartition::Taken(_)
        ));
        return;
    }
    assert_eq!(other.expect("it answers"), TakePartition::Held);
    bench
        .edit("update bridge_partitions set lease_until = clock_timestamp() - interval '1 s'")
        .await;
    let second = take(&bench, 0, owner(2), 0).await;
    assert_eq!(second.owner_epoch, first.owner_epoch + 1);
}

pub(crate) async fn what_was_left_out_is_listed_newest_first(bench: Bench) {
    let mut progress = take(&bench, 0, owner(1), 0).await;
    let gap = LeftOut {
        from_offset: 5,
        until_offset: 900,
        code: "bridge.gap".to_owned(),
        detail: "deleted before they were read".to_owned(),
        body_bytes: None,
        body_sha256: None,
    };
    for (next_offset, left_out) in [
        (5, vec![too_large(1), too_large(3)]),
        (900, vec![gap.clone()]),
    ] {
        let advance = Advance {
            left_out,
            ..step(&progress, next_offset)
        };
        assert!(
            bench
                .store
                .advance_partition(&advance)
                .await
                .expect("it answers")
        );
        progress.next_offset = next_offset;
    }
    let rows = bench.store.left_out(10).await.expect("it answers");
    let listed: Vec<_> = rows.into_iter().map(|row| row.left_out).collect();
    assert_eq!(listed, [gap, too_large(3), too_large(1)]);
    assert_eq!(bench.store.left_out(1).await.expect("it answers").len(), 1);

    let mut nul = step(&progress, 901);
    nul.left_out.push(LeftOut {
        detail: "a\0b".to_owned(),
        ..too_large(900)
    });
    let refused = bench
        .store
        .advance_partition(&nul)
        .await
        .expect_err("it holds a NUL");
    assert_eq!(refused.code(), "store.refused");
}
