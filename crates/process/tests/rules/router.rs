//! The router: which gate a record goes to.

use bordergate_model::{GateId, RawRecord};
use bordergate_store::Registry as _;

use crate::message::{GATE, OTHER_GATE, minute, province, report};
use crate::province::{DECLARATION, codes, entry, logged, other_entry, permit, release, waiting};
use crate::world::{OTHER_SHARD, ROUTER, SHARD, World};

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
