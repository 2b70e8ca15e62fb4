//! The one write transaction: fence, guards, all or nothing.

use bordergate_indicators::Exclusion;
use bordergate_indicators::Segment;
use bordergate_model::{Milestone, Observation};
use bordergate_store::{Batch, Committed, Error, MeasureFilter, Wanted};

use crate::bench::Bench;
use crate::sample::{
    Owner, closed, crossing, linked, measured, plate_key, quarantined, reading, unlinked, window,
};

const TABLES: [&str; 8] = [
    "observations",
    "outcomes",
    "quarantine",
    "crossings",
    "crossing_keys",
    "facts",
    "feed",
    "unlinked_keys",
];

async fn sizes(bench: &Bench) -> Vec<i64> {
    let mut sizes = Vec::new();
    for table in TABLES {
        sizes.push(bench.count(table).await);
    }
    sizes
}

async fn assert_refused_and_nothing_stored(bench: &Bench, batch: &Batch) {
    let (before, progress) = (
        sizes(bench).await,
        bench.store.progress(0).await.expect("it answers"),
    );
    let error = bench
        .store
        .commit(batch)
        .await
        .expect_err("it breaks a constraint");
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    assert_eq!(sizes(bench).await, before);
    assert_eq!(bench.store.progress(0).await.expect("it answers"), progress);
}

pub(crate) async fn a_batch_at_another_offset_is_fenced(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let first = owner.batch_of(2, &[crossing(&[reading(1, Milestone::GateIn)])]);
    owner.commit(&first).await;
    let before = sizes(&bench).await;
    assert_eq!(
        bench.store.commit(&first).await.expect("it answers"),
        Committed::Fenced
    );
    assert_eq!(sizes(&bench).await, before);
}

pub(crate) async fn a_doubled_event_is_refused_and_leaves_nothing(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    owner
        .store(2, &[crossing(&[reading(1, Milestone::GateIn)])])
        .await;
    let again = Observation {
        event_id: Some("event-1".to_owned()),
        ..reading(2, Milestone::GateIn)
    };
    let mut batch = owner.batch_of(4, &[crossing(std::slice::from_ref(&again))]);
    let (outcome, row) = quarantined(3);
    batch.outcomes.push(outcome);
    batch.quarantine.push(row);
    assert_refused_and_nothing_stored(&bench, &batch).await;
    // The same event at a higher revision is another row of the ledger.
    let mut corrected = owner.batch(4);
    corrected.observations.push(unlinked(Observation {
        revision: 1,
        ..again
    }));
    owner.commit(&corrected).await;
}

pub(crate) async fn an_event_without_id_is_never_a_duplicate(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let mut batch = owner.batch(3);
    for offset in [1, 2] {
        let nameless = Observation {
            event_id: None,
            ..reading(offset, Milestone::Weighed)
        };
        batch.observations.push(unlinked(nameless));
    }
    owner.commit(&batch).await;
    assert_eq!(bench.count("observations").await, 2);
}

pub(crate) async fn a_failing_last_row_leaves_nothing(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    owner
        .store(2, &[crossing(&[reading(1, Milestone::GateIn)])])
        .await;
    // The feed is written last; its first number is taken already.
    let mut batch = owner.batch_of(3, &[crossing(&[reading(2, Milestone::GateIn)])]);
    batch.feed_seq = 0;
    assert_refused_and_nothing_stored(&bench, &batch).await;
    // A fact with a duration and an exclusion is none.
    let mut batch = owner.batch_of(3, &[crossing(&[reading(2, Milestone::GateIn)])]);
    batch.crossings[0].measures.facts[0].duration_us = Some(1);
    batch.crossings[0].measures.facts[0].exclusion = Some(Exclusion::Open);
    assert_refused_and_nothing_stored(&bench, &batch).await;
    // The same records, sound, go in.
    owner
        .store(3, &[crossing(&[reading(2, Milestone::GateIn)])])
        .await;
}

