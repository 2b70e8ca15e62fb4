//! Split messages: put together whatever the order, the batches and the restarts; given up by log time.

use bordergate_model::{Offset, OutcomeKind, RawRecord, RecordId};
use bordergate_store::{KeptPart, Shards, Wanted, WantedParts};
use jiff::Timestamp;

use crate::message::{customs, declaration_parts, minute, report, yard};
use crate::world::{SHARD, World};

/// A day in minutes.
const DAY: i64 = 24 * 60;

/// Returns the moment so many minutes after 12:00 local time: the message tells of times shortly before.
fn noon(minutes: i64) -> Timestamp {
    minute(4 * 60 + minutes)
}

/// Three parts of the declaration of `data_id`, received a minute apart from minute `from` on.
fn three(data_id: &str, from: i64) -> [RawRecord; 3] {
    let parts = declaration_parts(data_id, 3);
    let parts: [Vec<u8>; 3] = parts.try_into().expect("three were asked for");
    let mut at = from;
    parts.map(|part| {
        at += 1;
        customs(&format!("{data_id}-{at}"), part, noon(at - 1))
    })
}

/// A record that moves log time and nothing else.
fn clock(minutes: i64) -> RawRecord {
    let key = format!("clock-{minutes}");
    let body = report(&key, "GATE_IN", "15C-111.22", noon(minutes), "");
    yard(&key, body, noon(minutes))
}

async fn codes_of(world: &World, records: &[RawRecord]) -> Vec<String> {
    let mut codes = Vec::new();
    for record in records {
        codes.push(world.codes(record.record_id).await.join(" "));
    }
    codes
}

/// Every kept part.
async fn kept(world: &World) -> Vec<KeptPart> {
    let wanted = Wanted {
        parts: Some(WantedParts {
            shard: SHARD,
            messages: Vec::new(),
            log_time: noon(1_000 * DAY),
        }),
        ..Wanted::default()
    };
    let found = world.store.look_up(&wanted).await;
    found.expect("the database answers").parts
}

/// Where the declaration's observations are, each once.
async fn observed_at(world: &World, record_id: RecordId) -> Vec<Offset> {
    let fates = world.fates(record_id).await;
    let observed = fates.iter().filter(|fate| fate.outcome.is_none());
    observed
        .inspect(|fate| assert_eq!(fate.observations.len(), 2, "registered, cleared"))
        .map(|fate| fate.offset)
        .collect()
}

#[tokio::test]
async fn parts_in_any_order_give_the_observations_to_the_one_that_completes() {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let world = World::new().await;
        let parts = three("A", 0);
        let arrived = order.map(|at| parts[at].clone());
        world.append(arrived.clone()).await;
        world.process(100).await;
        assert_eq!(
            codes_of(&world, &arrived).await,
            ["vnaccs.part", "vnaccs.part", "observed"],
            "{order:?}"
        );
        assert_eq!(
            observed_at(&world, arrived[2].record_id).await,
            [2],
            "{order:?}"
        );
        assert_eq!(world.crossings().await.len(), 1, "{order:?}");
        assert!(
            kept(&world).await.iter().all(|part| part.bytes.is_none()),
            "no bytes stay of a whole message"
        );
    }
}

#[tokio::test]
async fn a_part_says_that_it_waits() {
    let world = World::new().await;
    let [first, ..] = three("A", 0);
    world.append([first.clone()]).await;
    world.process(100).await;
    let fates = world.fates(first.record_id).await;
    let outcome = fates[0].outcome.clone().expect("it gave no reading");
    assert_eq!(
        (outcome.kind, outcome.code.as_str()),
        (OutcomeKind::Part, "vnaccs.part")
    );
    assert_eq!(world.quarantine().await.len(), 0);
}

#[tokio::test]
async fn a_doubled_part_is_a_duplicate_before_and_after_the_message_is_whole() {
    let world = World::new().await;
    let [one, two, three] = three("A", 0);
    let again = |of: &RawRecord, key: &str| customs(key, of.body.to_vec(), noon(5));
    let (early, late) = (again(&one, "early"), again(&three, "late"));
    let records = [
        one.clone(),
        one.clone(),
        early.clone(),
        two,
        three.clone(),
        three.clone(),
        late.clone(),
    ];
    world.append(records).await;
    world.process(2).await;
    let codes = codes_of(&world, &[one, early, three, late]).await;
    let expected = [
        "vnaccs.part record.duplicate",
        "vnaccs.part_duplicate",
        "observed record.duplicate",
        "vnaccs.part_duplicate",
    ];
    assert_eq!(codes, expected);
    assert_eq!(world.quarantine().await.len(), 0);
}

#[tokio::test]
async fn a_message_sent_once_more_after_a_day_is_a_duplicate() {
    let world = World::new().await;
    let (first, second) = (three("A", 0), three("A", 2 * DAY));
    world.append(first.into_iter().chain(second.clone())).await;
    world.process(100).await;
    let codes = codes_of(&world, &second).await;
    assert_eq!(codes, ["vnaccs.part", "vnaccs.part", "event.duplicate"]);
}

