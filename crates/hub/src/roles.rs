//! The hub's long-lived tasks: the role `process`, and the keeping of metrics and registrations.
//!
//! Each is watched: a task that ends before the hub stops turns `/healthz` red.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bordergate_crossing::Rules;
use bordergate_eventlog::RunLimit;
use bordergate_indicators::ExpectedMilestones;
use bordergate_process::{Decided, Limits, Summary, Tools, Watcher};
use uuid::Uuid;

use crate::app::App;
use crate::config::Settings;
use crate::doors::states::State;
use crate::images;
use crate::registrations::Snapshot;

/// How often metrics that must be asked for, and registrations made by other hubs, are read.
const KEEP_EVERY: Duration = Duration::from_secs(5);

/// Which long-lived tasks are alive, for `/healthz`.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<BTreeMap<String, String>>>);

impl Health {
    /// Notes the state of a task: `alive`, or why it is not.
    pub fn set(&self, task: &str, state: &str) {
        self.lock().insert(task.to_owned(), state.to_owned());
    }

    /// Returns every task and its state.
    #[must_use]
    pub fn tasks(&self) -> BTreeMap<String, String> {
        self.lock().clone()
    }

    /// Tells whether every task is alive.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.lock().values().all(|state| state == "alive")
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the rules of linking as the settings say.
#[must_use]
pub fn rules(settings: &Settings) -> Rules {
    Rules {
        near_window: jiff::SignedDuration::from_secs(i64::from(
            settings.linking.near_window_seconds,
        )),
        lane_window: jiff::SignedDuration::from_secs(i64::from(
            settings.linking.lane_window_seconds,
        )),
        expiry: jiff::SignedDuration::from_hours(24 * i64::from(settings.linking.expiry_days)),
        ..Rules::default()
    }
}

/// Returns what the role `process` works with.
///
/// # Errors
/// Those of the store, and a table of expected milestones that cannot be read.
pub async fn tools(app: &Arc<App>) -> anyhow::Result<Tools> {
    Ok(Tools {
        log: Arc::clone(&app.log),
        store: Arc::clone(&app.store),
        clock: Arc::clone(&app.clock),
        rules: rules(&app.settings),
        expected: expected(app).await?,
        encode: bordergate_exchange::encode,
        owner: Uuid::new_v4(),
        limits: Limits {
            batch: RunLimit {
                records: app.settings.process.batch_records,
                body_bytes: app.settings.process.batch_bytes,
            },
            batch_wait: Duration::from_millis(app.settings.process.batch_wait_ms),
            ..Limits::default()
        },
        router: Some(app.settings.log.router_shard),
        watcher: Arc::new(Announcer(Arc::clone(app))),
        decided: Decided::new(),
    })
}

/// Returns the table of expected milestones: the seeded one, else the default.
///
/// # Errors
/// Those of the store, and a seeded table that cannot be read.
pub async fn expected(app: &App) -> anyhow::Result<ExpectedMilestones> {
    match app
        .store
        .hub_state(crate::reference::EXPECTED_MILESTONES)
        .await?
    {
        Some(table) => crate::reference::expected_milestones(&table),
        None => Ok(ExpectedMilestones::default()),
    }
}

/// Tells the rest of the hub about commits.
struct Announcer(Arc<App>);

impl Watcher for Announcer {
    fn committed(&self, summary: &Summary) {
        for ((source_id, outcome), count) in &summary.records {
            self.0
                .metrics
                .count_processed(source_id.as_str(), outcome, *count);
        }
        self.0
            .metrics
            .note_batch(summary.shard, summary.elapsed.as_secs_f64());
        self.0.commits.send_modify(|count| *count += 1);
    }
}

/// Starts every role; they end when the hub stops.
///
/// # Errors
/// When the role `process` cannot be set up, or a gate lies in the router's shard.
pub async fn start(app: &Arc<App>) -> anyhow::Result<()> {
    check_router(&app.registrations.snapshot(), app.settings.log.router_shard)?;
    let tools = Arc::new(tools(app).await?);
    let shards = app.settings.processed_shards();
    let most = app
        .settings
        .process
        .max_shards
        .map_or(shards.len(), usize::from);
    let (stop, health) = (app.shutdown.clone(), app.health.clone());
    spawn_watched(app, "process", async move {
        bordergate_process::supervise(tools, shards, most, stop, |shard, code| {
            health.set(&format!("shard {shard}"), code);
        })
        .await;
    });
    spawn_watched(app, "images", images::sweep(Arc::clone(app)));
    if let images::Store::Bucket(bucket) = &app.images {
        let (bucket, stop) = (bucket.clone(), app.shutdown.clone());
        spawn_watched(app, "bucket", async move { bucket.watch(stop).await });
    }
    let keeper = Arc::clone(app);
    spawn_watched(app, "keeper", async move { keep(&keeper).await });
    let watcher = Arc::clone(app);
    spawn_watched(app, "clocks", async move {
        crate::device_clocks::watch(&watcher).await;
    });
    Ok(())
}

/// Refuses a router's shard that holds the records of a gate, registered before there was a router or a setting for it.
fn check_router(registrations: &Snapshot, router: u16) -> anyhow::Result<()> {
    let gates = registrations.gates().into_iter();
    if let Some(gate) = gates.clone().find(|gate| gate.shard == router) {
        let free = gates.map(|gate| gate.shard + 1).max().unwrap_or(0);
        anyhow::bail!(
            "gate {} lies in shard {router}, which log.router_shard gives to the router: set that to a shard of no gate, \
             such as {free}",
            gate.gate_id
        );
    }
    Ok(())
}

/// Runs a long-lived task and notes when it ends early.
pub fn spawn_watched(app: &Arc<App>, name: &str, work: impl Future<Output = ()> + Send + 'static) {
    app.health.set(name, "alive");
    let name = name.to_owned();
    let (health, shutdown, tasks) = (app.health.clone(), app.shutdown.clone(), app.tasks.clone());
    let task = tasks.spawn(work);
    app.tasks.spawn(async move {
        let ended = task.await;
        if !shutdown.is_cancelled() {
            let state = if ended.is_err() { "panicked" } else { "ended" };
            tracing::error!("task {name} {state} while the hub runs");
            health.set(&name, state);
        }
    });
}

async fn keep(app: &Arc<App>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(KEEP_EVERY) => {}
            () = app.shutdown.cancelled() => return,
        }
        for (door, state) in app.doors.all() {
            app.metrics.set_door_open(&door, State::is_well(state));
        }
        if let Err(error) = app.registrations.refresh(app.store.as_ref()).await {
            tracing::warn!("registrations could not be read: {error}");
            continue;
        }
        if let Err(error) = measure(app).await {
            tracing::warn!("metrics could not be read: {error:#}");
        }
    }
}

