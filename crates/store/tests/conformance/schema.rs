//! Migrations and schema versions.

use bordergate_store::Error;

use crate::bench::Bench;

pub(crate) async fn migrating_twice_changes_nothing(bench: Bench) {
    let epoch = bench.store.feed_epoch().await.expect("it answers");
    let (before, after) = bench.store.migrate().await.expect("nothing to do");
    assert_eq!(before, after);
    bench
        .store
        .check_schema()
        .await
        .expect("it is this program's");
    assert_eq!(bench.store.feed_epoch().await.expect("it answers"), epoch);
    let again = bench.open_again().await;
    let (one, two) = tokio::join!(bench.store.migrate(), again.migrate());
    assert_eq!(
        (
            one.expect("one waits for the other"),
            two.expect("or the other way")
        ),
        ((after, after), (after, after))
    );
    again.close().await;
}

pub(crate) async fn a_newer_schema_is_refused_with_advice(bench: Bench) {
    bench
        .edit("update schema_versions set version = 99 where version = 1")
        .await;
    for error in [
        bench.store.check_schema().await.expect_err("it is newer"),
        bench.store.migrate().await.expect_err("it is newer"),
    ] {
        let Error::Schema { found, advice, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(*found, 99);
        assert!(advice.contains("newer"), "{advice}");
    }
    bench.edit("drop table schema_versions").await;
    let error = bench
        .store
        .check_schema()
        .await
        .expect_err("nothing says what it is");
    assert!(error.to_string().contains("bordergate migrate"), "{error}");
}
