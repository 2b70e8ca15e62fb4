//! Waiting records and the link table.

use bordergate_model::{
    Crossing, CrossingId, Detached, DetachedPart, KeyKind, LoggedRecord, MatchKey, Milestone,
    Offset, Outcome, OutcomeKind, RawRecord, RecordId, SourceId,
};
use bordergate_store::{
    Batch, Error, FeedShard, KeptPart, LinkKey, NewOutcome, NewUnrouted, RouteChanges, Routed,
    Told, Unrouted, UnroutedReason, WantedLinks, WantedUnrouted,
};
use bytes::Bytes;
use uuid::Uuid;

use crate::bench::Bench;
use crate::sample::{Owner, at, closed, crossing, gate, reading, source};

/// The router's shard.
pub(crate) const ROUTER: u16 = 8;

fn key(value: &str) -> MatchKey {
    MatchKey {
        kind: KeyKind::Declaration,
        value: value.to_owned(),
    }
}

/// A record with everything a record can have, as the router's log has it.
pub(crate) fn logged(offset: Offset) -> LoggedRecord {
    LoggedRecord {
        shard: ROUTER,
        offset,
        record: RawRecord {
            record_id: RecordId(Uuid::from_u128(0xA000 + offset as u128)),
            source_id: SourceId::parse("ls-customs").expect("a plain name"),
            source_version: 3,
            gate_id: None,
            format: "vnaccs".to_owned(),
            content_type: "text/plain; charset=utf-8".to_owned(),
            received_at: at(offset) + jiff::SignedDuration::from_nanos(7),
            is_replay: true,
            traceparent: Some("00-ab-cd-01".to_owned()),
            device_headers: vec![("ce-id".to_owned(), "a \"b\" \u{111}".to_owned())],
            redrive_of: Some(5),
            detached: Some(Box::new(Detached {
                body_sha256: [9; 32],
                parts: vec![DetachedPart {
                    at: 3,
                    bytes: 20_000,
                }],
            })),
            routed_from: None,
            body: Bytes::from(vec![0, 255, b'\r', b'\n']),
        },
    }
}

pub(crate) fn waiting(offset: Offset, message_key: Option<&str>, keys: &[&str]) -> NewUnrouted {
    NewUnrouted {
        unrouted: Unrouted {
            logged: logged(offset),
            message_key: message_key.map(str::to_owned),
            code: "route.unknown".to_owned(),
            detail: "it names no place".to_owned(),
        },
        keys: keys.iter().map(|value| key(value)).collect(),
    }
}

fn outcome(record: &LoggedRecord) -> NewOutcome {
    NewOutcome {
        record_id: record.record.record_id,
        offset: record.offset,
        source_id: record.record.source_id.clone(),
        gate_id: None,
        received_at: record.record.received_at,
        body_sha256: [7; 32],
        outcome: Outcome {
            kind: OutcomeKind::Routed,
            code: "route.unknown".to_owned(),
        },
    }
}

/// A batch after which the records wait.
pub(crate) fn keeping(owner: &Owner, next_offset: Offset, kept: Vec<NewUnrouted>) -> Batch {
    Batch {
        outcomes: kept
            .iter()
            .map(|one| outcome(&one.unrouted.logged))
            .collect(),
        routes: RouteChanges {
            kept,
            ..RouteChanges::default()
        },
        ..owner.batch(next_offset)
    }
}

/// A crossing of one reading of a record at `gate_id`, with these keys.
fn crossing_at(gate_id: &str, offset: Offset, keys: &[&str]) -> Crossing {
    let mut seen = reading(offset, Milestone::GateIn);
    seen.gate_id = gate(gate_id);
    let mut crossing = crossing(&[seen]);
    crossing.crossing_id = CrossingId(Uuid::from_u128(0xC000 + offset as u128));
    crossing.keys = keys.iter().map(|value| key(value)).collect();
    crossing
}

fn offsets(found: &[Unrouted]) -> Vec<Offset> {
    found.iter().map(|one| one.logged.offset).collect()
}

async fn all(bench: &Bench) -> Vec<(Offset, String)> {
    let rows = bench.store.unrouted_page(None, 100).await;
    let rows = rows.expect("it answers").into_iter();
    rows.map(|row| (row.offset, row.code)).collect()
}

