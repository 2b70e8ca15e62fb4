//! Opening the log and the store that the settings name.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use bordergate_eventlog::EventLog;
use bordergate_eventlog::embedded::EmbeddedLog;
use bordergate_eventlog::kafka::{KafkaConfig, KafkaLog, SecurityConfig, Topics};
use bordergate_store::Store;
use bordergate_store::postgres::{PostgresConfig, PostgresStore};
use bordergate_store::sqlite::SqliteStore;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Keys;
use crate::app::App;
use crate::clock::SystemClock;
use crate::config::{KafkaSecurity, Settings};
use crate::doors::http::identity::Logins;
use crate::doors::states::States;
use crate::images;
use crate::registrations::Registrations;
use crate::roles::Health;
use crate::telemetry::Metrics;
use crate::tls;

/// Name of the embedded log's file in the data directory.
const LOG_FILE: &str = "log.sqlite";
/// Name of the embedded store's file in the data directory.
const STORE_FILE: &str = "store.sqlite";

/// Whether a command may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Opens for writing; the embedded parts then need the data directory's lock.
    Write,
    /// Opens the embedded parts read-only, beside a hub that may be running.
    ReadOnly,
}

/// Opens the store, without looking at its schema.
///
/// # Errors
/// When it cannot be reached or opened; names the address or file.
pub async fn store(settings: &Settings, mode: Mode) -> anyhow::Result<Arc<dyn Store>> {
    if let Some(url) = &settings.database.url {
        let config = PostgresConfig {
            url: url.clone(),
            password: settings
                .database
                .password_file
                .as_deref()
                .map(secret)
                .transpose()?,
            max_connections: settings.database.max_connections,
        };
        return Ok(Arc::new(
            PostgresStore::connect(config)
                .await
                .context("database.url")?,
        ));
    }
    let path = settings.data.dir.join(STORE_FILE);
    let opened = match mode {
        Mode::Write => SqliteStore::open(&path).await,
        Mode::ReadOnly => SqliteStore::open_read_only(&path).await,
    };
    Ok(Arc::new(opened.with_context(|| {
        format!("cannot open the store {}", path.display())
    })?))
}

/// Opens the log.
///
/// # Errors
/// When it cannot be reached or opened; names the address or file.
pub async fn log(settings: &Settings, mode: Mode) -> anyhow::Result<Arc<dyn EventLog>> {
    if settings.is_kafka() {
        let kafka = KafkaLog::connect(kafka_config(settings)?)
            .await
            .context("kafka.brokers")?;
        return Ok(Arc::new(kafka));
    }
    let path = settings.data.dir.join(LOG_FILE);
    let opened = match mode {
        Mode::Write => {
            EmbeddedLog::open(&path, settings.shard_count(), settings.limits.record_bytes).await
        }
        Mode::ReadOnly => EmbeddedLog::open_read_only(&path).await,
    };
    Ok(Arc::new(opened.with_context(|| {
        format!("cannot open the log {}", path.display())
    })?))
}

/// Returns the Kafka settings in the words of the log's crate.
///
/// # Errors
/// When no brokers are set, the protocol is not known or the password file cannot be read.
fn kafka_config(settings: &Settings) -> anyhow::Result<KafkaConfig> {
    let kafka = &settings.kafka;
    let brokers = kafka
        .brokers
        .clone()
        .context("kafka.brokers is not set: the log is the embedded one")?;
    Ok(KafkaConfig {
        brokers,
        topic: kafka.topic.clone(),
        shards: settings.shard_count(),
        record_bytes: settings.limits.record_bytes,
        replication_factor: kafka.replication_factor,
        min_insync_replicas: kafka.min_insync_replicas,
        retention_days: settings.log.retention_days,
        append_timeout_ms: kafka.append_timeout_ms,
        security: kafka_security(&kafka.security, "kafka.")?,
    })
}

/// Returns how brokers are spoken to, in the words of the log's crate; looks into the files that are named. `at` is what
/// errors put before a key.
///
/// # Errors
/// When the protocol is not known or a file cannot be used; names the key.
pub fn kafka_security(security: &KafkaSecurity, at: &str) -> anyhow::Result<SecurityConfig> {
    for (key, file) in [
        ("ca_file", &security.ca_file),
        ("certificate_file", &security.certificate_file),
        ("key_file", &security.key_file),
    ] {
        let opened = file.as_deref().map_or(Ok(()), tls::pem);
        opened.with_context(|| format!("{at}{key}"))?;
    }
    let password = security.password_file.as_deref().map(secret);
    Ok(SecurityConfig {
        protocol: security.security_protocol.parse()?,
        ca_file: security.ca_file.clone(),
        certificate_file: security.certificate_file.clone(),
        key_file: security.key_file.clone(),
        sasl_mechanism: security.sasl_mechanism.clone(),
        username: security.username.clone(),
        password: password
            .transpose()
            .with_context(|| format!("{at}password_file"))?,
    })
}

/// Returns the keeper of the log's topic on Kafka.
///
/// # Errors
/// When no brokers are set or the settings cannot be used.
pub fn topics(settings: &Settings) -> anyhow::Result<Topics> {
    Topics::new(kafka_config(settings)?).context("kafka")
}

/// Opens everything a hub shares; the schema must be the one this program works with.
///
/// # Errors
/// As [`store`] and [`log`], and when the schema is not right; says what to do.
pub async fn app(settings: Settings, mode: Mode) -> anyhow::Result<Arc<App>> {
    let store = store(&settings, mode).await?;
    if mode == Mode::Write && !settings.is_postgres() {
        // The embedded store has no administrator: whoever holds the lock brings it up to date.
        store
            .migrate()
            .await
            .context("cannot bring the embedded store's schema up to date")?;
    }
    store.check_schema().await?;
    let log = log(&settings, mode).await?;
    let registrations = Registrations::default();
    registrations.refresh(store.as_ref()).await?;
    let doors = States::default();
    let images = images::Store::open(&settings, &doors)?;
    let keys = Keys::open(store.as_ref()).await?;
    Ok(Arc::new(App {
        settings,
        clock: Arc::new(SystemClock),
        log,
        images,
        store,
        registrations,
        keys,
        commits: watch::Sender::new(0),
        metrics: Metrics::new()?,
        health: Health::default(),
        logins: Logins::default(),
        doors,
        shutdown: CancellationToken::new(),
        tasks: TaskTracker::new(),
    }))
}

/// Reads a secret from a file that only its owner may read.
///
/// # Errors
/// When the file cannot be read, is empty, or others may read it.
pub fn secret(path: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the secret {}", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            bail!(
                "{} may be read by others (mode {:o}); run `chmod 600` on it",
                path.display(),
                mode & 0o777
            );
        }
    }
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        bail!("{} is empty", path.display());
    }
    Ok(secret.to_owned())
}
