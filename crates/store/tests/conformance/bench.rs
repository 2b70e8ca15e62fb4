//! A database of its own for each rule.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use bordergate_store::postgres::{PostgresConfig, PostgresStore};
use bordergate_store::sqlite::SqliteStore;
use bordergate_store::{Progress, SeedReport, Store};
use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, raw_sql};
use uuid::Uuid;

use crate::sample;

/// A store under test, and a way around it.
#[derive(Clone)]
pub(crate) struct Bench {
    /// The store, migrated and seeded.
    pub(crate) store: Arc<dyn Store>,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Bench {
    /// Whether leases hold here.
    pub(crate) fn has_leases(&self) -> bool {
        matches!(self.place, Place::Postgres(_))
    }

    /// Returns where shard 0 stands, which was taken before.
    pub(crate) async fn progress(&self) -> Progress {
        let progress = self.store.progress(0).await.expect("it answers");
        progress.expect("it was taken")
    }

    /// Changes the database behind the store's back.
    pub(crate) async fn edit(&self, sql: &str) {
        let sql = raw_sql(AssertSqlSafe(sql.to_owned()));
        match &self.place {
            Place::Sqlite(path) => {
                let mut connection = SqliteConnection::connect(&sqlite_url(path))
                    .await
                    .expect("the file is there");
                sql.execute(&mut connection)
                    .await
                    .expect("the edit is good SQL");
                connection.close().await.expect("it closes");
            }
            Place::Postgres(url) => {
                let mut connection = PgConnection::connect(url)
                    .await
                    .expect("the server answers");
                sql.execute(&mut connection)
                    .await
                    .expect("the edit is good SQL");
                connection.close().await.expect("it closes");
            }
        }
    }

    /// Returns a count, read on a connection of its own.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("select count(*) from {table}"));
        match &self.place {
            Place::Sqlite(path) => {
                let mut connection = SqliteConnection::connect(&sqlite_url(path))
                    .await
                    .expect("the file is there");
                sqlx::query_scalar(sql)
                    .fetch_one(&mut connection)
                    .await
                    .expect("the table is there")
            }
            Place::Postgres(url) => {
                let mut connection = PgConnection::connect(url)
                    .await
                    .expect("the server answers");
                sqlx::query_scalar(sql)
                    .fetch_one(&mut connection)
                    .await
                    .expect("the table is there")
            }
        }
    }

    /// Opens the same database once more, as another process would.
    pub(crate) async fn open_again(&self) -> Arc<dyn Store> {
        match &self.place {
            Place::Sqlite(path) => {
                Arc::new(SqliteStore::open(path).await.expect("the file is there"))
            }
            Place::Postgres(url) => Arc::new(connect(url).await),
        }
    }

    /// The file under test.
    pub(crate) fn path(&self) -> &std::path::Path {
        match &self.place {
            Place::Sqlite(path) => path,
            Place::Postgres(_) => panic!("PostgreSQL has no file"),
        }
    }

    async fn prepare(&self) {
        let versions = self
            .store
            .migrate()
            .await
            .expect("an empty database can be migrated");
        assert_eq!(versions.0, 0);
        let report = self
            .store
            .seed(&sample::reference())
            .await
            .expect("the reference is good");
        assert_eq!(
            report,
            SeedReport {
                inserted_count: 5,
                kept_count: 0
            }
        );
    }
}

fn sqlite_url(path: &std::path::Path) -> String {
    format!("sqlite://{}", path.display())
}

async fn connect(url: &str) -> PostgresStore {
    let config = PostgresConfig {
        url: url.to_owned(),
        password: None,
        max_connections: 4,
    };
    PostgresStore::connect(config)
        .await
        .expect("the server answers")
}

/// Runs a rule on a file of its own.
pub(crate) async fn on_sqlite<F: Future<Output = ()>>(rule: impl FnOnce(Bench) -> F) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("store.sqlite");
    let store = SqliteStore::open(&path).await.expect("a file can be made");
    let bench = Bench {
        store: Arc::new(store),
        place: Place::Sqlite(path),
    };
    bench.prepare().await;
    rule(bench.clone()).await;
    bench.store.close().await;
}

/// Runs a rule on a database of its own, which is dropped whatever happens.
pub(crate) async fn on_postgres<F: Future<Output = ()>>(name: &str, rule: impl FnOnce(Bench) -> F) {
    let Some(server) = server() else {
        println!("skipped: {name} on PostgreSQL: BORDERGATE_TEST_POSTGRES is not set");
        return;
    };
    let database = format!("bordergate_store_{}", Uuid::new_v4().simple());
    let mut admin = PgConnection::connect(&server)
        .await
        .expect("the server answers");
    let create = AssertSqlSafe(format!("create database {database}"));
    raw_sql(create)
        .execute(&mut admin)
        .await
        .expect("a superuser may make a database");
    let url = on_database(&server, &database);
    let bench = Bench {
        store: Arc::new(connect(&url).await),
        place: Place::Postgres(url),
    };
    let outcome = AssertUnwindSafe(async {
        bench.prepare().await;
        rule(bench.clone()).await;
    })
    .catch_unwind()
    .await;
    bench.store.close().await;
    let drop = AssertSqlSafe(format!("drop database {database} with (force)"));
    raw_sql(drop)
        .execute(&mut admin)
        .await
        .expect("the database is ours");
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a test's server comes from xtask, not from a configuration"
)]
fn server() -> Option<String> {
    std::env::var("BORDERGATE_TEST_POSTGRES").ok()
}

/// Puts another database into a URL `postgres://user@host:port/database?parameters`.
fn on_database(server: &str, database: &str) -> String {
    let (address, parameters) = server.split_once('?').unwrap_or((server, ""));
    let authority = address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    format!("{authority}/{database}?{parameters}")
}
