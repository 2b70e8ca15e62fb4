//! A PostgreSQL database of a test's or a bench's own, on the server that the environment names.

use anyhow::Context;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

/// An empty database; [`Self::remove`] takes it away.
#[derive(Clone, Debug)]
pub struct Database {
    /// Its URL.
    pub url: String,
    name: String,
    admin_url: String,
}

impl Database {
    /// Makes a database on the server of `admin_url`, with `prefix` before its random name.
    ///
    /// # Errors
    /// When the URL names no database or the server does not answer.
    pub async fn make(admin_url: &str, prefix: &str) -> anyhow::Result<Self> {
        let name = format!("{prefix}_{}", Uuid::new_v4().simple());
        let (server, _) = admin_url
            .rsplit_once('/')
            .context("BORDERGATE_TEST_POSTGRES names no database")?;
        let database = Self {
            url: format!("{server}/{name}"),
            name,
            admin_url: admin_url.to_owned(),
        };
        database
            .on_server(format!("create database {}", database.name))
            .await?;
        Ok(database)
    }

    /// Removes it, whoever is connected.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn remove(&self) -> anyhow::Result<()> {
        self.on_server(format!("drop database {} with (force)", self.name))
            .await
    }

    async fn on_server(&self, statement: String) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&self.admin_url).await?;
        // The only name in it was made here, of hexadecimal digits.
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        Ok(())
    }
}
