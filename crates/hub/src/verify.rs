//! Recomputing every crossing and fact from the raw log, and comparing with what the database holds.
//!
//! The log is processed again by the same role into a store of its own, with the registration versions
//! the doors stamped. What the hub itself decided about a record (`record.kills_process`,
//! `process.panicked`, `store.refused`) does not follow from its bytes and is taken over. So is where the router sent it:
//! see `routing`.

mod routing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use bordergate_eventlog::{Error as LogError, EventLog, RunLimit, ShardReader};
use bordergate_indicators::Fact;
use bordergate_model::{
    Crossing, CrossingId, LoggedRecord, ObservationRef, Offset, RawRecord, Shard as ShardNumber,
};
use bordergate_process::{Decided, Limits, Shard, Tools};
use bordergate_store::sqlite::SqliteStore;
use bordergate_store::{CrossingFilter, QuarantineFilter, Reference, Store};

use crate::app::App;
use crate::roles;

/// Codes of what the hub decides by itself.
const DECIDED: [&str; 3] = ["record.kills_process", "process.panicked", "store.refused"];
/// Crossings read at a time.
const PAGE: u32 = 1000;

/// What a verification found.
#[derive(Debug, Default)]
pub struct Report {
    /// Records processed again.
    pub record_count: usize,
    /// Crossings compared.
    pub crossing_count: usize,
    /// Facts compared.
    pub fact_count: usize,
    /// Every difference, in words.
    pub differences: Vec<String>,
}

/// Processes the log again into a store in `scratch` and compares. `on_progress` is told the number
/// of records processed and of all, now and then.
///
/// # Errors
/// When log or store cannot be read, or the scratch store cannot be written.
pub async fn verify(
    app: &Arc<App>,
    scratch: &std::path::Path,
    on_progress: impl Fn(u64, u64),
) -> anyhow::Result<Report> {
    let ends: HashMap<ShardNumber, Offset> = app
        .store
        .all_progress()
        .await?
        .into_iter()
        .map(|progress| (progress.shard, progress.next_offset))
        .collect();
    let again: Arc<dyn Store> = Arc::new(SqliteStore::open(&scratch.join("verify.sqlite")).await?);
    again.migrate().await?;
    copy_registrations(app.store.as_ref(), again.as_ref()).await?;
    let mut report = Report::default();
    let all: u64 = ends
        .values()
        .map(|end| u64::try_from(*end).unwrap_or(0))
        .sum();
    let tools = Arc::new(Tools {
        log: Arc::new(UpTo {
            log: Arc::clone(&app.log),
            ends: ends.clone(),
        }),
        store: Arc::clone(&again),
        limits: Limits {
            tick_after: None,
            ..Limits::default()
        },
        watcher: Arc::new(()),
        decided: decided(app.store.as_ref()).await?,
        ..roles::tools(app).await?
    });
    let mut done = 0;
    let router = app.settings.log.router_shard;
    for (shard, end) in ends.iter().filter(|(shard, _)| **shard != router) {
        let Some(mut taken) = Shard::take(Arc::clone(&tools), *shard).await? else {
            continue;
        };
        while taken.progress().next_offset < *end {
            match taken.step(Duration::from_secs(5)).await? {
                bordergate_process::Step::Stored(count) => report.record_count += count,
                bordergate_process::Step::Idle => break,
            }
            on_progress(
                done + u64::try_from(taken.progress().next_offset).unwrap_or(0),
                all,
            );
        }
        done += u64::try_from(*end).unwrap_or(0);
    }
    if let Some(end) = ends.get(&router) {
        let with = routing::Compared {
            log: app.log.as_ref(),
            live: app.store.as_ref(),
            again: again.as_ref(),
            ends: &ends,
        };
        routing::compare(&with, router, *end, &mut report).await?;
    }
    compare(app.store.as_ref(), again.as_ref(), &mut report).await?;
    again.close().await;
    Ok(report)
}

async fn copy_registrations(from: &dyn Store, to: &dyn Store) -> anyhow::Result<()> {
    let (gates, sources) = (from.gates().await?, from.sources().await?);
    let first = Reference {
        gates: gates
            .iter()
            .filter(|gate| gate.version == 1)
            .cloned()
            .collect(),
        sources: sources
            .iter()
            .filter(|source| source.version == 1)
            .cloned()
            .collect(),
    };
    to.seed(&first).await?;
    for gate in gates.iter().filter(|gate| gate.version > 1) {
        to.add_gate(gate).await?;
    }
    for source in sources.iter().filter(|source| source.version > 1) {
        to.add_source(source).await?;
    }
    Ok(())
}

async fn decided(store: &dyn Store) -> anyhow::Result<Decided> {
    let mut decided = Decided::new();
    for code in DECIDED {
        let filter = QuarantineFilter {
            code: Some(code.to_owned()),
            with_redriven: true,
            ..QuarantineFilter::default()
        };
        for row in store.quarantined(&filter, u32::MAX >> 1).await? {
            decided.insert((row.shard, row.offset), (row.code, row.detail));
        }
    }
    Ok(decided)
}

/// A crossing without its id and revision: what must come out the same.
#[derive(Debug, PartialEq)]
struct Essence {
    words: BTreeMap<&'static str, String>,
    facts: Vec<String>,
}

type ByReadings = BTreeMap<Vec<ObservationRef>, (CrossingId, Essence)>;

