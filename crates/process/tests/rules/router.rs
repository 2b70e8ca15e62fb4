//! The router: which gate a record goes to, what waits and until when.

use std::time::Duration;

use bordergate_eventlog::{EventLog as _, RunLimit};
use bordergate_model::{GateId, LoggedRecord, RawRecord, RecordId};
use bordergate_process::Shard;
use bordergate_store::{Registry as _, Routes as _, UnroutedRow};

use crate::message::{
    GATE, OTHER_GATE, declaration_parts, minute, other_yard, province, province_customs, report,
    yard,
};
use crate::world::{OTHER_SHARD, ROUTER, SHARD, World, encode};

/// The declaration of the readers' sample.
pub(crate) const DECLARATION: &str = r#""declarations": ["106512345670"]"#;
/// Another one.
const OTHER_DECLARATION: &str = r#""declarations": ["106599999990"]"#;

/// A clearance permit of the sample, whole, at a border gate.
pub(crate) fn permit(key: &str, border_gate: &str) -> RawRecord {
    let body = declaration_parts(key, 1).remove(0);
    let text = String::from_utf8(body).expect("letters");
    let text = text.replace("VNHUGT", border_gate);
    province_customs(key, text.into_bytes(), minute(300))
}

/// A province-wide report that a vehicle with the declaration was released.
pub(crate) fn release(key: &str, plate: &str, declaration: &str) -> RawRecord {
    let body = report(key, "RELEASED", plate, minute(30), declaration);
    province(key, body, minute(31))
}

/// A vehicle enters with the declaration, here and at the other gate.
pub(crate) fn entry(key: &str, plate: &str, declaration: &str) -> RawRecord {
    let body = report(key, "GATE_IN", plate, minute(10), declaration);
    yard(key, body, minute(11))
}

pub(crate) fn other_entry(key: &str, plate: &str, declaration: &str) -> RawRecord {
    let body = report(key, "GATE_IN", plate, minute(10), declaration);
    other_yard(key, body, minute(11))
}

/// The codes of a record's outcomes in a shard, `observed` for one that gave readings, by offset.
pub(crate) async fn codes(world: &World, shard: u16, record_id: RecordId) -> Vec<String> {
    let fates = world.fates(record_id).await.into_iter();
    fates
        .filter(|fate| fate.shard == shard)
        .map(|fate| fate.outcome.map_or("observed".to_owned(), |one| one.code))
        .collect()
}

pub(crate) async fn waiting(world: &World) -> Vec<UnroutedRow> {
    let rows = world.store.unrouted_page(None, 1000).await;
    rows.expect("the database answers")
}

/// Every record of a shard.
async fn logged(world: &World, shard: u16) -> Vec<LoggedRecord> {
    let mut reader = world.log.open(shard, 0).await.expect("it is there");
    let limit = RunLimit {
        records: 1000,
        body_bytes: usize::MAX,
    };
    let run = reader.next_run(limit, Duration::from_millis(200)).await;
    run.expect("it can be read")
}

#[tokio::test]
async fn a_message_that_names_a_gate_goes_there_as_it_came() {
    let world = World::new().await;
    let record = permit("A", "VNHUGT");
    world.append_to(ROUTER, [record.clone()]).await;
    world.process_shard(ROUTER, 100).await;
    let routed = RawRecord {
        gate_id: Some(GateId::parse(GATE).expect("a plain name")),
        routed_from: Some((ROUTER, 0)),
        ..record.clone()
    };
    let there: Vec<RawRecord> = logged(&world, SHARD)
        .await
        .into_iter()
        .map(|one| one.record)
        .collect();
    assert_eq!(there, [routed]);
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        ["route.place"]
    );
    world.process(100).await;
    assert_eq!(codes(&world, SHARD, record.record_id).await, ["observed"]);
    let crossings = world.crossings().await;
    assert_eq!(crossings.len(), 1);
    assert_eq!(crossings[0].gate_id.as_str(), GATE);
    let reading = &crossings[0].readings[0].observation;
    assert_eq!(reading.received_at, minute(300), "it was received once");
}

