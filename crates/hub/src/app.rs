//! What every part of a running hub shares.

use std::sync::Arc;

use bordergate_eventlog::EventLog;
use bordergate_model::Clock;
use bordergate_store::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Keys;
use crate::config::Settings;
use crate::doors::http::identity::Logins;
use crate::doors::states::States;
use crate::images;
use crate::registrations::Registrations;
use crate::roles::Health;
use crate::telemetry::Metrics;

/// The running hub: its settings, its log and store, and what its parts tell each other.
pub struct App {
    /// The settings it was started with.
    pub settings: Settings,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The log of raw records.
    pub log: Arc<dyn EventLog>,
    /// Pictures that were taken out of messages.
    pub images: images::Store,
    /// The database.
    pub store: Arc<dyn Store>,
    /// Registered gates and sources.
    pub registrations: Registrations,
    /// Secret keys kept in the database: page tokens and cursors are signed, plates hashed with them.
    pub keys: Keys,
    /// Counts up with every commit of the role `process`; whoever follows the feed or the board waits on it.
    pub commits: watch::Sender<u64>,
    /// Counters and gauges.
    pub metrics: Metrics,
    /// Which long-lived tasks are alive.
    pub health: Health,
    /// Logins by password: nonces in use, and wrong passwords.
    pub logins: Logins,
    /// What the doors that the settings open are doing.
    pub doors: States,
    /// Cancelled when the hub shall stop.
    pub shutdown: CancellationToken,
    /// Work that must end before the process does.
    pub tasks: TaskTracker,
}