async fn compare(live: &dyn Store, again: &dyn Store, report: &mut Report) -> anyhow::Result<()> {
    let (stored, mut recomputed) = (essences(live).await?, essences(again).await?);
    report.crossing_count = stored.len();
    for (readings, (crossing_id, essence)) in stored {
        report.fact_count += essence.facts.len();
        match recomputed.remove(&readings) {
            None => report.differences.push(format!(
                "crossing {crossing_id}: no recomputed crossing has the same {} readings",
                readings.len()
            )),
            Some((_, other)) => {
                let differing = essence
                    .words
                    .iter()
                    .filter(|(name, value)| other.words.get(*name) != Some(value));
                for (name, value) in differing {
                    let now = other.words.get(name).map_or("nothing", String::as_str);
                    report.differences.push(format!(
                        "crossing {crossing_id}: {name} is {value}, recomputed {now}"
                    ));
                }
                if essence.facts != other.facts {
                    report.differences.push(format!(
                        "crossing {crossing_id}: facts are {:?}, recomputed {:?}",
                        essence.facts, other.facts
                    ));
                }
            }
        }
    }
    for (readings, (crossing_id, _)) in recomputed {
        let count = readings.len();
        report.differences.push(format!(
            "recomputed crossing {crossing_id} of {count} readings is not stored"
        ));
    }
    Ok(())
}

async fn essences(store: &dyn Store) -> anyhow::Result<ByReadings> {
    let mut all = ByReadings::new();
    let mut after = None;
    loop {
        let page = store
            .crossings(&CrossingFilter::default(), after, PAGE)
            .await?;
        let ids: Vec<CrossingId> = page
            .crossings
            .iter()
            .map(|crossing| crossing.crossing_id)
            .collect();
        let mut facts: HashMap<CrossingId, Vec<Fact>> = HashMap::new();
        for fact in store.facts_of(&ids).await? {
            facts.entry(fact.crossing_id).or_default().push(fact);
        }
        for crossing in page.crossings {
            let facts = facts.remove(&crossing.crossing_id).unwrap_or_default();
            let mut readings: Vec<ObservationRef> = crossing
                .readings
                .iter()
                .map(|reading| reading.observation.reference())
                .collect();
            readings.sort();
            all.insert(readings, (crossing.crossing_id, essence(&crossing, facts)));
        }
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

fn essence(crossing: &Crossing, facts: Vec<Fact>) -> Essence {
    let shown = |value: &dyn std::fmt::Debug| format!("{value:?}");
    let words = BTreeMap::from([
        ("state", crossing.state.to_string()),
        ("direction", crossing.direction.to_string()),
        ("channel", crossing.channel.to_string()),
        ("cargo", shown(&crossing.cargo)),
        ("loaded", shown(&crossing.is_loaded)),
        ("ended_at", shown(&crossing.ended_at)),
        ("milestones", shown(&crossing.milestones)),
        ("keys", shown(&crossing.keys)),
    ]);
    let mut facts: Vec<String> = facts
        .iter()
        .map(|fact| {
            format!(
                "{} {:?} {:?} {:?}",
                fact.segment.code(),
                fact.duration_us,
                fact.exclusion,
                fact.filed_at
            )
        })
        .collect();
    facts.sort();
    Essence { words, facts }
}

/// The log up to the offsets that the live hub has processed.
struct UpTo {
    log: Arc<dyn EventLog>,
    ends: HashMap<ShardNumber, Offset>,
}

struct ReaderUpTo {
    reader: Box<dyn ShardReader>,
    end: Offset,
}

#[async_trait]
impl EventLog for UpTo {
    async fn append(&self, _shard: ShardNumber, _record: RawRecord) -> Result<Offset, LogError> {
        Err(LogError::Configuration {
            reason: "a verification only reads".to_owned(),
        })
    }

    async fn open(
        &self,
        shard: ShardNumber,
        from: Offset,
    ) -> Result<Box<dyn ShardReader>, LogError> {
        let end = self.ends.get(&shard).copied().unwrap_or(0);
        Ok(Box::new(ReaderUpTo {
            reader: self.log.open(shard, from).await?,
            end,
        }))
    }

    async fn end(&self, shard: ShardNumber) -> Result<Offset, LogError> {
        Ok(self
            .log
            .end(shard)
            .await?
            .min(self.ends.get(&shard).copied().unwrap_or(0)))
    }

    async fn start(&self, shard: ShardNumber) -> Result<Offset, LogError> {
        self.log.start(shard).await
    }

    async fn log_id(&self) -> Result<String, LogError> {
        self.log.log_id().await
    }

    async fn show_progress(
        &self,
        _shard: ShardNumber,
        _next_offset: Offset,
    ) -> Result<(), LogError> {
        Ok(())
    }
}

#[async_trait]
impl ShardReader for ReaderUpTo {
    async fn next_run(
        &mut self,
        limit: RunLimit,
        wait: Duration,
    ) -> Result<Vec<LoggedRecord>, LogError> {
        let mut run = self.reader.next_run(limit, wait).await?;
        run.retain(|logged| logged.offset < self.end);
        Ok(run)
    }
}

/// Verifies with a scratch folder that is removed afterwards.
///
/// # Errors
/// As [`verify`].
pub async fn verify_in_temporary_folder(
    app: &Arc<App>,
    on_progress: impl Fn(u64, u64),
) -> anyhow::Result<Report> {
    let scratch = std::env::temp_dir().join(format!("bordergate-verify-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&scratch)
        .with_context(|| format!("cannot make {}", scratch.display()))?;
    let report = verify(app, &scratch, on_progress).await;
    if let Err(error) = std::fs::remove_dir_all(&scratch) {
        tracing::warn!("the scratch folder {} is left: {error}", scratch.display());
    }
    report
}
