//! What a take-over loads, and what the board of the gates shows.

use bordergate_model::{Milestone, State};
use bordergate_store::GateNow;

use crate::bench::Bench;
use crate::sample::{
    Owner, at, closed, crossing, gate, measured, quarantined, reading, source, tombstone, unlinked,
};

pub(crate) async fn a_take_over_loads_what_is_open_or_was_lately_read(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let old_open = crossing(&[reading(1, Milestone::GateIn)]);
    let old_closed = closed(crossing(&[reading(2, Milestone::CrossedOut)]));
    let new_closed = closed(crossing(&[reading(100, Milestone::CrossedOut)]));
    let lost = crossing(&[reading(3, Milestone::GateIn)]);
    let mut batch = owner.batch_of(
        101,
        &[
            old_open.clone(),
            old_closed,
            new_closed.clone(),
            lost.clone(),
        ],
    );
    batch
        .observations
        .push(unlinked(reading(4, Milestone::Weighed)));
    batch
        .observations
        .push(unlinked(reading(99, Milestone::Weighed)));
    owner.commit(&batch).await;
    let mut batch = owner.batch(102);
    batch
        .crossings
        .push(measured(tombstone(lost.clone(), None)));
    owner.commit(&batch).await;

    let mut loaded = bench
        .store
        .load_board(&[gate("huu-nghi")], at(5_000))
        .await
        .expect("it answers");
    loaded.crossings.sort_by_key(|crossing| crossing.first_at);
    assert_eq!(loaded.crossings, vec![old_open, new_closed]);
    assert_eq!(loaded.unlinked, vec![reading(99, Milestone::Weighed)]);
    assert_eq!(
        loaded.tombstones,
        vec![(lost.crossing_id, 2)],
        "touched lately, though read long ago"
    );
    let elsewhere = bench
        .store
        .load_board(&[gate("tan-thanh")], at(0))
        .await
        .expect("it answers");
    assert!(
        elsewhere.crossings.is_empty()
            && elsewhere.unlinked.is_empty()
            && elsewhere.tombstones.is_empty()
    );
    let later = bench
        .store
        .load_board(&[gate("huu-nghi")], at(9_000))
        .await
        .expect("it answers");
    assert_eq!((later.crossings.len(), later.tombstones.len()), (1, 0));
}

pub(crate) async fn gates_show_who_is_inside_and_who_waits_longest(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let pair = |n| {
        crossing(&[
            reading(n, Milestone::GateIn),
            reading(n + 1, Milestone::Weighed),
        ])
    };
    let longest = pair(10);
    let outside = crossing(&[
        reading(30, Milestone::Predeclared),
        reading(31, Milestone::EnRoute),
    ]);
    let gone = closed(crossing(&[
        reading(1, Milestone::GateIn),
        reading(2, Milestone::CrossedOut),
    ]));
    let single = crossing(&[reading(5, Milestone::GateIn)]);
    owner
        .store(40, &[pair(20), longest.clone(), outside, gone, single])
        .await;
    let gates = bench.store.gates_now().await.expect("it answers");
    let busy = GateNow {
        gate_id: gate("huu-nghi"),
        log_time: Some(at(39 * 60 + 2)),
        inside_count: 2,
        unconfirmed_count: 1,
        longest_inside: Some((longest.crossing_id, at(600))),
    };
    let quiet = GateNow {
        gate_id: gate("tan-thanh"),
        log_time: None,
        inside_count: 0,
        unconfirmed_count: 0,
        longest_inside: None,
    };
    assert_eq!(gates, vec![busy, quiet]);
}

pub(crate) async fn sources_show_when_they_were_last_heard(bench: Bench) {
    assert!(
        bench
            .store
            .sources_seen()
            .await
            .expect("it answers")
            .is_empty()
    );
    let mut owner = Owner::take(&bench.store).await;
    let mut batch = owner.batch_of(
        111,
        &[crossing(&[
            reading(1, Milestone::GateIn),
            reading(100, Milestone::Weighed),
        ])],
    );
    let mut second = reading(100, Milestone::YardIn);
    (second.index, second.event_id) = (1, None);
    batch.observations.push(unlinked(second));
    let (outcome, row) = quarantined(110);
    batch.outcomes.push(outcome);
    batch.quarantine.push(row);
    owner.commit(&batch).await;
    let seen = bench.store.sources_seen().await.expect("it answers");
    assert_eq!(seen.len(), 1, "only sources heard so far");
    assert_eq!(
        (&seen[0].source_id, seen[0].last_received_at),
        (&source("hn-cam"), at(6_600))
    );
    assert_eq!(
        seen[0].last_hour_count, 2,
        "records, not observations; the first is more than an hour old"
    );
    assert_eq!(
        bench.store.data_as_of().await.expect("it answers"),
        Some(at(6_602))
    );
    assert_eq!(State::Open.code(), "open");
}
