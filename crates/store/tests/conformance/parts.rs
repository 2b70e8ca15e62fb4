//! Kept parts of split messages: found again, joined, given up.

use bordergate_model::{Outcome, OutcomeKind, SourceId};
use bordergate_store::{
    Batch, Error, KeptPart, NewOutcome, NewQuarantine, QuarantineFilter, Wanted, WantedParts,
};
use bytes::Bytes;

use crate::bench::Bench;
use crate::sample::{Owner, at, gate, record_id, source};

/// A part of message `key`, the record at `offset`, given up at `waits_until` seconds.
fn kept(offset: i64, key: &str, number: u16, waits_until: i64) -> KeptPart {
    KeptPart {
        offset,
        record_id: record_id(offset),
        source_id: source("hn-customs"),
        gate_id: gate("huu-nghi"),
        format: "vnaccs".to_owned(),
        received_at: at(offset),
        message_key: key.to_owned(),
        number,
        is_last: number == 3,
        bytes_sha256: [5; 32],
        bytes: Some(Bytes::from(format!("part {number}\0"))),
        waits_until: at(waits_until),
    }
}

/// A batch up to `next_offset` that keeps these parts, each with its outcome.
fn keeping(owner: &Owner, next_offset: i64, parts: &[KeptPart]) -> Batch {
    let mut batch = owner.batch(next_offset);
    batch.parts.kept = parts.to_vec();
    let outcome = |part: &KeptPart| NewOutcome {
        record_id: part.record_id,
        offset: part.offset,
        source_id: part.source_id.clone(),
        gate_id: Some(part.gate_id.clone()),
        received_at: part.received_at,
        body_sha256: [6; 32],
        outcome: Outcome {
            kind: OutcomeKind::Part,
            code: "vnaccs.part".to_owned(),
        },
    };
    batch.outcomes = parts.iter().map(outcome).collect();
    batch
}

async fn found(bench: &Bench, messages: &[(&str, &str)], log_time: i64) -> Vec<KeptPart> {
    let name = |(of, key): &(&str, &str)| (source(of), (*key).to_owned());
    let messages: Vec<(SourceId, String)> = messages.iter().map(name).collect();
    let parts = WantedParts {
        shard: 0,
        messages,
        log_time: at(log_time),
    };
    let wanted = Wanted {
        parts: Some(parts),
        ..Wanted::default()
    };
    let found = bench.store.look_up(&wanted).await;
    found.expect("it answers").parts
}

fn aside(part: &KeptPart) -> NewQuarantine {
    NewQuarantine {
        record_id: part.record_id,
        offset: part.offset,
        source_id: part.source_id.clone(),
        gate_id: Some(part.gate_id.clone()),
        format: part.format.clone(),
        received_at: part.received_at,
        code: "vnaccs.part_missing".to_owned(),
        detail: "part 2 is missing".to_owned(),
    }
}

pub(crate) async fn a_kept_part_is_found_by_its_message_and_by_its_time(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let parts = [
        kept(1, "a", 1, 1_000),
        kept(2, "b", 1, 2_000),
        kept(3, "a", 3, 1_000),
    ];
    owner.commit(&keeping(&owner, 4, &parts)).await;
    let [a1, b1, a3] = parts;
    let customs = "hn-customs";
    for (messages, log_time, expected) in [
        (vec![], 0, vec![]),
        (vec![(customs, "a")], 0, vec![&a1, &a3]),
        (vec![(customs, "b"), (customs, "none")], 0, vec![&b1]),
        (vec![("hn-cam", "a")], 0, vec![]),
        (vec![], 999, vec![]),
        (vec![], 1_000, vec![&a1, &a3]),
        (vec![(customs, "a")], 2_000, vec![&a1, &b1, &a3]),
    ] {
        let found = found(&bench, &messages, log_time).await;
        let found: Vec<&KeptPart> = found.iter().collect();
        assert_eq!(found, expected, "{messages:?} until {log_time}");
    }
}

