//! Feed, cursors and submissions.

use bordergate_model::Milestone;
use bordergate_store::{FeedFilter, FeedShard, Submission, SubmissionState};
use bytes::Bytes;

use crate::bench::Bench;
use crate::sample::{Owner, crossing, gate, measured, reading, tombstone};

pub(crate) async fn a_feed_has_no_gaps_and_says_how_far_it_was_searched(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let mut elsewhere = reading(3, Milestone::GateIn);
    elsewhere.gate_id = gate("tan-thanh");
    let crossings = [
        crossing(&[reading(1, Milestone::GateIn)]),
        crossing(&[reading(2, Milestone::GateIn)]),
        crossing(&[elsewhere]),
    ];
    owner.store(4, &crossings).await;
    let mut batch = owner.batch(5);
    batch.crossings.push(measured(tombstone(
        crossings[0].clone(),
        Some(crossings[1].crossing_id),
    )));
    owner.commit(&batch).await;

    let all = FeedFilter::default();
    let (rows, searched) = bench
        .store
        .feed_rows(0, 0, &all, 100)
        .await
        .expect("it answers");
    assert_eq!(
        (rows.iter().map(|row| row.seq).collect::<Vec<_>>(), searched),
        (vec![1, 2, 3, 4], 4)
    );
    let expected: Vec<_> = [0, 1, 2, 0].map(|n| crossings[n].crossing_id).to_vec();
    assert_eq!(
        rows.iter().map(|row| row.crossing_id).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(
        (rows[3].is_tombstone, rows[3].revision, rows[2].is_tombstone),
        (true, 2, false)
    );
    assert_eq!(
        rows[0].encoded,
        Bytes::from(format!("{}@1", crossings[0].crossing_id))
    );
    assert_eq!(rows[2].gate_id, gate("tan-thanh"));

    let (page, searched) = bench
        .store
        .feed_rows(0, 1, &all, 2)
        .await
        .expect("it answers");
    assert_eq!(
        (page, searched),
        (rows[1..3].to_vec(), 3),
        "a full page ends at its last row"
    );
    let only = FeedFilter {
        gates: vec![gate("tan-thanh")],
    };
    let (page, searched) = bench
        .store
        .feed_rows(0, 0, &only, 10)
        .await
        .expect("it answers");
    assert_eq!(
        (page, searched),
        (rows[2..3].to_vec(), 4),
        "the end was searched too"
    );
    let (page, searched) = bench
        .store
        .feed_rows(7, 0, &all, 10)
        .await
        .expect("it answers");
    assert_eq!((page.len(), searched), (0, 0), "a shard nobody ever took");
    let shards = bench.store.feed_shards().await.expect("it answers");
    assert_eq!(
        shards,
        vec![FeedShard {
            shard: 0,
            last_seq: 4
        }]
    );
    let epoch = bench.store.feed_epoch().await.expect("migrating made it");
    assert_eq!(
        bench
            .open_again()
            .await
            .feed_epoch()
            .await
            .expect("it answers"),
        epoch
    );
}

pub(crate) async fn acknowledgements_move_forward_only(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let crossings: Vec<_> = (0..5)
        .map(|n| crossing(&[reading(n, Milestone::GateIn)]))
        .collect();
    owner.store(5, &crossings).await;
    let at = |shard, last_seq| FeedShard { shard, last_seq };
    assert!(
        bench
            .store
            .partner_cursor("lgsp")
            .await
            .expect("it answers")
            .is_empty()
    );
    assert!(
        bench
            .store
            .partner_lags()
            .await
            .expect("it answers")
            .is_empty()
    );
    for (acknowledged, stands) in [
        (vec![at(0, 2)], vec![at(0, 2)]),
        (vec![at(0, 1), at(1, 7)], vec![at(0, 2), at(1, 7)]),
        (vec![at(0, 3), at(0, 4)], vec![at(0, 4), at(1, 7)]),
        (vec![], vec![at(0, 4), at(1, 7)]),
    ] {
        assert_eq!(
            bench
                .store
                .acknowledge("lgsp", &acknowledged)
                .await
                .expect("it answers"),
            stands
        );
        assert_eq!(
            bench
                .store
                .partner_cursor("lgsp")
                .await
                .expect("it answers"),
            stands
        );
    }
    bench
        .store
        .acknowledge("other", &[at(1, 0)])
        .await
        .expect("it answers");
    let lags = bench.store.partner_lags().await.expect("it answers");
    assert_eq!(lags, vec![("lgsp".to_owned(), 1), ("other".to_owned(), 5)]);
}

fn submission(body: u8) -> Submission {
    Submission {
        partner_id: "lgsp".to_owned(),
        request_id: "r-1".to_owned(),
        body_sha256: [body; 32],
    }
}

pub(crate) async fn submissions_are_begun_once_and_answered_once(bench: Bench) {
    let begin = |body, stale| {
        let store = bench.store.clone();
        async move {
            store
                .begin_submission(&submission(body), stale)
                .await
                .expect("it answers")
        }
    };
    let unknown = bench
        .store
        .finish_submission(&submission(1), b"x")
        .await
        .expect_err("nobody began it");
    assert_eq!(unknown.code(), "submission.unknown");
    assert_eq!(
        begin(1, 60).await,
        SubmissionState::Begun {
            is_taken_over: false
        }
    );
    assert_eq!(begin(1, 60).await, SubmissionState::UnderWay);
    assert_eq!(begin(2, 60).await, SubmissionState::Reused);
    assert_eq!(
        begin(1, 0).await,
        SubmissionState::Begun {
            is_taken_over: true
        }
    );
    bench
        .store
        .finish_submission(&submission(1), b"answer")
        .await
        .expect("it was begun");
    let answered = SubmissionState::Answered {
        answer: Bytes::from_static(b"answer"),
    };
    assert_eq!(begin(1, 0).await, answered);
    // The call that was taken over finishes late: the first answer stays.
    bench
        .store
        .finish_submission(&submission(1), b"late")
        .await
        .expect("without effect");
    assert_eq!(begin(1, 60).await, answered);
    assert_eq!(begin(2, 0).await, SubmissionState::Reused);
}

pub(crate) async fn two_calls_at_once_begin_one_submission(bench: Bench) {
    let calls = (0..12).map(|_| {
        let store = bench.store.clone();
        tokio::spawn(async move {
            store
                .begin_submission(&submission(1), 60)
                .await
                .expect("it answers")
        })
    });
    let mut states = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        states.push(call.await.expect("no panic"));
    }
    let begun = states.iter().filter(|state| {
        matches!(
            state,
            SubmissionState::Begun {
                is_taken_over: false
            }
        )
    });
    assert_eq!(begun.count(), 1);
    assert_eq!(
        states
            .iter()
            .filter(|state| **state == SubmissionState::UnderWay)
            .count(),
        11
    );
}
