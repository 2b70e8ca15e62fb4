//! Places in topics of other systems.

use bordergate_store::{Advance, BridgePlace, DoorLease, ForeignPartition, LeftOut};

use crate::bench::Bench;
use crate::doors;

fn partition(number: u16) -> ForeignPartition {
    ForeignPartition {
        cluster_id: "yard-cluster".to_owned(),
        topic: "yard.tickets".to_owned(),
        partition: number,
    }
}

/// Takes a partition, and returns its door with where it stands.
async fn take(bench: &Bench, number: u16, owner: u128, begin: i64) -> (DoorLease, BridgePlace) {
    let partition = partition(number);
    let lease = doors::take(bench, &partition.door(), owner).await;
    let place = bench.store.begin_partition(&partition, begin).await;
    (lease, place.expect("it answers"))
}

fn step(number: u16, place: &BridgePlace, next_offset: i64) -> Advance {
    Advance {
        partition: partition(number),
        from_offset: place.next_offset,
        next_offset,
        last_sha256: Some([7; 32]),
        left_out: Vec::new(),
    }
}

async fn advance(bench: &Bench, lease: &DoorLease, step: &Advance) -> bool {
    let advanced = bench.store.advance_partition(lease, step).await;
    advanced.expect("it answers")
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
    let (lease, begun) = take(&bench, 0, 1, 40).await;
    assert_eq!((begun.next_offset, begun.last_sha256), (40, None));
    assert!(advance(&bench, &lease, &step(0, &begun, 45)).await);
    doors::release(&bench, &lease).await;

    let again = bench.store.begin_partition(&partition(0), 0).await;
    let again = again.expect("it answers");
    assert_eq!(
        (again.next_offset, again.last_sha256),
        (45, Some([7; 32])),
        "where it begins is asked once"
    );
    take(&bench, 1, 2, 3).await;
    let all = bench.store.foreign_partitions().await.expect("it answers");
    let places: Vec<_> = all
        .iter()
        .map(|row| (row.partition.partition, row.place.next_offset, row.is_read))
        .collect();
    assert_eq!(places, [(0, 45, false), (1, 3, true)]);
}

pub(crate) async fn an_earlier_reader_is_fenced_and_leaves_nothing(bench: Bench) {
    let (first, begun) = take(&bench, 0, 1, 0).await;
    doors::release(&bench, &first).await;
    let (second, place) = take(&bench, 0, 2, 0).await;

    let mut late = step(0, &begun, 5);
    late.left_out.push(too_large(4));
    let skipping = Advance {
        from_offset: 1,
        ..late.clone()
    };
    assert!(!advance(&bench, &first, &late).await);
    assert!(!advance(&bench, &second, &skipping).await);
    let left_out = bench.store.left_out(10).await.expect("it answers");
    assert!(left_out.is_empty());
    assert!(advance(&bench, &second, &step(0, &place, 5)).await);
}

pub(crate) async fn what_was_left_out_is_listed_newest_first(bench: Bench) {
    let (lease, mut place) = take(&bench, 0, 1, 0).await;
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
        let step = Advance {
            left_out,
            ..step(0, &place, next_offset)
        };
        assert!(advance(&bench, &lease, &step).await);
        place.next_offset = next_offset;
    }
    let rows = bench.store.left_out(10).await.expect("it answers");
    let listed: Vec<_> = rows.into_iter().map(|row| row.left_out).collect();
    assert_eq!(listed, [gap, too_large(3), too_large(1)]);
    assert_eq!(bench.store.left_out(1).await.expect("it answers").len(), 1);

    let mut nul = step(0, &place, 901);
    nul.left_out.push(LeftOut {
        detail: "a\0b".to_owned(),
        ..too_large(900)
    });
    let refused = bench
        .store
        .advance_partition(&lease, &nul)
        .await
        .expect_err("it holds a NUL");
    assert_eq!(refused.code(), "store.refused");
}
