//! What holds for the embedded file alone.

use bordergate_model::Milestone;
use bordergate_store::sqlite::SqliteStore;
use bordergate_store::{Queries, Registry, Shards};
use uuid::Uuid;

use crate::bench::{Bench, on_sqlite};
use crate::sample::{Owner, crossing, reading};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_sees_a_running_hub_and_changes_nothing() {
    on_sqlite(|bench: Bench| async move {
        let mut owner = Owner::take(&bench.store).await;
        let reader = SqliteStore::open_read_only(bench.path())
            .await
            .expect("the file is there");
        let open = crossing(&[reading(1, Milestone::GateIn)]);
        owner.store(2, std::slice::from_ref(&open)).await;
        assert_eq!(
            reader.crossing(open.crossing_id).await.expect("it answers"),
            Some(open)
        );
        assert_eq!(
            reader
                .progress(0)
                .await
                .expect("it answers")
                .expect("taken")
                .next_offset,
            2
        );
        reader.check_schema().await.expect("it is this program's");
        let error = reader
            .take_shard(0, Uuid::from_u128(2), "log-a")
            .await
            .expect_err("it is a write");
        assert_eq!(error.code(), "store.read_only");
        assert_eq!(
            reader.migrate().await.expect_err("it is a write").code(),
            "store.read_only"
        );
        reader.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_missing_file_is_not_made_by_a_reader() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("none.sqlite");
    let error = SqliteStore::open_read_only(&path)
        .await
        .expect_err("there is no file");
    assert_eq!(error.code(), "store.unreachable");
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_store_says_so() {
    on_sqlite(|bench: Bench| async move {
        bench.store.close().await;
        let error = bench
            .store
            .take_shard(0, Uuid::from_u128(2), "log-a")
            .await
            .expect_err("it is closed");
        assert_eq!(error.code(), "store.unreachable");
        assert_eq!(
            bench.store.counts().await.expect_err("it is closed").code(),
            "store.unreachable"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_no_hub_has_open_can_be_read() {
    on_sqlite(|bench: Bench| async move {
        let mut owner = Owner::take(&bench.store).await;
        owner
            .store(2, &[crossing(&[reading(1, Milestone::GateIn)])])
            .await;
        bench.store.close().await;
        let reader = SqliteStore::open_read_only(bench.path())
            .await
            .expect("the file is there");
        let counts = reader.counts().await.expect("it answers");
        assert_eq!(counts.open_crossings, 1);
        reader.close().await;
    })
    .await;
}