pub(crate) async fn a_waiting_record_reads_back_as_it_was(bench: Bench) {
    let mut owner = Owner::take_shard(&bench.store, ROUTER).await;
    let kept = vec![
        waiting(0, None, &["1", "2"]),
        waiting(1, Some("m"), &[]),
        waiting(2, Some("m"), &["2"]),
        waiting(3, Some("n"), &[]),
    ];
    let batch = keeping(&owner, 4, kept.clone());
    owner.commit(&batch).await;
    let wanted = WantedUnrouted {
        offsets: vec![0, 2],
        messages: vec![(source("ls-customs"), "m".to_owned())],
    };
    let found = bench.store.unrouted(ROUTER, &wanted).await;
    let found = found.expect("it answers");
    assert_eq!(offsets(&found), [0, 1, 2], "each once, by offset");
    for one in found {
        let as_kept = &kept[usize::try_from(one.logged.offset).expect("small")].unrouted;
        assert_eq!(one, *as_kept);
    }
    let nothing = bench.store.unrouted(0, &wanted).await;
    assert_eq!(nothing.expect("it answers"), [], "of another shard");
    let first = bench.store.unrouted_page(None, 3).await;
    let first = first.expect("it answers");
    assert_eq!(first.len(), 3);
    let rest = bench.store.unrouted_page(Some((ROUTER, 2)), 3).await;
    assert_eq!(rest.expect("it answers")[0].offset, 3);
    let counts = bench.store.counts().await.expect("it answers");
    assert_eq!(counts.unrouted_records, 4);
}

pub(crate) async fn a_routed_record_waits_no_longer_and_says_where_it_went(bench: Bench) {
    let mut owner = Owner::take_shard(&bench.store, ROUTER).await;
    let kept = vec![waiting(0, None, &["1"]), waiting(1, None, &["1"])];
    let batch = keeping(&owner, 2, kept);
    owner.commit(&batch).await;
    let changes = RouteChanges {
        routed: vec![Routed {
            offset: 0,
            gate_id: gate("tan-thanh"),
            code: "route.link".to_owned(),
        }],
        told: vec![Told {
            offset: 1,
            code: "route.ambiguous".to_owned(),
            detail: "it may belong to two".to_owned(),
        }],
        ..RouteChanges::default()
    };
    let batch = Batch {
        routes: changes.clone(),
        ..owner.batch(2)
    };
    owner.commit(&batch).await;
    assert_eq!(all(&bench).await, [(1, "route.ambiguous".to_owned())]);
    let routing = bench.store.routing_page(ROUTER, 0, 10).await;
    let routing: Vec<_> = routing
        .expect("it answers")
        .into_iter()
        .map(|one| (one.offset, one.outcome.code, one.gate_id, one.is_waiting))
        .collect();
    assert_eq!(
        routing,
        [
            (0, "route.link".to_owned(), Some(gate("tan-thanh")), false),
            (1, "route.ambiguous".to_owned(), None, true),
        ]
    );
    // It waits no longer, so it cannot be routed once more.
    let batch = Batch {
        routes: changes,
        ..owner.batch(2)
    };
    let error = bench.store.commit(&batch).await.expect_err("it is gone");
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
}

pub(crate) async fn a_waiting_record_is_woken_by_a_crossing_with_its_key(bench: Bench) {
    let mut owner = Owner::take_shard(&bench.store, ROUTER).await;
    let kept = vec![
        waiting(0, None, &["10651234567"]),
        waiting(1, None, &["30651234567"]),
        waiting(2, Some("HN1 VAD1AG"), &[]),
    ];
    let batch = keeping(&owner, 3, kept);
    owner.commit(&batch).await;
    let mut other = Owner::take_shard(&bench.store, 1).await;
    let one = crossing_at("huu-nghi", 0, &["10651234567"]);
    let batch = other.batch_of(1, &[one]);
    other.commit(&batch).await;
    let woken = |since: i64| {
        let since = [FeedShard {
            shard: 1,
            last_seq: since,
        }];
        let store = bench.store.clone();
        async move { store.woken(ROUTER, &since).await.expect("it answers") }
    };
    assert_eq!(woken(0).await, [0]);
    assert_eq!(woken(1).await, [] as [Offset; 0], "searched before");
    let kept = KeptPart {
        offset: 1,
        record_id: logged(9).record.record_id,
        source_id: source("ls-customs"),
        gate_id: gate("huu-nghi"),
        format: "vnaccs".to_owned(),
        received_at: at(9),
        message_key: "HN1 VAD1AG".to_owned(),
        number: 1,
        is_last: false,
        bytes_sha256: [5; 32],
        bytes: Some(Bytes::from_static(b"part")),
        waits_until: at(99),
    };
    let batch = Batch {
        outcomes: vec![NewOutcome {
            offset: 1,
            ..outcome(&logged(9))
        }],
        parts: bordergate_store::PartChanges {
            kept: vec![kept],
            ..bordergate_store::PartChanges::default()
        },
        ..other.batch(2)
    };
    other.commit(&batch).await;
    assert_eq!(woken(1).await, [2], "a gate has a part of its message");
}

