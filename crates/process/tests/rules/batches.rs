//! Batch borders change nothing.

use bordergate_model::RawRecord;

use crate::message::{minute, nameless_weighing, report, scale, yard};
use crate::world::World;

/// A morning with everything in it: visits, doubles, a conflict, a correction, late and broken messages.
fn morning() -> Vec<RawRecord> {
    let mut records = Vec::new();
    for (at, plate) in (0..).zip(["12C-123.45", "29H-678.90", "98C-222.33"]) {
        let steps = ["GATE_IN", "YARD_IN", "WEIGHED", "CROSSED_OUT"];
        for (step, milestone) in (0..).zip(steps) {
            let id = format!("{plate}-{milestone}");
            let occurred_at = minute(at + 30 * step);
            let body = report(
                &id,
                milestone,
                plate,
                occurred_at,
                r#""direction": "export""#,
            );
            records.push(yard(&id, body, minute(at + 30 * step + 1)));
        }
    }
    records.sort_by_key(|record| record.received_at);
    let late = minute(130);
    let again = records[0].clone();
    let conflict = report("29H-678.90-GATE_IN", "GATE_IN", "29H-678.91", minute(1), "");
    let correction = report(
        "98C-222.33-YARD_IN",
        "YARD_IN",
        "98C-222.33",
        minute(33),
        r#""revision": 1"#,
    );
    // The next vehicle moves log time so far that the first ones leave memory; then one of them is told of once more.
    let next = report("next", "GATE_IN", "15C-111.22", minute(4000), "");
    let very_late = report("very-late", "QUARANTINE_END", "12C-123.45", minute(50), "");
    let missed = report("late", "INSPECTION_START", "12C-123.45", minute(40), "");
    records.extend([
        again,
        yard("conflict", conflict, late),
        yard("correction", correction, late),
        yard("missed", missed, late),
        yard("broken", "{", late),
        scale("key", nameless_weighing(20_000), late),
        scale("key", nameless_weighing(21_000), late),
        yard("next", next, minute(4001)),
        yard("very-late", very_late, minute(4002)),
    ]);
    records
}

#[tokio::test]
async fn batches_of_any_size_store_the_same_rows() {
    let records = morning();
    let mut first = None;
    for batch_records in [1, 2, 3, 7, 100] {
        let world = World::new().await;
        world.append(records.clone()).await;
        world.process(batch_records).await;
        let stored = world.everything(&records).await;
        let expected = first.get_or_insert_with(|| stored.clone());
        assert_eq!(&stored, expected, "batches of {batch_records}");
    }
}

#[tokio::test]
async fn a_hub_that_begins_anew_looks_up_what_had_left_memory_before() {
    let told = |id: &str, milestone, at, told_at| {
        yard(id, report(id, milestone, "12C-123.45", at, ""), told_at)
    };
    let records = [
        told("in", "GATE_IN", minute(0), minute(1)),
        told("back", "TURNED_BACK", minute(60), minute(61)),
        told("in again", "GATE_IN", minute(6000), minute(6001)),
        told("late", "YARD_IN", minute(30), minute(6002)),
    ];
    let world = World::new().await;
    for record in records {
        world.append([record]).await;
        world.process(100).await;
    }
    let crossings = world.crossings().await;
    let readings: Vec<_> = crossings.iter().map(|one| one.readings.len()).collect();
    assert_eq!(
        readings,
        [3, 1],
        "the late one belongs to the visit that ended"
    );
}

#[tokio::test]
async fn a_hub_that_begins_anew_after_every_record_stores_the_same_rows() {
    let records = morning();
    let at_once = World::new().await;
    at_once.append(records.clone()).await;
    at_once.process(100).await;
    let by_one = World::new().await;
    for record in records.clone() {
        by_one.append([record]).await;
        by_one.process(100).await;
    }
    assert_eq!(
        by_one.everything(&records).await,
        at_once.everything(&records).await
    );
}
