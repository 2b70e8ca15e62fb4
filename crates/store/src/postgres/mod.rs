//! PostgreSQL: two pools, so that analysts never hold up the shards (FAULTS.md, D05).
//!
//! Every write runs in a task of its own that the caller cannot cancel, and every connection that goes
//! back to its pool has its transaction ended: sqlx 0.9.0 would otherwise hand an open one to the next
//! caller, whose writes are then lost (FAULTS.md, D03).

mod bridge;
mod column;
mod commit;
mod connection;
mod decisions;
mod doors;
mod exchange;
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

use futures_util::future::BoxFuture;
use sqlx::{PgConnection, PgPool};

use crate::Error;
use crate::failure::{OrFailure, of_commit};
use crate::task::finish;

pub use connection::PostgresConfig;

/// The text of a statement in `queries/postgres/`.
macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/queries/postgres/",
            $name,
            ".sql"
        ))
    };
}
pub(crate) use sql;

/// A time as the driver has it.
pub(crate) type Stamp = jiff_sqlx::Timestamp;

/// What runs on a connection.
pub(crate) type Work<'c, T> = BoxFuture<'c, Result<T, Error>>;

/// Advisory locks of this database; any numbers that nobody else uses.
#[derive(Clone, Copy, Debug)]
#[repr(i32)]
pub(crate) enum Lock {
    /// One migration at a time.
    Schema = 0x626f_7201,
    /// One change of registrations at a time.
    Registrations = 0x626f_7202,
    /// One append to the audit trail at a time.
    Audit = 0x626f_7203,
}

/// Begins reads that belong together.
const READ: &str = "begin isolation level repeatable read read only";

/// A PostgreSQL database, version 15 or later.
#[derive(Debug)]
pub struct PostgresStore {
    process: PgPool,
    readers: PgPool,
}

impl PostgresStore {
    /// Connects. The schema is left as it is: see [`crate::Registry::migrate`].
    ///
    /// # Errors
    /// [`Error::Unreachable`] when the server does not answer; [`Error::Conflict`] when it refuses the
    /// login, does not have the database, or the URL cannot be read.
    pub async fn connect(config: PostgresConfig) -> Result<Self, Error> {
        let (process, readers) = connection::pools(&config)?;
        process.acquire().await.or_failure()?;
        Ok(Self { process, readers })
    }

    /// Runs work in one write transaction that the caller cannot cancel; an error rolls it back.
    async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T> + Send + 'static,
    {
        finish(tokio::spawn(transact(self.process.clone(), "begin", work))).await
    }

    /// Runs reads that belong together as of one moment.
    async fn read<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T> + Send + 'static,
    {
        finish(tokio::spawn(transact(self.readers.clone(), READ, work))).await
    }

    /// As [`Self::read`], on the connections of the role `process`: its look-ups never wait for questions.
    async fn process_read<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T> + Send + 'static,
    {
        finish(tokio::spawn(transact(self.process.clone(), READ, work))).await
    }
}

async fn transact<T, F>(pool: PgPool, begin: &'static str, work: F) -> Result<T, Error>
where
    F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T>,
{
    let mut connection = pool.acquire().await.or_failure()?;
    execute(&mut connection, begin).await.or_failure()?;
    match work(&mut connection).await {
        Ok(value) => match execute(&mut connection, "commit").await {
            Ok(()) => Ok(value),
            Err(error) => {
                connection.close_on_drop();
                // What was read holds whether or not the end of the reading was heard of.
                if begin == READ {
                    Ok(value)
                } else {
                    Err(of_commit(error))
                }
            }
        },
        Err(error) => {
            if execute(&mut connection, "rollback").await.is_err() {
                connection.close_on_drop();
            }
            Err(error)
        }
    }
}

async fn execute(connection: &mut PgConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
}

/// Waits for an advisory lock and holds it until the transaction ends.
async fn lock(connection: &mut PgConnection, lock: Lock) -> Result<(), Error> {
    let waiting = sqlx::query(sql!("lock")).bind(i64::from(lock as i32));
    waiting.execute(connection).await.or_failure().map(|_| ())
}

/// Returns a time as the driver has it, cut off to whole microseconds as everywhere.
pub(crate) fn stamp(at: jiff::Timestamp) -> Stamp {
    let whole = jiff::Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
    jiff_sqlx::ToSqlx::to_sqlx(whole)
}