#[tokio::test]
async fn a_record_follows_the_crossing_that_carries_its_declaration() {
    let world = World::new().await;
    world
        .append_to(OTHER_SHARD, [other_entry("in", "12C-111.11", DECLARATION)])
        .await;
    world.process_shard(OTHER_SHARD, 100).await;
    let record = permit("A", "VNXXXX");
    world.append_to(ROUTER, [record.clone()]).await;
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        ["route.link"]
    );
    world.process_shard(OTHER_SHARD, 100).await;
    let crossings = world.crossings().await;
    assert_eq!(crossings.len(), 1, "the message joined the vehicle");
    assert_eq!(crossings[0].readings.len(), 3);
}

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
async fn a_record_that_may_belong_to_two_gates_waits_and_says_so() {
    let world = World::new().await;
    world.append([entry("in", "12C-333.33", DECLARATION)]).await;
    world.process(100).await;
    world
        .append_to(OTHER_SHARD, [other_entry("in", "12C-444.44", DECLARATION)])
        .await;
    world.process_shard(OTHER_SHARD, 100).await;
    let either = release("either", "12C-555.55", DECLARATION);
    // Of the declaration's two vehicles the plate tells which.
    let here = release("here", "12C-333.33", DECLARATION);
    world
        .append_to(ROUTER, [either.clone(), here.clone()])
        .await;
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, either.record_id).await,
        ["route.ambiguous"]
    );
    assert_eq!(codes(&world, ROUTER, here.record_id).await, ["route.link"]);
    let rows = waiting(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].detail, "it may belong to huu-nghi, tan-thanh");
}

#[tokio::test]
async fn a_gate_that_is_registered_with_the_code_takes_what_waited() {
    let world = World::new().await;
    let record = permit("A", "VNTTGT");
    world.append_to(ROUTER, [record.clone()]).await;
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        ["route.unknown"]
    );
    let gates = world.store.gates().await.expect("the database answers");
    let mut gate = gates
        .into_iter()
        .find(|gate| gate.gate_id.as_str() == OTHER_GATE)
        .expect("it is registered");
    gate.office_codes = vec!["VNTTGT".to_owned()];
    gate.is_disabled = true;
    world.store.add_gate(&gate).await.expect("a new version");
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        ["route.gate_disabled"]
    );
    assert_eq!(waiting(&world).await[0].code, "route.gate_disabled");
    gate.is_disabled = false;
    world.store.add_gate(&gate).await.expect("a new version");
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        ["route.place"]
    );
    assert_eq!(logged(&world, OTHER_SHARD).await.len(), 1);
}

#[tokio::test]
async fn a_retry_and_a_correction_go_where_the_first_went() {
    let world = World::new().await;
    world
        .append_to(OTHER_SHARD, [other_entry("in", "12C-666.66", DECLARATION)])
        .await;
    world.process_shard(OTHER_SHARD, 100).await;
    let first = release("first", "12C-666.66", DECLARATION);
    let retry = first.clone();
    world.append_to(ROUTER, [first.clone(), retry]).await;
    world.process_shard(ROUTER, 100).await;
    world.process_shard(OTHER_SHARD, 100).await;
    assert_eq!(
        codes(&world, OTHER_SHARD, first.record_id).await,
        ["observed", "record.duplicate"]
    );
    // By now its keys point to both gates.
    world.append([entry("in", "12C-777.77", DECLARATION)]).await;
    world.process(100).await;
    let body = report(
        "second",
        "RELEASED",
        "12C-666.66",
        minute(33),
        r#""corrects": "first", "revision": 1, "declarations": ["106512345670"]"#,
    );
    let second = province("second", body, minute(40));
    world
        .append_to(ROUTER, [second.clone(), first.clone()])
        .await;
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, second.record_id).await,
        ["route.known"]
    );
    assert_eq!(
        codes(&world, ROUTER, first.record_id)
            .await
            .last()
            .map(String::as_str),
        Some("route.known")
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_quarantined_by_the_router() {
    let world = World::new().await;
    let broken = province("broken", "{\"specversion\": ", minute(1));
    let stray = entry("stray", "12C-888.88", DECLARATION);
    world
        .append_to(ROUTER, [broken.clone(), stray.clone()])
        .await;
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, stray.record_id).await,
        ["record.wrong_shard"]
    );
    let rows = world.quarantine().await;
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (rows[0].shard, rows[0].record_id),
        (ROUTER, broken.record_id)
    );
    assert_eq!(waiting(&world).await, []);

    // And a gate's shard takes nothing that was not routed to it.
    world
        .append([release("r", "12C-888.88", DECLARATION)])
        .await;
    world.process(100).await;
    assert_eq!(world.quarantine().await.len(), 3);
}

#[tokio::test]
async fn parts_of_a_message_travel_together_and_are_put_together_at_the_gate() {
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let world = World::new().await;
        let parts = parts("A");
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
    let parts = parts("A").map(|part| {
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

/// The sample's permit in three parts.
fn parts(data_id: &str) -> [RawRecord; 3] {
    let parts: [Vec<u8>; 3] = declaration_parts(data_id, 3)
        .try_into()
        .expect("three were asked for");
    let mut number = 0;
    parts.map(|body| {
        number += 1;
        province_customs(&format!("{data_id}-{number}"), body, minute(299 + number))
    })
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
        records.extend(parts("C"));
        records.push(permit("A", "VNHUGT"));
        records.extend(parts("D")[..2].to_vec());
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
