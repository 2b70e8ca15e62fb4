//! Connections to PostgreSQL: limits that keep a stopped hub or a slow question from holding others up.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Executor, raw_sql};

use crate::Error;
use crate::failure::of_statement;

/// How to reach the database.
#[derive(Clone)]
pub struct PostgresConfig {
    /// Address such as `postgres://bordergate@db.example/bordergate?sslmode=verify-full`.
    pub url: String,
    /// The password, when it is not in the URL.
    pub password: Option<String>,
    /// Most connections, 2 or more: half of them, rounded up, for writing, the others for questions.
    pub max_connections: u32,
}

impl std::fmt::Debug for PostgresConfig {
    /// Leaves out URL and password: either may hold a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// How long a caller waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// A hub stopped inside its transaction loses it before its lease of 8 s has run out.
const WRITING: [(&str, &str); 3] = [
    ("idle_in_transaction_session_timeout", "5s"),
    ("statement_timeout", "30s"),
    ("lock_timeout", "5s"),
];

/// Plans are made for the values at hand: most filters are optional.
const READING: [(&str, &str); 5] = [
    ("idle_in_transaction_session_timeout", "30s"),
    ("statement_timeout", "30s"),
    ("lock_timeout", "5s"),
    ("default_transaction_read_only", "on"),
    ("plan_cache_mode", "force_custom_plan"),
];

/// Returns the pools for writing and for reading.
///
/// # Errors
/// [`Error::Conflict`] `store.configuration` when the URL cannot be read.
pub(crate) fn pools(config: &PostgresConfig) -> Result<(PgPool, PgPool), Error> {
    let mut options = PgConnectOptions::from_str(&config.url).map_err(of_statement)?;
    if let Some(password) = &config.password {
        options = options.password(password);
    }
    let writers = config.max_connections.div_ceil(2).max(1);
    let readers = config.max_connections.saturating_sub(writers).max(1);
    let writing = options
        .clone()
        .application_name("bordergate process")
        .options(WRITING);
    let reading = options
        .application_name("bordergate queries")
        .options(READING);
    Ok((
        pool(writers).connect_lazy_with(writing),
        pool(readers).connect_lazy_with(reading),
    ))
}

/// A connection goes back only when no transaction is open on it. `begin` makes the rollback silent
/// where there was none; where the open one has failed it is refused, and the connection is closed.
fn pool(max_connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_release(|connection, _| {
            Box::pin(
                async move { Ok(connection.execute(raw_sql("begin; rollback")).await.is_ok()) },
            )
        })
}
