//! Connections to the file, and the settings under which a commit survives a power cut.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection, query_scalar};

use crate::Error;
use crate::failure::OrFailure;

/// How long a statement waits for another process' lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Most readers at once.
const READERS: u32 = 4;
/// Page cache of a connection in KiB, written as SQLite wants it.
const CACHE_KIB: &str = "-32768";

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("cache_size", CACHE_KIB)
        .pragma("temp_store", "memory")
}

/// Opens the writer and asserts that it is durable.
///
/// # Errors
/// [`Error::Unreachable`]; [`Error::Conflict`] `store.not_durable`.
pub(crate) async fn writer(path: &Path) -> Result<SqliteConnection, Error> {
    let options = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .or_failure()?;
    let journal_mode: String = query_scalar("pragma journal_mode")
        .fetch_one(&mut connection)
        .await
        .or_failure()?;
    let synchronous: i64 = query_scalar("pragma synchronous")
        .fetch_one(&mut connection)
        .await
        .or_failure()?;
    let foreign_keys: i64 = query_scalar("pragma foreign_keys")
        .fetch_one(&mut connection)
        .await
        .or_failure()?;
    if (journal_mode.as_str(), synchronous, foreign_keys) == ("wal", 2, 1) {
        return Ok(connection);
    }
    Err(Error::Conflict {
        code: "store.not_durable",
        reason: format!(
            "SQLite answers journal_mode {journal_mode}, synchronous {synchronous}, foreign_keys {foreign_keys} \
             instead of wal, 2, 1; is the file on a network disk?"
        ),
    })
}

/// Returns readers that connect when they are needed.
pub(crate) fn readers(path: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_lazy_with(options(path).read_only(true))
}
