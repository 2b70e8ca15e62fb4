//! Split messages: put together whatever the order.

use bordergate_model::{Offset, OutcomeKind, RawRecord, RecordId};
use bordergate_store::{KeptPart, Shards, Wanted, WantedParts};
use jiff::Timestamp;

use crate::message::{customs, declaration_parts, minute, report, yard};
use crate::world::{SHARD, World};

/// A day in minutes.
pub(crate) const DAY: i64 = 24 * 60;

/// Returns the moment so many minutes after 12:00 local time: the message tells of times shortly before.
pub(crate) fn noon(minutes: i64) -> Timestamp {
    minute(4 * 60 + minutes)
}

/// Three parts of the declaration of `data_id`, received a minute apart from minute `from` on.
pub(crate) fn three(data_id: &str, from: i64) -> [RawRecord; 3] {
    let parts = declaration_parts(data_id, 3);
    let parts: [Vec<u8>; 3] = parts.try_into().expect("three were asked for");
    let mut at = from;
    parts.map(|part| {
        at += 1;
        customs(&format!("{data_id}-{at}"), part, noon(at - 1))
    })
}

/// A record that moves log time and nothing else.
pub(crate) fn clock(minutes: i64) -> RawRecord {
    let key = format!("clock-{minutes}");
    let body = report(&key, "GATE_IN", "15C-111.22", noon(minutes), "");
    yard(&key, body, noon(minutes))
}

pub(crate) async fn codes_of(world: &World, records: &[RawRecord]) -> Vec<String> {
    let mut codes = Vec::new();
    for record in records {
        codes.push(world.codes(record.record_id).await.join(" "));
    }
    codes
}

/// Every kept part.
pub(crate) async fn kept(world: &World) -> Vec<KeptPart> {
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
pub(crate) async fn observed_at(world: &World, record_id: RecordId) -> Vec<Offset> {
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
