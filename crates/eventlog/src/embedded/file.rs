//! The file itself: made with its schema, opened for the writer, opened for readers.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bordergate_model::Offset;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::failure;
use crate::Error;

/// The layout that this program reads and writes; those before it are brought up to date, another one refused.
const LAYOUT: &str = "3";
/// Layouts before it, in order, each with the next one and what brings a file there.
const STEPS: [(&str, &str, &str); 2] = [
    (
        "1",
        "2",
        include_str!("../../queries/records_add_detached.sql"),
    ),
    (
        "2",
        "3",
        include_str!("../../queries/records_add_routed_from.sql"),
    ),
];
/// What `pragma synchronous` answers for FULL.
const SYNCHRONOUS_FULL: i64 = 2;
/// How long a statement waits for another process that holds the file.
const BUSY: Duration = Duration::from_secs(5);
/// Connections for readers beyond one per shard: ends, starts, evidence.
const SPARE_READERS: u32 = 4;
/// Size to which the write-ahead file is cut back after a checkpoint.
const WAL_KEPT_BYTES: &str = "67108864";

/// A file ready to be written to.
pub(super) struct Made {
    pub(super) connection: SqliteConnection,
    pub(super) log_id: String,
    /// The end of each shard, by shard.
    pub(super) ends: Vec<Offset>,
}

/// A file opened for reading.
pub(super) struct Found {
    pub(super) readers: SqlitePool,
    pub(super) log_id: String,
    pub(super) shard_count: u16,
}

/// Makes or opens the file with its schema, its identity and `shards` shards.
pub(super) async fn make(path: &Path, shards: u16) -> Result<Made, Error> {
    if shards == 0 {
        return Err(wrong("log.shards must be 1 or more".to_owned()));
    }
    create(path)?;
    let mut connection = writer(path).await?;
    let log_id = prepare(&mut connection).await?;
    let ends = set_shards(&mut connection, shards).await?;
    Ok(Made {
        connection,
        log_id,
        ends,
    })
}

/// Opens a file that must be there, for reading.
pub(super) async fn find(path: &Path) -> Result<Found, Error> {
    if !path.is_file() {
        return Err(wrong(format!("there is no log at {}", path.display())));
    }
    let readers = read_only_pool(path, 0).await?;
    let mut connection = readers.acquire().await.map_err(|e| failure::of(&e))?;
    let log_id = identity(&mut connection).await?;
    let shard_count: i64 = sqlx::query_scalar(include_str!("../../queries/shards_count.sql"))
        .fetch_one(&mut *connection)
        .await
        .map_err(|e| failure::of(&e))?;
    drop(connection);
    Ok(Found {
        readers,
        log_id,
        shard_count: u16::try_from(shard_count).unwrap_or(u16::MAX),
    })
}

/// Opens the one connection that writes; every commit through it is on disk before it returns.
pub(super) async fn writer(path: &Path) -> Result<SqliteConnection, Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("journal_size_limit", WAL_KEPT_BYTES)
        .busy_timeout(BUSY);
    let mut connection = options.connect().await.map_err(|e| failure::of(&e))?;
    let synchronous: i64 = sqlx::query_scalar("pragma synchronous")
        .fetch_one(&mut connection)
        .await
        .map_err(|e| failure::of(&e))?;
    let journal: String = sqlx::query_scalar("pragma journal_mode")
        .fetch_one(&mut connection)
        .await
        .map_err(|e| failure::of(&e))?;
    if synchronous != SYNCHRONOUS_FULL || journal != "wal" {
        return Err(wrong(format!(
            "{} must work with synchronous=FULL and a write-ahead file, but has synchronous={synchronous} and \
             journal_mode={journal}",
            path.display()
        )));
    }
    Ok(connection)
}

/// Opens connections that can only read.
pub(super) async fn read_only_pool(path: &Path, shards: u16) -> Result<SqlitePool, Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY);
    SqlitePoolOptions::new()
        .max_connections(u32::from(shards) + SPARE_READERS)
        .connect_with(options)
        .await
        .map_err(|e| failure::of(&e))
}

