//! Fresh databases for a bench, and the plain writing that the loop is compared with.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bordergate_store::Store;
use bordergate_store::postgres::{PostgresConfig, PostgresStore};
use bordergate_store::sqlite::SqliteStore;
use bordergate_tests::Database;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, PgConnection, QueryBuilder, Sqlite, SqliteConnection};
use tempfile::TempDir;

const PLAIN_TABLE: &str =
    "create table plain (shard integer, log_offset bigint, source_id text, document text)";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One file.
    Sqlite,
    /// The server that the environment names.
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// One plain row.
#[derive(Clone, Debug)]
pub(crate) struct PlainRow {
    pub(crate) shard: i32,
    pub(crate) log_offset: i64,
    pub(crate) source_id: String,
    pub(crate) document: String,
}

/// Returns the server's address; `None` when there is none to use.
pub(crate) fn server() -> Option<String> {
    bordergate_tests::variable("BORDERGATE_TEST_POSTGRES")
}

/// An empty database of its own.
pub(crate) enum Fresh {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Fresh {
    pub(crate) async fn make(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::Sqlite(tempfile::tempdir().expect("a folder can be made")),
            Kind::Postgres => {
                let admin_url = server().expect("the caller has looked");
                let database = Database::make(&admin_url, "bench").await;
                Self::Postgres(database.expect("a superuser may make a database"))
            }
        }
    }

    pub(crate) async fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(folder) => {
                let store = SqliteStore::open(&folder.path().join("store.sqlite")).await;
                Arc::new(store.expect("the folder is empty"))
            }
            Self::Postgres(_) => {
                let config = PostgresConfig {
                    url: self.url(),
                    password: None,
                    max_connections: 4,
                };
                let store = PostgresStore::connect(config).await;
                Arc::new(store.expect("the server answers"))
            }
        }
    }

    pub(crate) async fn remove(self) {
        if let Self::Postgres(database) = self {
            let removed = database.remove().await;
            removed.expect("a superuser may drop a database");
        }
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => folder.path().join("store.sqlite").display().to_string(),
            Self::Postgres(database) => database.url.clone(),
        }
    }
}

/// Writes the rows, each shard's in batches, one statement and one commit a batch; returns how long that took.
pub(crate) async fn write_plainly(
    kind: Kind,
    shards: &[Vec<PlainRow>],
    batch_records: usize,
) -> Duration {
    let fresh = Fresh::make(kind).await;
    let batches = shards.iter().flat_map(|rows| rows.chunks(batch_records));
    let elapsed = match kind {
        Kind::Sqlite => plain_sqlite(&fresh.url(), batches).await,
        Kind::Postgres => plain_postgres(&fresh.url(), batches).await,
    };
    fresh.remove().await;
    elapsed.expect("a plain table takes plain rows")
}

/// As durable as the store: write-ahead log, `synchronous = full`.
async fn plain_sqlite(
    path: &str,
    batches: impl Iterator<Item = &[PlainRow]>,
) -> sqlx::Result<Duration> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::query(PLAIN_TABLE).execute(&mut connection).await?;
    let began = Instant::now();
    for batch in batches {
        let mut insert = QueryBuilder::<Sqlite>::new("insert into plain ");
        insert.push_values(batch, |mut values, row| {
            values
                .push_bind(row.shard)
                .push_bind(row.log_offset)
                .push_bind(&row.source_id)
                .push_bind(&row.document);
        });
        insert.build().execute(&mut connection).await?;
    }
    let elapsed = began.elapsed();
    connection.close().await?;
    Ok(elapsed)
}

async fn plain_postgres(
    url: &str,
    batches: impl Iterator<Item = &[PlainRow]>,
) -> sqlx::Result<Duration> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query(PLAIN_TABLE).execute(&mut connection).await?;
    let began = Instant::now();
    for batch in batches {
        sqlx::query(
            "insert into plain select * from unnest($1::integer[], $2::bigint[], $3::text[], $4::text[])",
        )
        .bind(batch.iter().map(|row| row.shard).collect::<Vec<_>>())
        .bind(batch.iter().map(|row| row.log_offset).collect::<Vec<_>>())
        .bind(batch.iter().map(|row| row.source_id.as_str()).collect::<Vec<_>>())
        .bind(batch.iter().map(|row| row.document.as_str()).collect::<Vec<_>>())
        .execute(&mut connection)
        .await?;
    }
    let elapsed = began.elapsed();
    connection.close().await?;
    Ok(elapsed)
}