pub(crate) async fn a_joined_part_loses_its_bytes_and_a_dropped_one_is_gone(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let parts = [kept(1, "a", 1, 1_000), kept(2, "a", 3, 1_000)];
    owner.commit(&keeping(&owner, 3, &parts)).await;
    let mut batch = owner.batch(4);
    batch.parts.joined = vec![1];
    batch.parts.dropped = vec![2];
    // Its number is free again: dropping comes first.
    let mut again = kept(3, "a", 3, 9_000);
    again.bytes = None;
    batch.parts.kept = vec![again.clone()];
    owner.commit(&batch).await;
    let mut joined = kept(1, "a", 1, 1_000);
    joined.bytes = None;
    assert_eq!(
        found(&bench, &[("hn-customs", "a")], 0).await,
        [joined, again]
    );
}

pub(crate) async fn parts_wait_until_their_message_is_whole_or_given_up(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let counted = async || {
        let counts = bench.store.counts().await.expect("it answers");
        (counts.waiting_parts, counts.oldest_part_at)
    };
    assert_eq!(counted().await, (0, None));
    let parts = [
        kept(1, "a", 1, 1_000),
        kept(2, "a", 2, 1_000),
        kept(3, "b", 1, 2_000),
    ];
    owner.commit(&keeping(&owner, 4, &parts)).await;
    assert_eq!(counted().await, (3, Some(parts[0].received_at)));
    let mut joining = owner.batch(5);
    joining.parts.joined = vec![1, 2];
    owner.commit(&joining).await;
    assert_eq!(counted().await, (1, Some(parts[2].received_at)));
    let mut dropping = owner.batch(6);
    dropping.parts.dropped = vec![3];
    owner.commit(&dropping).await;
    assert_eq!(counted().await, (0, None));
}

pub(crate) async fn a_part_given_up_has_one_outcome_and_a_quarantine_row(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let part = kept(1, "a", 1, 1_000);
    owner
        .commit(&keeping(&owner, 2, std::slice::from_ref(&part)))
        .await;
    let mut batch = owner.batch(3);
    batch.parts.dropped = vec![1];
    batch.parts.put_aside = vec![aside(&part)];
    owner.commit(&batch).await;
    let fates = bench.store.record(part.record_id).await;
    let fates = fates.expect("it answers");
    let outcome = Outcome {
        kind: OutcomeKind::Quarantined,
        code: "vnaccs.part_missing".to_owned(),
    };
    assert_eq!(
        (fates.len(), fates[0].outcome.as_ref()),
        (1, Some(&outcome))
    );
    let filter = QuarantineFilter::default();
    let rows = bench.store.quarantined(&filter, 10).await;
    let rows = rows.expect("it answers");
    assert_eq!((rows.len(), rows[0].offset), (1, 1));
    assert_eq!(rows[0].detail, "part 2 is missing");
    assert!(
        found(&bench, &[("hn-customs", "a")], 9_000)
            .await
            .is_empty()
    );
}

pub(crate) async fn only_a_stored_part_can_be_given_up(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let part = kept(1, "a", 1, 1_000);
    owner
        .commit(&keeping(&owner, 2, std::slice::from_ref(&part)))
        .await;
    let mut batch = owner.batch(3);
    batch.parts.put_aside = vec![aside(&part), aside(&kept(7, "a", 2, 1_000))];
    let error = bench.store.commit(&batch).await;
    let error = error.expect_err("offset 7 is no part");
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    assert_eq!(bench.count("quarantine").await, 0, "nothing is stored");
}

pub(crate) async fn two_parts_of_a_message_with_one_number_are_refused(bench: Bench) {
    let owner = Owner::take(&bench.store).await;
    let parts = [kept(1, "a", 1, 1_000), kept(2, "a", 1, 1_000)];
    let batch = keeping(&owner, 3, &parts);
    let error = bench.store.commit(&batch).await;
    let error = error.expect_err("the index is unique");
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    assert_eq!(bench.count("parts").await, 0, "nothing is stored");
}
