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

#[cfg(test)]
mod tests {
    use sqlx::query_scalar;

    use super::*;

    #[allow(
        clippy::disallowed_methods,
        reason = "a test's server comes from xtask, not from a configuration"
    )]
    fn pools_of_one(rule: &str) -> Option<(PgPool, PgPool)> {
        let Ok(url) = std::env::var("BORDERGATE_TEST_POSTGRES") else {
            println!("skipped: {rule}: BORDERGATE_TEST_POSTGRES is not set");
            return None;
        };
        let config = PostgresConfig {
            url,
            password: None,
            max_connections: 2,
        };
        Some(pools(&config).expect("the URL can be read"))
    }

    #[tokio::test]
    async fn a_dropped_transaction_does_not_swallow_the_next_write() {
        let Some((process, _)) = pools_of_one("a dropped transaction") else {
            return;
        };
        for statement in [
            "create temporary table written (n integer)",
            "begin; insert into written values (1)",
            "insert into written values (2)",
        ] {
            // Each time the one connection goes back to the pool, the second time in a transaction.
            let mut connection = process.acquire().await.expect("the server answers");
            connection
                .execute(raw_sql(statement))
                .await
                .expect("good SQL");
        }
        let written: i32 = query_scalar("select sum(n)::integer from written")
            .fetch_one(&process)
            .await
            .expect("the same connection");
        assert_eq!(
            written, 2,
            "the open transaction was rolled back, and only it"
        );
        process.close().await;
    }

    #[tokio::test]
    async fn a_stopped_hub_loses_its_transaction_before_its_lease() {
        let Some((process, readers)) = pools_of_one("a stopped hub") else {
            return;
        };
        let limit: String = query_scalar("show idle_in_transaction_session_timeout")
            .fetch_one(&process)
            .await
            .expect("the server answers");
        assert_eq!(limit, "5s", "the lease is 8 s");
        let read_only: String = query_scalar("show default_transaction_read_only")
            .fetch_one(&readers)
            .await
            .expect("the server answers");
        assert_eq!(read_only, "on");
        process.close().await;
        readers.close().await;
    }
}
