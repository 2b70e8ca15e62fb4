//! Decisions about records of the router's shard.

use bordergate_model::{Offset, RecordId};
use bordergate_store::{
    Assigned, AuditEntry, Batch, Destination, Error, RouteChanges, Routed, RoutedRecord, Together,
    WantedLinks,
};

use crate::bench::Bench;
use crate::routes::{ROUTER, keeping, logged, waiting};
use crate::sample::{Owner, gate};

fn to(name: &str, code: &str) -> Destination {
    Destination {
        gate_id: gate(name),
        code: code.to_owned(),
    }
}

fn record_id(offset: Offset) -> RecordId {
    logged(offset).record.record_id
}

/// Records that go together, and where they would.
fn together(offsets: &[Offset], choice: Option<Destination>) -> Together {
    let record = |offset: &Offset| RoutedRecord {
        offset: *offset,
        record_id: record_id(*offset),
        body_sha256: [7; 32],
    };
    Together {
        records: offsets.iter().map(record).collect(),
        choice,
    }
}

fn entry(offset: Offset) -> AuditEntry {
    AuditEntry {
        actor: "administrator a".to_owned(),
        action: "unrouted.assign".to_owned(),
        subject: record_id(offset).to_string(),
        purpose: String::new(),
    }
}

async fn decide(bench: &Bench, owner: &Owner, one: Together) -> Option<Destination> {
    let answers = bench.store.decide(ROUTER, owner.epoch, &[one]).await;
    let answers = answers.expect("it answers").expect("the shard is ours");
    let [answer] = answers.try_into().expect("an answer per entry");
    answer
}

async fn assign(bench: &Bench, offset: Offset, to: &Destination) -> Result<Assigned, Error> {
    let entry = entry(offset);
    let assigned = bench.store.assign(ROUTER, record_id(offset), to, &entry);
    assigned.await
}

/// The gates that a record is at or goes to.
async fn gates(bench: &Bench, offset: Offset) -> Vec<String> {
    let wanted = WantedLinks {
        record_ids: vec![record_id(offset)],
        ..WantedLinks::default()
    };
    let links = bench.store.links(&wanted).await.expect("it answers");
    let gates = links.records.into_iter();
    gates.map(|(.., gate_id)| gate_id.to_string()).collect()
}

pub(crate) async fn a_decision_stands_until_the_record_is_there(bench: Bench) {
    let mut owner = Owner::take_shard(&bench.store, ROUTER).await;
    let batch = keeping(&owner, 1, vec![waiting(0, None, &["1"])]);
    owner.commit(&batch).await;
    assert_eq!(decide(&bench, &owner, together(&[0], None)).await, None);
    let (link, place) = (to("tan-thanh", "route.link"), to("huu-nghi", "route.place"));
    let first = decide(&bench, &owner, together(&[0], Some(link.clone()))).await;
    assert_eq!(first.as_ref(), Some(&link));
    for choice in [Some(place), None] {
        let stands = decide(&bench, &owner, together(&[0], choice)).await;
        assert_eq!(stands.as_ref(), Some(&link));
    }
    assert_eq!(gates(&bench, 0).await, ["tan-thanh"]);
    let rows = bench.store.unrouted_page(None, 10).await;
    let rows = rows.expect("it answers");
    assert_eq!(rows[0].going_to, Some(gate("tan-thanh")));
    let woken = bench.store.woken(ROUTER, &[]).await;
    assert_eq!(woken.expect("it answers"), [0]);

    let batch = Batch {
        routes: RouteChanges {
            routed: vec![Routed {
                offset: 0,
                gate_id: gate("tan-thanh"),
                code: "route.link".to_owned(),
            }],
            settled: vec![0],
            ..RouteChanges::default()
        },
        ..owner.batch(1)
    };
    owner.commit(&batch).await;
    assert_eq!(bench.count("route_decisions").await, 0);
    assert_eq!(gates(&bench, 0).await, ["tan-thanh"], "the outcome says so");
}

