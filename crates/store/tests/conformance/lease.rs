//! Taking shards: owners, epochs, leases, suspects.

use bordergate_model::Offset;
use bordergate_store::{Committed, Take};
use uuid::Uuid;

use crate::bench::Bench;
use crate::sample::Owner;

/// Lets the lease of shard 0 run out.
async fn end_lease(bench: &Bench) {
    if bench.has_leases() {
        bench
            .edit("update progress set lease_until = now() - interval '1 s' where shard = 0")
            .await;
    }
}

async fn take(bench: &Bench, owner: u128) -> Take {
    bench
        .store
        .take_shard(0, Uuid::from_u128(owner), "log-a")
        .await
        .expect("the database answers")
}

fn taken(take: Take) -> (i64, bool) {
    match take {
        Take::Taken {
            progress,
            is_unclean,
        } => (progress.owner_epoch, is_unclean),
        Take::Held => panic!("held by another"),
    }
}

pub(crate) async fn a_clean_release_is_told_from_an_unclean_end(bench: Bench) {
    assert_eq!(
        taken(take(&bench, 1).await),
        (1, false),
        "nobody had it before"
    );
    if bench.has_leases() {
        assert_eq!(
            take(&bench, 2).await,
            Take::Held,
            "the lease has not run out"
        );
    }
    bench.store.release(0, 1).await.expect("it answers");
    assert_eq!(taken(take(&bench, 2).await), (2, false), "it was given up");
    end_lease(&bench).await;
    assert_eq!(
        taken(take(&bench, 3).await),
        (3, true),
        "its owner never gave it up"
    );
    let progress = bench.progress().await;
    assert_eq!(
        (progress.owner, progress.last_is_replay),
        (Some(Uuid::from_u128(3)), true)
    );
}

pub(crate) async fn an_earlier_owner_is_fenced_everywhere(bench: Bench) {
    let first = Owner::take(&bench.store).await;
    end_lease(&bench).await;
    let second = taken(take(&bench, 2).await).0;
    assert!(!bench.store.renew(0, first.epoch).await.expect("it answers"));
    let marked = bench.store.mark_suspect(0, first.epoch, 0, 1).await;
    assert!(!marked.expect("it answers"));
    bench
        .store
        .release(0, first.epoch)
        .await
        .expect("without effect");
    assert_eq!(
        bench
            .store
            .commit(&first.batch(1))
            .await
            .expect("it answers"),
        Committed::Fenced
    );
    let progress = bench.progress().await;
    assert_eq!((progress.owner_epoch, progress.next_offset), (second, 0));
    assert_eq!(progress.owner, Some(Uuid::from_u128(2)));
    assert!(bench.store.renew(0, second).await.expect("it answers"));
    if bench.has_leases() {
        end_lease(&bench).await;
        assert!(
            bench.store.renew(0, second).await.expect("it answers"),
            "nobody else took it meanwhile"
        );
        assert_eq!(
            take(&bench, 3).await,
            Take::Held,
            "renewing prolonged the lease"
        );
    }
}

pub(crate) async fn the_log_is_named_once(bench: Bench) {
    let owner = Owner::take(&bench.store).await;
    bench
        .store
        .release(0, owner.epoch)
        .await
        .expect("it answers");
    let again = bench
        .store
        .take_shard(0, Uuid::from_u128(2), "log-b")
        .await
        .expect("it answers");
    let Take::Taken { progress, .. } = again else {
        panic!("it was given up")
    };
    assert_eq!(progress.log_id, "log-a");
}

pub(crate) async fn a_suspect_is_counted_until_its_commit(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    for (offset, count) in [(0, 1), (0, 2), (0, 2), (1, 1), (0, 3)] {
        let marked = bench
            .store
            .mark_suspect(0, owner.epoch, offset, count)
            .await;
        assert!(marked.expect("it answers"));
        assert_eq!(suspect(&bench).await, (Some(offset), count));
    }
    let batch = owner.batch(1);
    owner.commit(&batch).await;
    assert_eq!(suspect(&bench).await, (None, 0));
}

/// Returns offset and count of the suspect that the shard's row names.
async fn suspect(bench: &Bench) -> (Option<Offset>, i32) {
    let progress = bench.store.progress(0).await.expect("it answers");
    let progress = progress.expect("it was taken");
    (progress.suspect_offset, progress.suspect_count)
}
