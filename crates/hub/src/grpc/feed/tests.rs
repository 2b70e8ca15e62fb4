//! Rules of pages, over feeds of any shape.

use std::collections::BTreeMap;

use bordergate_model::{CrossingId, GateId};
use bytes::Bytes;
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// One row: whether the filter wants it, when it was stored (clocks may go back), how large it is.
type Shape = (bool, i64, usize);

fn row(shard: Shard, seq: i64, shape: Shape) -> FeedRow {
    let (_, stored_second, size) = shape;
    FeedRow {
        shard,
        seq,
        gate_id: GateId::parse("huu-nghi").expect("a plain name"),
        crossing_id: CrossingId(Uuid::nil()),
        revision: 1,
        is_tombstone: false,
        encoded: Bytes::from(vec![0; size]),
        recorded_at: Timestamp::from_second(stored_second).expect("a small number"),
    }
}

/// What the store answers for a shard of this shape: wanted rows up to the limit, and how far it searched.
fn run(shard: Shard, shapes: &[Shape], after_seq: i64, limit: usize) -> Run {
    let rows = (1_i64..)
        .zip(shapes)
        .filter(|(seq, shape)| *seq > after_seq && shape.0);
    let rows: VecDeque<FeedRow> = rows
        .take(limit)
        .map(|(seq, shape)| row(shard, seq, *shape))
        .collect();
    let last_seq = i64::try_from(shapes.len()).expect("few");
    let searched_seq = match rows.back() {
        Some(last) if rows.len() == limit => last.seq,
        _ => last_seq,
    };
    Run {
        shard,
        rows,
        searched_seq,
    }
}

fn feed() -> impl Strategy<Value = Vec<Vec<Shape>>> {
    let sizes = prop_oneof![9 => 0_usize..2000, 1 => 1_000_000_usize..4_000_000];
    let shape = (any::<bool>(), 0_i64..100, sizes);
    prop::collection::vec(prop::collection::vec(shape, 0..30), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn pages_give_every_wanted_row_once_and_in_order(feed in feed(), limits in prop::collection::vec(1_u32..20, 1..8)) {
        let mut cursor = Cursor::beginning(Uuid::nil(), &[]);
        let mut got: BTreeMap<Shard, Vec<i64>> = BTreeMap::new();
        let mut limits = limits.iter().cycle();
        let shards = || (0..).zip(&feed);
        let behind = |cursor: &Cursor| shards().any(|(shard, shapes)| {
            cursor.sequence(shard) < i64::try_from(shapes.len()).expect("few")
        });
        while behind(&cursor) {
            let limit = *limits.next().expect("endless");
            let runs = shards()
                .map(|(shard, shapes)| run(shard, shapes, cursor.sequence(shard), limit as usize))
                .collect();
            let before = cursor.clone();
            let page = merged(runs, limit, &mut cursor);
            prop_assert_ne!(&before, &cursor, "every page gets on");
            prop_assert!(page.len() <= limit as usize);
            let bytes: usize = page.iter().map(|row| row.encoded.len()).sum();
            prop_assert!(bytes <= PAGE_BYTES || page.len() == 1);
            for row in page {
                got.entry(row.shard).or_default().push(row.seq);
            }
        }
        for (shard, shapes) in shards() {
            let wanted: Vec<i64> = (1..).zip(shapes).filter(|(_, shape)| shape.0).map(|(seq, _)| seq).collect();
            prop_assert_eq!(got.remove(&shard).unwrap_or_default(), wanted);
        }
    }
}

#[test]
fn shards_are_mixed_by_the_time_rows_were_stored() {
    let runs = vec![
        run(0, &[(true, 10, 1), (true, 40, 1)], 0, 9),
        run(1, &[(true, 20, 1), (true, 30, 1)], 0, 9),
    ];
    let page = merged(runs, 9, &mut Cursor::beginning(Uuid::nil(), &[]));
    let places: Vec<(Shard, i64)> = page.iter().map(|row| (row.shard, row.seq)).collect();
    assert_eq!(places, [(0, 1), (1, 1), (1, 2), (0, 2)]);
}