pub(crate) async fn a_decision_holds_for_all_that_go_together(bench: Bench) {
    let mut owner = Owner::take_shard(&bench.store, ROUTER).await;
    let kept = vec![
        waiting(0, Some("m"), &[]),
        waiting(1, Some("m"), &[]),
        waiting(2, Some("n"), &[]),
    ];
    let batch = keeping(&owner, 3, kept);
    owner.commit(&batch).await;
    let named = to("tan-thanh", "route.assigned");
    let assigned = assign(&bench, 1, &named).await;
    assert_eq!(
        assigned.expect("it waits"),
        Assigned::Going(2),
        "not those of another message"
    );
    let other = to("huu-nghi", "route.place");
    let stands = decide(&bench, &owner, together(&[0, 1, 3], Some(other.clone()))).await;
    assert_eq!(stands, Some(named));
    assert_eq!(gates(&bench, 3).await, ["tan-thanh"]);
    let stands = decide(&bench, &owner, together(&[2], Some(other.clone()))).await;
    assert_eq!(stands, Some(other));
}

pub(crate) async fn a_person_decides_once_and_leaves_one_row_in_the_trail(bench: Bench) {
    let mut owner = Owner::take_shard(&bench.store, ROUTER).await;
    let batch = keeping(&owner, 1, vec![waiting(0, None, &["1"])]);
    owner.commit(&batch).await;
    let (here, there) = (
        to("huu-nghi", "route.assigned"),
        to("tan-thanh", "route.assigned"),
    );
    let unknown = assign(&bench, 5, &here).await;
    assert_eq!(unknown.expect("it answers"), Assigned::Unknown);
    assert_eq!(bench.count("audit").await, 0);
    for _ in 0..2 {
        let assigned = assign(&bench, 0, &here).await;
        assert_eq!(assigned.expect("it waits"), Assigned::Going(1));
        let trail = bench.store.audit_entries(10).await.expect("it answers");
        let trail: Vec<AuditEntry> = trail.into_iter().map(|(_, entry)| entry).collect();
        assert_eq!(trail, [entry(0)]);
    }
    let error = assign(&bench, 0, &there).await.expect_err("it is decided");
    assert_eq!(error.code(), "unrouted.decided");
    let batch = Batch {
        routes: RouteChanges {
            routed: vec![Routed {
                offset: 0,
                gate_id: here.gate_id.clone(),
                code: here.code.clone(),
            }],
            settled: vec![0],
            ..RouteChanges::default()
        },
        ..owner.batch(1)
    };
    owner.commit(&batch).await;
    let again = assign(&bench, 0, &here).await;
    assert_eq!(again.expect("it answers"), Assigned::There);
    let error = assign(&bench, 0, &there)
        .await
        .expect_err("it is at a gate");
    assert_eq!(error.code(), "unrouted.routed");
    assert_eq!(bench.count("audit").await, 1);
}

pub(crate) async fn an_earlier_owner_decides_nothing(bench: Bench) {
    let owner = Owner::take_shard(&bench.store, ROUTER).await;
    let one = [together(&[0], Some(to("tan-thanh", "route.link")))];
    let earlier = bench.store.decide(ROUTER, owner.epoch - 1, &one).await;
    assert_eq!(earlier.expect("it answers"), None);
    assert_eq!(bench.count("route_decisions").await, 0);
}

pub(crate) async fn whoever_decides_first_decides(bench: Bench) {
    let mut owner = Owner::take_shard(&bench.store, ROUTER).await;
    let kept: Vec<_> = (0..20).map(|offset| waiting(offset, None, &[])).collect();
    let batch = keeping(&owner, 20, kept);
    owner.commit(&batch).await;
    let (hub, person) = (
        to("tan-thanh", "route.link"),
        to("huu-nghi", "route.assigned"),
    );
    for offset in 0..20 {
        let (stands, assigned) = tokio::join!(
            decide(&bench, &owner, together(&[offset], Some(hub.clone()))),
            assign(&bench, offset, &person)
        );
        match assigned {
            Ok(assigned) => {
                assert_eq!(assigned, Assigned::Going(1));
                assert_eq!(stands.as_ref(), Some(&person));
            }
            Err(error) => {
                assert_eq!(error.code(), "unrouted.decided");
                assert_eq!(stands.as_ref(), Some(&hub));
            }
        }
        assert_eq!(gates(&bench, offset).await.len(), 1);
    }
}
