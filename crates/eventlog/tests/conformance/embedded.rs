//! The embedded log: the rules of every log, and what one file promises.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bordergate_eventlog::EventLog;
use bordergate_eventlog::embedded::EmbeddedLog;
use bordergate_model::{Offset, Shard};
use sqlx::Connection;
use tempfile::TempDir;

use crate::bench::{Bench, RECORD_BYTES, SHARDS};
use crate::records::{odd, plain};
use crate::rules::{read, rules};

struct Embedded {
    dir: TempDir,
}

impl Embedded {
    fn path(&self) -> PathBuf {
        self.dir.path().join("log.sqlite")
    }

    async fn end(self) {}
}

#[async_trait]
impl Bench for Embedded {
    async fn open(&self) -> Arc<dyn EventLog> {
        Arc::new(
            EmbeddedLog::open(&self.path(), SHARDS, RECORD_BYTES)
                .await
                .expect("a log"),
        )
    }

    async fn forget_below(&self, shard: Shard, offset: Offset) {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path());
        let mut connection = sqlx::SqliteConnection::connect_with(&options)
            .await
            .expect("the file");
        sqlx::query("delete from records where shard = $1 and \"offset\" < $2")
            .bind(i64::from(shard))
            .bind(offset)
            .execute(&mut connection)
            .await
            .expect("deleted");
        connection.close().await.expect("closed");
    }
}

async fn bench() -> Option<Embedded> {
    Some(Embedded {
        dir: tempfile::tempdir().expect("a folder"),
    })
}

rules!(bench);

#[tokio::test]
async fn a_file_made_anew_is_another_log() {
    let (one, other) = (
        bench().await.expect("a bench"),
        bench().await.expect("a bench"),
    );
    let one_id = one.open().await.log_id().await.expect("an id");
    let other_id = other.open().await.log_id().await.expect("an id");
    assert_ne!(one_id, other_id);
}

#[tokio::test]
async fn a_file_of_the_first_layout_is_brought_up_to_date() {
    let bench = bench().await.expect("a bench");
    let log = bench.open().await;
    log.append(0, plain("before")).await.expect("appended");
    drop(log);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(bench.path());
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .expect("the file");
    for statement in [
        "alter table records drop column detached",
        "alter table records drop column routed_from",
        "update meta set value = '1' where key = 'layout'",
    ] {
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .expect("as it was");
    }
    connection.close().await.expect("closed");
    for _ in 0..2 {
        let log = bench.open().await;
        log.append(0, odd().remove(0)).await.expect("appended");
        let mut reader = log.open(0, 0).await.expect("opened");
        let run = read(reader.as_mut(), 2).await;
        assert_eq!(run[0].record.body, "before");
        assert_eq!(run[1].record.detached, odd().remove(0).detached);
    }
}

#[tokio::test]
async fn a_second_process_reads_while_the_first_writes() {
    let bench = bench().await.expect("a bench");
    let log = bench.open().await;
    log.append(0, plain("before")).await.expect("appended");
    let beside = EmbeddedLog::open_read_only(&bench.path())
        .await
        .expect("opened beside the writer");
    assert_eq!(beside.shard_count(), SHARDS);
    assert_eq!(
        beside.log_id().await.expect("an id"),
        log.log_id().await.expect("an id")
    );
    let mut reader = beside.open(0, 0).await.expect("opened");
    assert_eq!(read(reader.as_mut(), 1).await[0].record.body, "before");
    log.append(0, plain("after")).await.expect("appended");
    assert_eq!(read(reader.as_mut(), 1).await[0].record.body, "after");
    let error = beside
        .append(0, plain("no"))
        .await
        .expect_err("it only reads");
    assert_eq!(error.code(), "log.configuration");
}

#[tokio::test]
async fn a_log_that_nobody_writes_is_read() {
    let bench = bench().await.expect("a bench");
    let log = bench.open().await;
    log.append(0, plain("left")).await.expect("appended");
    drop(log);
    let alone = EmbeddedLog::open_read_only(&bench.path())
        .await
        .expect("opened");
    let mut reader = alone.open(0, 0).await.expect("opened");
    assert_eq!(read(reader.as_mut(), 1).await[0].record.body, "left");
}

