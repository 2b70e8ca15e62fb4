//! The embedded database: one SQLite file, one writer, several readers (DESIGN.md, "Embedded default").
//!
//! Every write runs in a task of its own, so that a caller who hangs up loses nothing; every
//! transaction begins `immediate` on the one writer connection.

mod bridge;
mod bulk;
mod commit;
mod connection;
mod decisions;
mod doors;
mod exchange;
mod filters;
mod gdc;
mod logins;
mod look_up;
mod outcomes;
mod parts;
mod queries;
mod registry;
mod routes;
mod schema;
mod shards;
mod trail;
mod write;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::Mutex;

use crate::Error;
use crate::failure::{OrFailure, of_commit, of_statement};
use crate::task::finish;

/// The text of a statement in `queries/sqlite/`.
macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/queries/sqlite/",
            $name,
            ".sql"
        ))
    };
}
pub(crate) use sql;

/// What runs on a connection.
pub(crate) type Work<'c, T> = BoxFuture<'c, Result<T, Error>>;

/// The embedded database. Dropping it leaves the file whole; [`crate::Registry::close`] ends it tidily.
#[derive(Debug)]
pub struct SqliteStore {
    /// `None` after closing and when opened read-only.
    writer: Arc<Mutex<Option<SqliteConnection>>>,
    readers: SqlitePool,
    process_readers: SqlitePool,
    is_read_only: bool,
}

impl SqliteStore {
    /// Opens the file for writing and makes it when it is missing. The schema is left as it is: see
    /// [`crate::Registry::migrate`].
    ///
    /// # Errors
    /// [`Error::Unreachable`] when the file cannot be opened; [`Error::Conflict`] `store.not_durable`
    /// when SQLite does not take the settings under which a commit survives a power cut.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let writer = connection::writer(path).await?;
        Ok(Self {
            writer: Arc::new(Mutex::new(Some(writer))),
            readers: connection::readers(path),
            process_readers: connection::readers(path),
            is_read_only: false,
        })
    }

    /// Opens the file for reading, beside a hub that may be writing; every write is refused.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when there is no such file or it cannot be read.
    pub async fn open_read_only(path: &Path) -> Result<Self, Error> {
        let readers = connection::readers(path);
        readers.acquire().await.or_failure()?;
        Ok(Self {
            writer: Arc::new(Mutex::new(None)),
            readers,
            process_readers: connection::readers(path),
            is_read_only: true,
        })
    }

    /// Runs work in one write transaction that the caller cannot cancel; an error rolls it back.
    async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        if self.is_read_only {
            return Err(Error::Conflict {
                code: "store.read_only",
                reason: "the database was opened for reading only".to_owned(),
            });
        }
        let writer = Arc::clone(&self.writer);
        finish(tokio::spawn(async move {
            let mut writer = writer.lock().await;
            let connection = writer.as_mut().ok_or_else(|| Error::Unreachable {
                reason: "the database was closed".to_owned(),
            })?;
            transact(connection, work).await
        }))
        .await
    }

    /// Runs reads that belong together on one connection, as of one moment.
    async fn read<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        finish(tokio::spawn(read(self.readers.clone(), work))).await
    }

    /// As [`Self::read`], on connections of its own: the look-ups of `process` never wait for questions.
    async fn process_read<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        finish(tokio::spawn(read(self.process_readers.clone(), work))).await
    }
}

async fn read<T, F>(readers: SqlitePool, work: F) -> Result<T, Error>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T>,
{
    let mut connection = readers.acquire().await.or_failure()?;
    execute(&mut connection, "begin").await.or_failure()?;
    let result = work(&mut connection).await;
    if execute(&mut connection, "rollback").await.is_err() {
        connection.close_on_drop();
    }
    result
}

async fn transact<T, F>(connection: &mut SqliteConnection, work: F) -> Result<T, Error>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T>,
{
    if let Err(first) = execute(connection, "begin immediate").await {
        // Work that panicked left its transaction open: the one case in which a rollback finds something.
        execute(connection, "rollback")
            .await
            .map_err(|_| of_statement(first))?;
        execute(connection, "begin immediate").await.or_failure()?;
    }
    match work(connection).await {
        Ok(value) => match execute(connection, "commit").await {
            Ok(()) => Ok(value),
            Err(error) => {
                roll_back(connection).await;
                Err(of_commit(error))
            }
        },
        Err(error) => {
            roll_back(connection).await;
            Err(error)
        }
    }
}

async fn roll_back(connection: &mut SqliteConnection) {
    // SQLite may have rolled back by itself; then this fails and nothing is left to do.
    let _ = execute(connection, "rollback").await;
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(sql).execute(connection).await.map(|_| ())
}
