//! Opening the log and the store that the settings name.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use bordergate_eventlog::embedded::EmbeddedLog;
use bordergate_eventlog::kafka::{KafkaConfig, KafkaLog};
use bordergate_eventlog::EventLog;
use bordergate_store::Store;
use bordergate_store::postgres::{PostgresConfig, PostgresStore};
use bordergate_store::sqlite::SqliteStore;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Keys;
use crate::app::App;
use crate::clock::SystemClock;
use crate::config::Settings;
use crate::registrations::Registrations;
use crate::roles::Health;
use crate::telemetry::Metrics;

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
            password: settings.database.password_file.as_deref().map(secret).transpose()?,
            max_connections: settings.database.max_connections,
        };
        return Ok(Arc::new(PostgresStore::connect(config).await.context("database.url")?));
    }
    let path = settings.data.dir.join(STORE_FILE);
    let opened = match mode {
        Mode::Write => SqliteStore::open(&path).await,
        Mode::ReadOnly => SqliteStore::open_read_only(&path).await,
    };
    Ok(Arc::new(opened.with_context(|| format!("cannot open the store {}", path.display()))?))
}

/// Opens the log.
///
/// # Errors
/// When it cannot be reached or opened; names the address or file.
pub async fn log(settings: &Settings, mode: Mode) -> anyhow::Result<Arc<dyn EventLog>> {
    if settings.is_kafka() {
        let kafka = KafkaLog::connect(kafka_config(settings)?).await.context("kafka.brokers")?;
        return Ok(Arc::new(kafka));
    }
    let path = settings.data.dir.join(LOG_FILE);
    let opened = match mode {
        Mode::Write => EmbeddedLog::open(&path, settings.log.shards, settings.limits.record_bytes).await,
        Mode::ReadOnly => EmbeddedLog::open_read_only(&path).await,
    };
    Ok(Arc::new(opened.with_context(|| format!("cannot open the log {}", path.display()))?))
}

/// Returns the Kafka settings in the words of the log's crate.
///
/// # Errors
/// When no brokers are set or the password file cannot be read.
pub fn kafka_config(settings: &Settings) -> anyhow::Result<KafkaConfig> {
    let _ = settings;
    bail!("kafka.brokers is not set")
}

/// Opens everything a hub shares; the schema must be the one this program works with.
///
/// # Errors
/// As [`store`] and [`log`], and when the schema is not right; says what to do.
pub async fn app(settings: Settings, mode: Mode) -> anyhow::Result<Arc<App>> {
    let store = store(&settings, mode).await?;
    if mode == Mode::Write && !settings.is_postgres() {
        // The embedded store has no administrator: whoever holds the lock brings it up to date.
        store.migrate().await.context("cannot bring the embedded store's schema up to date")?;
    }
    store.check_schema().await?;
    let log = log(&settings, mode).await?;
    let registrations = Registrations::default();
    registrations.refresh(store.as_ref()).await?;
    let keys = Keys::open(store.as_ref()).await?;
    Ok(Arc::new(App {
        settings,
        clock: Arc::new(SystemClock),
        log,
        store,
        registrations,
        keys,
        commits: watch::Sender::new(0),
        metrics: Metrics::new()?,
        health: Health::default(),
        shutdown: CancellationToken::new(),
        tasks: TaskTracker::new(),
    }))
}

/// Reads a secret from a file that only its owner may read.
///
/// # Errors
/// When the file cannot be read, is empty, or others may read it.
pub fn secret(path: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the secret {}", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            bail!("{} may be read by others (mode {:o}); run `chmod 600` on it", path.display(), mode & 0o777);
        }
    }
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        bail!("{} is empty", path.display());
    }
    Ok(secret.to_owned())
}