#[tokio::test]
async fn what_is_no_log_is_refused_by_name() {
    let bench = bench().await.expect("a bench");
    let missing = EmbeddedLog::open_read_only(&bench.path())
        .await
        .err()
        .expect("nothing there");
    assert_eq!(missing.code(), "log.configuration");
    std::fs::write(
        bench.path(),
        "this is a text and long enough to be no database at all".repeat(20),
    )
    .expect("written");
    for error in [
        EmbeddedLog::open_read_only(&bench.path()).await.err(),
        EmbeddedLog::open(&bench.path(), SHARDS, RECORD_BYTES)
            .await
            .err(),
    ] {
        assert_eq!(error.expect("no log").code(), "log.configuration");
    }
    let no_folder = bench.dir.path().join("none").join("log.sqlite");
    let error = EmbeddedLog::open(&no_folder, SHARDS, RECORD_BYTES)
        .await
        .err()
        .expect("no folder");
    assert_eq!(error.code(), "log.configuration");
}

#[tokio::test]
async fn a_file_of_the_layout_before_is_brought_up_to_date_by_its_writer() {
    let bench = bench().await.expect("a bench");
    let log = bench.open().await;
    log.append(0, plain("before")).await.expect("appended");
    drop(log);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(bench.path());
    let mut file = sqlx::SqliteConnection::connect_with(&options)
        .await
        .expect("the file");
    for step_back in [
        "alter table records drop column routed_from",
        "update meta set value = '2' where key = 'layout'",
    ] {
        sqlx::query(step_back)
            .execute(&mut file)
            .await
            .expect("changed");
    }
    file.close().await.expect("closed");
    let error = EmbeddedLog::open_read_only(&bench.path()).await.err();
    let error = error.expect("a reader changes nothing").to_string();
    assert!(error.contains("layout 2"), "{error}");
    let log = bench.open().await;
    log.append(0, plain("after")).await.expect("appended");
    let mut reader = log.open(0, 0).await.expect("opened");
    let bodies: Vec<_> = read(reader.as_mut(), 2)
        .await
        .into_iter()
        .map(|logged| logged.record.body)
        .collect();
    assert_eq!(bodies, ["before", "after"]);
}

#[tokio::test]
async fn shards_with_records_cannot_be_configured_away() {
    let bench = bench().await.expect("a bench");
    let log = bench.open().await;
    log.append(2, plain("a")).await.expect("appended");
    drop(log);
    let error = EmbeddedLog::open(&bench.path(), 2, RECORD_BYTES)
        .await
        .err()
        .expect("too few");
    assert_eq!(
        error.to_string(),
        "log configuration: log.shards and log.router_shard make 2 shards, but the log has records in shard 2"
    );
    for shards in [3, 9] {
        let log = EmbeddedLog::open(&bench.path(), shards, RECORD_BYTES)
            .await
            .expect("enough");
        log.end(shards - 1).await.expect("the last shard is there");
    }
}

#[tokio::test]
async fn a_file_that_is_locked_is_unreachable_until_it_is_free() {
    let bench = bench().await.expect("a bench");
    let log = bench.open().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(bench.path());
    let mut other = sqlx::SqliteConnection::connect_with(&options)
        .await
        .expect("the file");
    sqlx::query("begin immediate")
        .execute(&mut other)
        .await
        .expect("locked");
    let error = log.append(0, plain("refused")).await.expect_err("locked");
    assert_eq!(error.code(), "log.unreachable");
    sqlx::query("rollback")
        .execute(&mut other)
        .await
        .expect("free");
    assert_eq!(log.append(0, plain("kept")).await.expect("appended"), 0);
    let mut reader = log.open(0, 0).await.expect("opened");
    assert_eq!(read(reader.as_mut(), 1).await[0].record.body, "kept");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench().await.expect("a bench");
    let log = bench.open().await;
    log.append(0, plain("a")).await.expect("appended");
    for entry in std::fs::read_dir(bench.dir.path()).expect("the folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("its rights").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.file_name());
    }
}