pub(crate) async fn gates_are_found_by_what_they_know(bench: Bench) {
    let mut owner = Owner::take_shard(&bench.store, 1).await;
    let ended = closed(crossing_at("huu-nghi", 0, &["1", "2"]));
    let mut open = crossing_at("tan-thanh", 1, &["1"]);
    open.keys.push(MatchKey {
        kind: KeyKind::Plate,
        value: "2".to_owned(),
    });
    let seen = (*open.readings[0].observation).clone();
    let mut batch = owner.batch_of(4, &[ended.clone(), open.clone()]);
    batch.outcomes = vec![
        NewOutcome {
            offset: 2,
            gate_id: Some(gate("huu-nghi")),
            ..outcome(&logged(1))
        },
        NewOutcome {
            offset: 3,
            gate_id: Some(gate("huu-nghi")),
            outcome: Outcome {
                kind: OutcomeKind::Quarantined,
                code: "vnaccs.time".to_owned(),
            },
            ..outcome(&logged(2))
        },
    ];
    owner.commit(&batch).await;
    let within = |value: &str| LinkKey {
        key: key(value),
        from: ended.first_at.min(open.first_at),
        until: ended.last_at.max(open.last_at),
    };
    let long_after = |key: MatchKey| LinkKey {
        key,
        from: at(1_000_000),
        until: at(1_000_001),
    };
    let plate = |value: &str| MatchKey {
        kind: KeyKind::Plate,
        value: value.to_owned(),
    };
    let event_id = seen.event_id.clone().expect("it has one");
    let wanted = WantedLinks {
        record_ids: vec![
            seen.record_id,
            logged(1).record.record_id,
            logged(2).record.record_id,
        ],
        events: vec![
            (seen.source_id.clone(), event_id.clone()),
            (source("another"), event_id),
        ],
        messages: Vec::new(),
        keys: vec![
            within("1"),
            within("2"),
            within("3"),
            long_after(key("1")),
            long_after(plate("1")),
            long_after(plate("2")),
        ],
    };
    let links = bench.store.links(&wanted).await.expect("it answers");
    let mut records: Vec<_> = links
        .records
        .iter()
        .map(|(record_id, _, gate_id)| (*record_id, gate_id.as_str()))
        .collect();
    records.sort();
    let mut expected = vec![
        (seen.record_id, "tan-thanh"),
        (logged(1).record.record_id, "huu-nghi"),
    ];
    expected.sort();
    assert_eq!(records, expected, "not the quarantined one");
    assert_eq!(links.events.len(), 1);
    assert_eq!(links.events[0].2, gate("tan-thanh"));
    let keys: Vec<_> = links
        .keys
        .iter()
        .map(|link| (link.wanted, link.gate_id.as_str(), link.rank))
        .collect();
    assert_eq!(
        keys,
        [
            (0, "huu-nghi", 1),
            (0, "tan-thanh", 0),
            (1, "huu-nghi", 1),
            (3, "huu-nghi", 3),
            (3, "tan-thanh", 2),
            (5, "tan-thanh", 2),
        ],
        "a declaration is known for ever, a plate for its time and while the crossing is open"
    );
}

pub(crate) async fn a_nul_in_a_waiting_record_is_refused_outside_its_body(bench: Bench) {
    let owner = Owner::take_shard(&bench.store, ROUTER).await;
    let mut kept = waiting(0, None, &[]);
    kept.unrouted.logged.record.content_type = "text\0plain".to_owned();
    let error = bench.store.commit(&keeping(&owner, 1, vec![kept])).await;
    let error = error.expect_err("a NUL");
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert_eq!(all(&bench).await, []);
}

pub(crate) async fn waiting_records_are_counted_by_reason(bench: Bench) {
    let reasons = bench.store.unrouted_reasons().await;
    assert_eq!(reasons.expect("it answers"), []);
    let mut owner = Owner::take_shard(&bench.store, ROUTER).await;
    let mut kept: Vec<NewUnrouted> = (0..3).map(|offset| waiting(offset, None, &[])).collect();
    kept[0].unrouted.code = "route.part".to_owned();
    let batch = keeping(&owner, 3, kept);
    owner.commit(&batch).await;
    let reasons = bench.store.unrouted_reasons().await;
    let whole = |offset| {
        let at = logged(offset).record.received_at.as_microsecond();
        jiff::Timestamp::from_microsecond(at).expect("it was one")
    };
    assert_eq!(
        reasons.expect("it answers"),
        [
            UnroutedReason {
                code: "route.unknown".to_owned(),
                count: 2,
                oldest_at: whole(1),
            },
            UnroutedReason {
                code: "route.part".to_owned(),
                count: 1,
                oldest_at: whole(0),
            },
        ]
    );
}
