//! What goes in comes out.

use bordergate_model::{Milestone, Outcome, OutcomeKind, State};
use bordergate_store::{CrossingFilter, Progress, QuarantineFilter, Wanted};
use uuid::Uuid;

use crate::bench::Bench;
use crate::sample::{
    Owner, at, closed, crossing, full_reading, measured, quarantined, reading, record_id, unlinked,
};

pub(crate) async fn a_whole_batch_reads_back_as_it_was(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let whole = closed(crossing(&[
        full_reading(1),
        reading(2, Milestone::Cleared),
        reading(3, Milestone::CrossedOut),
    ]));
    let alone = unlinked(reading(5, Milestone::Weighed));
    let mut batch = owner.batch_of(6, std::slice::from_ref(&whole));
    batch.observations.push(alone.clone());
    let (outcome, row) = quarantined(4);
    batch.outcomes.push(outcome);
    batch.quarantine.push(row);
    owner.commit(&batch).await;

    let stored = bench
        .store
        .crossing(whole.crossing_id)
        .await
        .expect("it answers");
    assert_eq!(stored.as_ref(), Some(&whole));
    let page = bench
        .store
        .crossings(&CrossingFilter::default(), None, 10)
        .await
        .expect("it answers");
    assert_eq!((page.crossings, page.next), (vec![whole.clone()], None));
    let facts = bench
        .store
        .facts_of(&[whole.crossing_id])
        .await
        .expect("it answers");
    let mut expected = measured(whole.clone()).measures.facts;
    expected.sort_by_key(|fact| fact.segment);
    assert_eq!(facts, expected);
    assert_eq!(facts.len(), 4, "an export has four segments");

    let fates = bench.store.record(record_id(5)).await.expect("it answers");
    assert_eq!((fates.len(), fates[0].shard, fates[0].offset), (1, 0, 5));
    assert_eq!(fates[0].observations[0].observation, alone.observation);
    assert_eq!(fates[0].observations[0].unlinked, alone.unlinked);
    assert_eq!(fates[0].received_at, alone.observation.received_at);
    let fates = bench.store.record(record_id(4)).await.expect("it answers");
    let put_aside = Outcome {
        kind: OutcomeKind::Quarantined,
        code: "xml.malformed".to_owned(),
    };
    assert_eq!(
        (fates[0].outcome.as_ref(), fates[0].observations.len()),
        (Some(&put_aside), 0)
    );
    let aside = bench
        .store
        .quarantined(&QuarantineFilter::default(), 10)
        .await
        .expect("it answers");
    assert_eq!(
        (aside.len(), aside[0].offset, aside[0].redriven_at),
        (1, 4, None)
    );
    assert_eq!(
        (aside[0].detail.as_str(), aside[0].received_at),
        ("tag is not closed at byte 17", at(240))
    );

    let found = bench
        .store
        .look_up(&Wanted {
            crossing_ids: vec![whole.crossing_id],
            ..Wanted::default()
        })
        .await;
    assert_eq!(found.expect("it answers").crossings, vec![whole]);
    assert_eq!(
        bench.store.progress(0).await.expect("it answers"),
        Some(after(&owner))
    );
    assert_eq!(
        bench.store.all_progress().await.expect("it answers"),
        vec![after(&owner)]
    );
    assert_eq!(bench.store.progress(9).await.expect("it answers"), None);
    assert_eq!(State::from_code("closed"), Some(State::Closed));
}

fn after(owner: &Owner) -> Progress {
    Progress {
        shard: 0,
        owner: Some(Uuid::from_u128(1)),
        owner_epoch: owner.epoch,
        next_offset: 6,
        last_record_id: Some(record_id(5)),
        log_time: Some(at(302)),
        last_is_replay: false,
        feed_seq: 1,
        log_id: "log-a".to_owned(),
        suspect_offset: None,
        suspect_count: 0,
    }
}