pub(crate) async fn a_nul_is_refused_wherever_it_stands(bench: Bench) {
    let owner = Owner::take(&bench.store).await;
    let nul = "a\0b".to_owned();
    let good = || owner.batch_of(2, &[crossing(&[reading(1, Milestone::GateIn)])]);
    let mut in_details = good();
    in_details.observations[0]
        .observation
        .details
        .insert("k", &nul);
    let mut in_event = good();
    in_event.observations[0].observation.event_id = Some(nul.clone());
    let mut in_link = good();
    in_link.observations[0].link_key = Some(plate_key(&nul));
    let mut in_key = good();
    in_key.crossings[0].crossing.keys.push(plate_key(&nul));
    let mut in_plate = good();
    in_plate.crossings[0].crossing.plate = Some(nul.clone());
    let (mut outcome, mut row) = quarantined(1);
    let mut in_detail = owner.batch(2);
    row.detail = nul.clone();
    in_detail.outcomes.push(outcome.clone());
    in_detail.quarantine.push(row);
    let mut in_code = owner.batch(2);
    outcome.outcome.code = nul;
    in_code.outcomes.push(outcome);
    for batch in [
        in_details, in_event, in_link, in_key, in_plate, in_detail, in_code,
    ] {
        assert_refused_and_nothing_stored(&bench, &batch).await;
    }
}

pub(crate) async fn an_older_revision_changes_nothing(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let mut newer = closed(crossing(&[
        reading(1, Milestone::GateIn),
        reading(2, Milestone::CrossedOut),
    ]));
    newer.revision = 5;
    owner.store(3, std::slice::from_ref(&newer)).await;
    let facts = bench
        .store
        .facts_of(&[newer.crossing_id])
        .await
        .expect("it answers");
    for revision in [4, 5] {
        let mut older = newer.clone();
        older.revision = revision;
        older.plate = Some("other".to_owned());
        older.keys.clear();
        let mut batch = owner.batch(owner.next_offset + 1);
        batch.crossings.push(measured(older));
        batch.crossings[0].measures.facts.clear();
        owner.commit(&batch).await;
    }
    assert_eq!(
        bench
            .store
            .crossing(newer.crossing_id)
            .await
            .expect("it answers"),
        Some(newer.clone())
    );
    assert_eq!(
        bench
            .store
            .facts_of(&[newer.crossing_id])
            .await
            .expect("it answers"),
        facts
    );
    let by_key = Wanted {
        keys: vec![window(plate_key("12C12345"), 0, 600)],
        ..Wanted::default()
    };
    assert_eq!(
        bench
            .store
            .look_up(&by_key)
            .await
            .expect("it answers")
            .crossings,
        vec![newer]
    );
}

pub(crate) async fn facts_and_keys_are_replaced_with_their_crossing(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let open = crossing(&[reading(1, Milestone::GateIn)]);
    owner.store(2, std::slice::from_ref(&open)).await;
    let mut left = closed(crossing(&[
        reading(1, Milestone::GateIn),
        reading(2, Milestone::CrossedOut),
    ]));
    left.revision = 2;
    left.keys = vec![plate_key("99X99999")];
    owner.store(3, std::slice::from_ref(&left)).await;
    let facts = bench
        .store
        .facts(Segment::C3, &MeasureFilter::default())
        .await
        .expect("it answers");
    assert_eq!(
        facts
            .iter()
            .map(|fact| fact.duration_us)
            .collect::<Vec<_>>(),
        vec![Some(60_000_000)]
    );
    assert_eq!(bench.count("crossing_keys").await, 1);
    assert_eq!(
        bench
            .store
            .crossing(open.crossing_id)
            .await
            .expect("it answers"),
        Some(left)
    );
}

pub(crate) async fn a_batch_larger_than_one_statement_is_stored_whole(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let crossings: Vec<_> = (0..3_000)
        .map(|n| crossing(&[reading(n, Milestone::GateIn)]))
        .collect();
    let mut batch = owner.batch(3_000);
    batch.observations = crossings.iter().flat_map(linked).collect();
    batch.crossings = crossings.into_iter().map(measured).collect();
    owner.commit(&batch).await;
    assert_eq!(bench.count("observations").await, 3_000);
    assert_eq!(bench.count("crossings").await, 3_000);
    assert_eq!(bench.count("feed").await, 3_000);
}
