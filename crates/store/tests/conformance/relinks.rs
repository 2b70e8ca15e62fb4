//! Stored observations that change their place.

use bordergate_model::{Milestone, UnlinkedReason};
use bordergate_store::{Error, ObservationFilter, Relink, Wanted};

use crate::bench::Bench;
use crate::sample::{Owner, crossing, measured, plate_key, reading, unlinked, window};

pub(crate) async fn a_moved_observation_is_found_at_its_new_place(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let alone = reading(1, Milestone::GateIn);
    let mut batch = owner.batch(2);
    batch.observations.push(unlinked(alone.clone()));
    owner.commit(&batch).await;
    let by_key = Wanted {
        keys: vec![window(plate_key("12C12345"), 0, 600)],
        ..Wanted::default()
    };

    let home = crossing(std::slice::from_ref(&alone));
    let mut moved = Relink {
        reference: alone.reference(),
        crossing_id: Some(home.crossing_id),
        link_key: Some(plate_key("12C12345")),
        unlinked: None,
    };
    let mut batch = owner.batch(3);
    batch.crossings.push(measured(home.clone()));
    batch.relinks.push(moved.clone());
    owner.commit(&batch).await;
    let found = bench.store.look_up(&by_key).await.expect("it answers");
    assert_eq!((found.crossings.len(), found.unlinked.len()), (1, 0));
    assert_eq!(
        found.crossings[0].readings[0].link_key,
        Some(plate_key("12C12345"))
    );
    assert_eq!(bench.count("unlinked_keys").await, 0);

    moved = Relink {
        crossing_id: None,
        link_key: None,
        unlinked: Some(UnlinkedReason::Ambiguous),
        ..moved
    };
    let mut batch = owner.batch(4);
    batch.relinks.push(moved);
    owner.commit(&batch).await;
    let found = bench.store.look_up(&by_key).await.expect("it answers");
    assert_eq!(found.unlinked, vec![alone]);
    assert!(found.crossings[0].readings.is_empty());
    let filter = ObservationFilter {
        unlinked_only: true,
        ..ObservationFilter::default()
    };
    let page = bench
        .store
        .observations(&filter, None, 10)
        .await
        .expect("it answers");
    assert_eq!(
        page.observations[0].unlinked,
        Some(UnlinkedReason::Ambiguous)
    );
}

pub(crate) async fn an_observation_that_is_not_stored_cannot_move(bench: Bench) {
    let owner = Owner::take(&bench.store).await;
    let mut batch = owner.batch(2);
    let reference = reading(1, Milestone::GateIn).reference();
    batch.relinks.push(Relink {
        reference,
        crossing_id: None,
        link_key: None,
        unlinked: None,
    });
    let error = bench.store.commit(&batch).await.expect_err("there is none");
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    assert_eq!(
        bench
            .store
            .progress(0)
            .await
            .expect("it answers")
            .expect("taken")
            .next_offset,
        0
    );
}
