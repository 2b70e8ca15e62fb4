//! Split messages over days with vehicles between them: batches and restarts change nothing.

use bordergate_model::{Offset, RawRecord, RecordId};

use crate::message::{customs, report, yard};
use crate::parts::{DAY, clock, kept, noon, three};
use crate::world::World;

/// Everything that happens to parts, with vehicles between them.
fn week() -> Vec<RawRecord> {
    let [a1, a2, a3] = three("A", 0);
    let [b1, b2, b3] = three("B", 5);
    let [c1, c2, c3] = three("C", 10);
    let [d1, _, d3] = three("D", 15);
    let mut other = b1.body.to_vec();
    *other.last_mut().expect("it has a body") = b'9';
    // Declared twice under one data id with other words: the second telling contradicts the first.
    let mut conflict = three("A", 3 * DAY);
    for record in &mut conflict {
        let text = String::from_utf8(record.body.to_vec()).expect("letters");
        record.body = text.replace("E9U115", "E9U116").into();
    }
    let vehicle = |at: i64| {
        let key = format!("vehicle-{at}");
        let more = r#""declarations": ["106512345670"]"#;
        yard(
            &key,
            report(&key, "GATE_IN", "12C-123.45", noon(at), more),
            noon(at),
        )
    };
    vec![
        b2.clone(),
        a1.clone(),
        vehicle(3),
        a3.clone(),
        a1.clone(),
        customs("conflict", other, noon(6)),
        b1.clone(),
        c3,
        a2,
        b3.clone(),
        vehicle(20),
        d1.clone(),
        c1,
        a3,
        customs("again", b3.body.to_vec(), noon(30)),
        d3,
        clock(DAY + 40),
        c2,
        d1,
        clock(2 * DAY),
        conflict[0].clone(),
        conflict[1].clone(),
        conflict[2].clone(),
        b2,
        clock(5 * DAY),
    ]
}

#[tokio::test]
async fn batch_borders_and_restarts_change_nothing_about_parts() {
    let records = week();
    let mut first: Option<String> = None;
    for batch_records in [1, 2, 3, 5, 8, 100] {
        let world = World::new().await;
        world.append(records.clone()).await;
        world.process(batch_records).await;
        let stored = format!(
            "{}\n{:#?}",
            world.everything(&records).await,
            kept(&world).await
        );
        let expected = first.get_or_insert_with(|| stored.clone());
        assert_eq!(&stored, expected, "batches of {batch_records}");
    }
    // The same log read anew is also what a verification does.
    let by_one = World::new().await;
    for record in records.clone() {
        by_one.append([record]).await;
        by_one.process(100).await;
    }
    let stored = format!(
        "{}\n{:#?}",
        by_one.everything(&records).await,
        kept(&by_one).await
    );
    assert_eq!(
        Some(stored),
        first,
        "a hub that begins anew after every record"
    );
}

#[tokio::test]
async fn every_offset_has_one_outcome_or_its_observations() {
    let records = week();
    let world = World::new().await;
    world.append(records.clone()).await;
    world.process(4).await;
    let mut ids: Vec<RecordId> = records.iter().map(|record| record.record_id).collect();
    ids.sort();
    ids.dedup();
    let mut offsets = Vec::new();
    for record_id in ids {
        for fate in world.fates(record_id).await {
            assert_ne!(
                fate.outcome.is_some(),
                !fate.observations.is_empty(),
                "{fate:?}"
            );
            offsets.push(fate.offset);
        }
    }
    offsets.sort_unstable();
    let expected: Vec<Offset> = (0..).take(records.len()).collect();
    assert_eq!(offsets, expected);
    let aside = world.quarantine().await;
    let codes: Vec<&str> = aside.iter().map(|row| row.code.as_str()).collect();
    for code in [
        "vnaccs.part_conflict",
        "vnaccs.part_missing",
        "event.conflict",
    ] {
        assert!(codes.contains(&code), "{code} is in {codes:?}");
    }
}
