//! A topic and a database of a test's own, on the Kafka and PostgreSQL that the environment names.

use anyhow::Context;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::Database;

/// Returns an environment variable that is set and not empty.
#[allow(
    clippy::disallowed_methods,
    reason = "tests are told where programs and services are by the environment"
)]
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A topic name and a database for one test.
#[derive(Clone, Debug)]
pub struct Services {
    /// Kafka's `host:port`.
    pub brokers: String,
    /// The test's topic; `topics create` makes it.
    pub topic: String,
    /// The test's database, which exists and is empty.
    pub database_url: String,
    database: Database,
}

impl Services {
    /// Makes the database, or says that the test is skipped.
    ///
    /// # Errors
    /// When the environment names services that do not answer.
    pub async fn make_or_skip() -> anyhow::Result<Option<Self>> {
        let (Some(brokers), Some(admin_url)) = (
            variable("BORDERGATE_TEST_KAFKA"),
            variable("BORDERGATE_TEST_POSTGRES"),
        ) else {
            println!(
                "skipped: BORDERGATE_TEST_KAFKA and BORDERGATE_TEST_POSTGRES are not both set"
            );
            return Ok(None);
        };
        let database = Database::make(&admin_url, "whole").await?;
        Ok(Some(Self {
            brokers,
            topic: format!("whole.{}.raw.v1", Uuid::new_v4().simple()),
            database_url: database.url.clone(),
            database,
        }))
    }

    /// Returns the configuration that points a hub here, with `more` keys.
    #[must_use]
    pub fn environment(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut all = vec![
            (
                "BORDERGATE__KAFKA__BROKERS".to_owned(),
                self.brokers.clone(),
            ),
            ("BORDERGATE__KAFKA__TOPIC".to_owned(), self.topic.clone()),
            (
                "BORDERGATE__DATABASE__URL".to_owned(),
                self.database_url.clone(),
            ),
        ];
        all.extend(
            more.iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
        );
        all
    }

    /// Returns the `host:port` of the database server.
    ///
    /// # Errors
    /// When the URL names none.
    pub fn database_server(&self) -> anyhow::Result<&str> {
        let (_, rest) = self
            .database_url
            .rsplit_once('@')
            .context("no user in the database URL")?;
        let (server, _) = rest.split_once('/').context("no database in its URL")?;
        Ok(server)
    }

    /// Connects to the test's database.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn connect(&self) -> anyhow::Result<PgConnection> {
        let options: PgConnectOptions = self.database_url.parse()?;
        Ok(PgConnection::connect_with(&options).await?)
    }

    /// Removes the topic and the database.
    ///
    /// # Errors
    /// When a service does not answer.
    pub async fn remove(&self) -> anyhow::Result<()> {
        let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
            .set("bootstrap.servers", &self.brokers)
            .create()?;
        admin
            .delete_topics(&[&self.topic], &AdminOptions::new())
            .await?;
        self.database.remove().await
    }
}