async fn measure(app: &Arc<App>) -> anyhow::Result<()> {
    let now = app.clock.now();
    app.metrics.set_counts(&app.store.counts().await?, now);
    for (partner_id, lag) in app.store.partner_lags().await? {
        app.metrics.set_feed_lag(&partner_id, lag);
    }
    for progress in app.store.all_progress().await? {
        let records = app.log.end(progress.shard).await? - progress.next_offset;
        let age = progress
            .log_time
            .map_or(0.0, |log_time| now.duration_since(log_time).as_secs_f64());
        app.metrics
            .set_lag(progress.shard, records, if records > 0 { age } else { 0.0 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bordergate_model::{Gate, GateId};

    use super::*;

    #[test]
    fn no_gate_lies_in_the_routers_shard() {
        let gate = |shard| Gate {
            gate_id: GateId::parse("huu-nghi").expect("a plain name"),
            version: 1,
            name_en: "Huu Nghi".to_owned(),
            name_vi: "Hữu Nghị".to_owned(),
            shard,
            office_codes: Vec::new(),
            is_disabled: false,
        };
        let registered = |shard| Snapshot::new(vec![gate(shard)], Vec::new());
        assert!(check_router(&registered(7), 8).is_ok());
        let refused = check_router(&registered(8), 8).expect_err("it is the router's");
        assert!(refused.to_string().contains("such as 9"), "{refused}");
    }
}
