//! Records that a person sends to a gate: the router carries the decision out as its own.

use bordergate_model::{GateId, RecordId};
use bordergate_process::{ASSIGNED, Shard};
use bordergate_store::{Assigned, AuditEntry, Decisions as _, Destination, Error};

use crate::message::{GATE, OTHER_GATE};
use crate::province::{
    DECLARATION, OTHER_DECLARATION, codes, entry, logged, other_entry, permit_parts, release,
    waiting,
};
use crate::world::{OTHER_SHARD, ROUTER, SHARD, World, encode};

async fn assign(world: &World, record_id: RecordId, gate_id: &str) -> Result<Assigned, Error> {
    let destination = Destination {
        gate_id: GateId::parse(gate_id).expect("a plain name"),
        code: ASSIGNED.to_owned(),
    };
    let entry = AuditEntry {
        actor: "a test".to_owned(),
        action: "unrouted.assign".to_owned(),
        subject: record_id.to_string(),
        purpose: String::new(),
    };
    let assigned = world.store.assign(ROUTER, record_id, &destination, &entry);
    assigned.await
}

#[tokio::test]
async fn a_waiting_record_goes_where_a_person_sends_it_whatever_points_elsewhere() {
    let world = World::new().await;
    world.append([entry("in", "12C-313.13", DECLARATION)]).await;
    world.process(100).await;
    world
        .append_to(OTHER_SHARD, [other_entry("in", "12C-323.23", DECLARATION)])
        .await;
    world.process_shard(OTHER_SHARD, 100).await;
    let record = release("either", "12C-555.55", DECLARATION);
    world.append_to(ROUTER, [record.clone()]).await;
    let taken = Shard::take(world.tools(100, encode), ROUTER).await;
    let mut router = taken.expect("nothing is wrong").expect("it is free");
    router.run_until_idle().await.expect("nothing is wrong");
    assert_eq!(waiting(&world).await[0].code, "route.ambiguous");

    let assigned = assign(&world, record.record_id, OTHER_GATE).await;
    assert_eq!(assigned.expect("it waits"), Assigned::Going(1));
    let going_to = waiting(&world).await.remove(0).going_to;
    assert_eq!(going_to.expect("it was sent").as_str(), OTHER_GATE);
    // The owner that stays finds it without any crossing being written.
    router.run_until_idle().await.expect("nothing is wrong");
    assert_eq!(waiting(&world).await, []);
    assert_eq!(codes(&world, ROUTER, record.record_id).await, [ASSIGNED]);
    world.process_shard(OTHER_SHARD, 100).await;
    assert_eq!(
        codes(&world, OTHER_SHARD, record.record_id).await,
        ["observed"]
    );
    assert_eq!(logged(&world, SHARD).await.len(), 1, "the vehicle alone");

    let again = assign(&world, record.record_id, OTHER_GATE).await;
    assert_eq!(again.expect("it is there"), Assigned::There);
    let elsewhere = assign(&world, record.record_id, GATE).await;
    assert_eq!(
        elsewhere.expect_err("it is at a gate").code(),
        "unrouted.routed"
    );
}

#[tokio::test]
async fn parts_of_a_message_go_together_where_a_person_sends_one_of_them() {
    let world = World::new().await;
    let parts = permit_parts("A");
    world.append_to(ROUTER, parts[..2].to_vec()).await;
    world.process_shard(ROUTER, 1).await;
    let assigned = assign(&world, parts[0].record_id, OTHER_GATE).await;
    assert_eq!(assigned.expect("it waits"), Assigned::Going(2));
    // The message names another gate, but parts of it are on their way.
    world.append_to(ROUTER, [parts[2].clone()]).await;
    world.process_shard(ROUTER, 1).await;
    world.process_shard(OTHER_SHARD, 100).await;
    assert_eq!(waiting(&world).await, []);
    for part in &parts {
        assert_eq!(codes(&world, ROUTER, part.record_id).await, [ASSIGNED]);
    }
    assert_eq!(logged(&world, SHARD).await, []);
    assert_eq!(
        codes(&world, OTHER_SHARD, parts[2].record_id).await,
        ["observed"]
    );
}

#[tokio::test]
async fn only_a_record_that_waits_can_be_sent() {
    let world = World::new().await;
    let record = release("out", "12C-333.33", OTHER_DECLARATION);
    let unknown = assign(&world, record.record_id, GATE).await;
    assert_eq!(unknown.expect("the database answers"), Assigned::Unknown);
    world.append_to(ROUTER, [record.clone()]).await;
    world.process_shard(ROUTER, 100).await;
    for _ in 0..2 {
        let assigned = assign(&world, record.record_id, GATE).await;
        assert_eq!(assigned.expect("it waits"), Assigned::Going(1));
    }
    let elsewhere = assign(&world, record.record_id, OTHER_GATE).await;
    assert_eq!(
        elsewhere.expect_err("it is on its way").code(),
        "unrouted.decided"
    );
    // And its sender's retry goes where it goes.
    world.append_to(ROUTER, [record.clone()]).await;
    world.process_shard(ROUTER, 100).await;
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        [ASSIGNED, "route.known"]
    );
    assert_eq!(logged(&world, SHARD).await.len(), 2);
    assert_eq!(logged(&world, OTHER_SHARD).await, []);
}
