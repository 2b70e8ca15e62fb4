//! Callers who hang up (FAULTS.md, D03).

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use bordergate_model::Milestone;
use bordergate_store::{AuditEntry, MeasureFilter, Wanted};

use crate::bench::Bench;
use crate::sample::{Owner, crossing, reading};

/// Polls a future `times` times, then drops it.
async fn hang_up(future: impl Future, times: usize) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if future.as_mut().poll(&mut context).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn a_caller_who_hangs_up_loses_nothing(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    for offset in 0..40 {
        let batch = owner.batch_of(
            offset + 1,
            &[crossing(&[reading(offset, Milestone::GateIn)])],
        );
        hang_up(
            bench.store.commit(&batch),
            usize::try_from(offset % 4).expect("small"),
        )
        .await;
        hang_up(
            bench.store.audit_entries(1),
            usize::try_from(offset % 3).expect("small"),
        )
        .await;
        // The row is asked for until the commit, if it was ever begun, has ended.
        let progress = bench.progress().await;
        if progress.next_offset == offset {
            let again = bench.store.commit(&batch).await.expect("it answers");
            let settled = bench.progress().await;
            assert_eq!(settled.next_offset, offset + 1, "{again:?}");
        }
        owner.next_offset = offset + 1;
        owner.feed_seq = offset + 1;
        let entry = AuditEntry {
            actor: "loopback".to_owned(),
            action: "test".to_owned(),
            subject: offset.to_string(),
            purpose: String::new(),
        };
        bench.store.audit(&entry).await.expect("it is stored");
    }
    // Another connection sees every row: none was left in a transaction that somebody dropped.
    assert_eq!(bench.count("crossings").await, 40);
    assert_eq!(bench.count("feed").await, 40);
    assert_eq!(bench.count("audit").await, 40);
}

pub(crate) async fn many_questions_do_not_stop_a_shard(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let questions: Vec<_> = (0..200)
        .map(|_| {
            let store = bench.store.clone();
            tokio::spawn(async move { store.crossing_rows(&MeasureFilter::default()).await })
        })
        .collect();
    for offset in 0..5 {
        let visit = crossing(&[reading(offset, Milestone::GateIn)]);
        bench
            .store
            .look_up(&Wanted::default())
            .await
            .expect("it has connections of its own");
        owner.store(offset + 1, &[visit]).await;
    }
    for question in questions {
        question
            .await
            .expect("no panic")
            .expect("each gets its turn");
    }
}