/// Makes an empty file that only its owner may read, since bodies are personal data. SQLite gives the
/// files beside it the same rights. The folder is synced, so that the name survives a power cut.
fn create(path: &Path) -> Result<(), Error> {
    let unusable =
        |error: std::io::Error| wrong(format!("cannot make the log {}: {error}", path.display()));
    if path.exists() {
        return Ok(());
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(unusable)?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::File::open(folder)
        .and_then(|opened| opened.sync_all())
        .map_err(unusable)
}

async fn prepare(connection: &mut SqliteConnection) -> Result<String, Error> {
    let new_id = Uuid::new_v4().to_string();
    let add = include_str!("../../queries/meta_add.sql");
    let all = async {
        let mut transaction = connection.begin_with("begin immediate").await?;
        sqlx::raw_sql(include_str!("../../queries/schema.sql"))
            .execute(&mut *transaction)
            .await?;
        for (key, value) in [("layout", LAYOUT), ("log_id", new_id.as_str())] {
            sqlx::query(add)
                .bind(key)
                .bind(value)
                .execute(&mut *transaction)
                .await?;
        }
        for (before, after, step) in STEPS {
            let layout: Option<String> =
                sqlx::query_scalar(include_str!("../../queries/meta_get.sql"))
                    .bind("layout")
                    .fetch_optional(&mut *transaction)
                    .await?;
            if layout.as_deref() == Some(before) {
                sqlx::query(step).execute(&mut *transaction).await?;
                sqlx::query(include_str!("../../queries/meta_set.sql"))
                    .bind("layout")
                    .bind(after)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await
    };
    all.await.map_err(|e| failure::of(&e))?;
    identity(connection).await
}

async fn identity(connection: &mut SqliteConnection) -> Result<String, Error> {
    let layout = meta(connection, "layout").await?;
    if layout != LAYOUT {
        return Err(wrong(format!(
            "the log's file has layout {layout}; this program works with layout {LAYOUT}"
        )));
    }
    meta(connection, "log_id").await
}

async fn meta(connection: &mut SqliteConnection, key: &str) -> Result<String, Error> {
    let value: Option<String> = sqlx::query_scalar(include_str!("../../queries/meta_get.sql"))
        .bind(key)
        .fetch_optional(connection)
        .await
        .map_err(|e| wrong(format!("the file is no log: {e}")))?;
    value.ok_or_else(|| wrong(format!("the file is no log: it does not say its {key}")))
}

/// Brings the file to `shards` shards and returns the end of each.
async fn set_shards(connection: &mut SqliteConnection, shards: u16) -> Result<Vec<Offset>, Error> {
    let used: i64 = sqlx::query_scalar(include_str!("../../queries/shards_used.sql"))
        .fetch_one(&mut *connection)
        .await
        .map_err(|e| failure::of(&e))?;
    if used > i64::from(shards) {
        return Err(wrong(format!(
            "log.shards and log.router_shard make {shards} shards, but the log has records in shard {}",
            used - 1
        )));
    }
    let all = async {
        let mut transaction = connection.begin_with("begin immediate").await?;
        sqlx::query(include_str!("../../queries/shards_trim.sql"))
            .bind(i64::from(shards))
            .execute(&mut *transaction)
            .await?;
        let mut ends = Vec::with_capacity(usize::from(shards));
        for shard in 0..i64::from(shards) {
            sqlx::query(include_str!("../../queries/shards_add.sql"))
                .bind(shard)
                .execute(&mut *transaction)
                .await?;
            let end: Offset =
                sqlx::query_scalar(include_str!("../../queries/shards_next_offset.sql"))
                    .bind(shard)
                    .fetch_one(&mut *transaction)
                    .await?;
            ends.push(end);
        }
        transaction.commit().await?;
        Ok(ends)
    };
    all.await.map_err(|e: sqlx::Error| failure::of(&e))
}

fn wrong(reason: String) -> Error {
    Error::Configuration { reason }
}