#[tokio::test]
async fn another_content_under_a_number_is_quarantined_and_the_message_goes_on() {
    let world = World::new().await;
    let [one, two, three] = three("A", 0);
    let mut bytes = one.body.to_vec();
    *bytes.last_mut().expect("it has a body") = b'9';
    let other = customs("other", bytes, noon(1));
    world.append([one, other.clone(), two, three.clone()]).await;
    world.process(100).await;
    let codes = codes_of(&world, &[other, three]).await;
    assert_eq!(codes, ["vnaccs.part_conflict", "observed"]);
}

#[tokio::test]
async fn two_messages_that_come_interleaved_do_not_mix() {
    let world = World::new().await;
    let (a, b) = (three("A", 0), three("B", 0));
    let mixed = [&a[0], &b[2], &b[0], &a[1], &b[1], &a[2]].map(Clone::clone);
    world.append(mixed).await;
    world.process(100).await;
    assert_eq!(observed_at(&world, b[1].record_id).await, [4]);
    assert_eq!(observed_at(&world, a[2].record_id).await, [5]);
}

#[tokio::test]
async fn a_missing_part_is_given_up_by_log_time_and_what_is_there_is_quarantined() {
    let world = World::new().await;
    let [one, two, three] = three("A", 0);
    world
        .append([one.clone(), three.clone(), clock(DAY - 1)])
        .await;
    world.process(100).await;
    let there = [one.clone(), three.clone()];
    assert_eq!(
        codes_of(&world, &there).await,
        ["vnaccs.part", "vnaccs.part"]
    );
    world.append([clock(DAY)]).await;
    world.process(100).await;
    let missing = "vnaccs.part_missing";
    assert_eq!(codes_of(&world, &there).await, [missing, missing]);
    let quarantine = world.quarantine().await;
    let rows: Vec<_> = quarantine
        .iter()
        .map(|row| (row.offset, row.code.as_str()))
        .collect();
    assert_eq!(rows, [(0, missing), (1, missing)]);
    assert_eq!(
        quarantine[0].detail,
        "of 3 parts of the message came 1, 3 within 24 h, not 2"
    );
    assert_eq!(kept(&world).await, [], "nothing is kept of it");

    // The missing one comes too late and waits; what was put aside is redriven and meets it.
    let redriven = |record: &RawRecord, offset| RawRecord {
        received_at: noon(DAY + 10),
        redrive_of: Some(offset),
        ..record.clone()
    };
    let late = RawRecord {
        received_at: noon(DAY + 5),
        ..two
    };
    world
        .append([late.clone(), redriven(&three, 1), redriven(&one, 0)])
        .await;
    world.process(100).await;
    let codes = codes_of(&world, &[late, three, one.clone()]).await;
    let expected = [
        "vnaccs.part",
        "vnaccs.part_missing vnaccs.part",
        "vnaccs.part_missing observed",
    ];
    assert_eq!(codes, expected);
    assert_eq!(observed_at(&world, one.record_id).await, [6]);
}

#[tokio::test]
async fn a_message_that_the_database_refuses_puts_its_last_part_aside_and_the_others_wait_for_a_redrive()
 {
    let world = World::new().await;
    world
        .on_store(
            "create trigger poison before insert on observations when new.event_id like 'A %' \
             begin select raise(abort, 'poison is refused'); end",
        )
        .await;
    let [one, two, three] = three("A", 0);
    let others = [one.clone(), two.clone()];
    world
        .append([one, two, clock(3), three.clone(), clock(4)])
        .await;
    world.process(100).await;
    assert_eq!(world.codes(three.record_id).await, ["store.refused"]);
    assert_eq!(
        codes_of(&world, &others).await,
        ["vnaccs.part", "vnaccs.part"]
    );
    assert_eq!(
        world.quarantine().await.len(),
        1,
        "the halves ended at the record at fault"
    );

    world.on_store("drop trigger poison").await;
    let again = RawRecord {
        received_at: noon(10),
        redrive_of: Some(3),
        ..three.clone()
    };
    world.append([again]).await;
    world.process(100).await;
    assert_eq!(
        world.codes(three.record_id).await,
        ["store.refused", "observed"]
    );
    assert_eq!(
        codes_of(&world, &others).await,
        ["vnaccs.part", "vnaccs.part"]
    );
}

#[tokio::test]
async fn a_whole_that_cannot_be_read_puts_its_last_part_aside_and_the_others_are_given_up() {
    let world = World::new().await;
    let broken = three("A", 0).map(|mut record| {
        let text = String::from_utf8(record.body.to_vec()).expect("letters");
        record.body = text.replace("16112026\r\n", "1611XX26\r\n").into();
        record
    });
    world.append(broken.clone()).await;
    world.process(100).await;
    let codes = codes_of(&world, &broken).await;
    assert_eq!(codes, ["vnaccs.part", "vnaccs.part", "vnaccs.time"]);
    let waiting = kept(&world).await;
    let numbers: Vec<u16> = waiting.iter().map(|part| part.number).collect();
    assert_eq!(numbers, [1, 2], "the last one does not count as there");
    assert!(waiting.iter().all(|part| part.bytes.is_some()));
    world.append([clock(DAY)]).await;
    world.process(100).await;
    let codes = codes_of(&world, &broken).await;
    let expected = ["vnaccs.part_missing", "vnaccs.part_missing", "vnaccs.time"];
    assert_eq!(codes, expected);
}

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
