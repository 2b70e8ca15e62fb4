//! The demo: a simulated day through this hub's real doors, compared with the truth.

mod account;
mod compare;
mod drive;
mod lgsp;
mod report;
mod sent;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use bordergate_model::Crossing;
use bordergate_simulator::{Day, Plan, simulate};
use bordergate_store::{CrossingFilter, Reference};
use jiff::civil::Date;
use jiff::{ToSpan, tz::TimeZone};

use crate::app::App;
use crate::config::Settings;
use crate::serve::{Hub, Stop};

/// The zone whose days the demo simulates.
const ZONE: &str = "Asia/Ho_Chi_Minh";
/// Share of crossings that must be exact for `--exit` to end with status 0.
const EXACT_SHARE: f64 = 0.995;

/// How often it is looked whether everything is processed.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// So many times, for records that wait for their gate: five seconds.
const ROUTING_LOOKS: u32 = 100;

/// How fast the day passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// This many times faster than life.
    Times(f64),
    /// As fast as the hub takes it.
    Max,
}

impl FromStr for Speed {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse::<f64>() {
            Ok(times) if times > 0.0 && times.is_finite() => Ok(Self::Times(times)),
            _ => Err("must be a number above 0, or max".to_owned()),
        }
    }
}

/// What to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// How fast.
    pub speed: Speed,
    /// End after the day.
    pub exit: bool,
    /// How many vehicles.
    pub vehicle_count: u32,
    /// Seed of the day.
    pub seed: u64,
}

/// Runs the demo.
///
/// # Errors
/// When the hub cannot start, a door refuses a message, or the day cannot be compared.
pub async fn run(settings: Settings, options: &Options) -> anyhow::Result<ExitCode> {
    let data_dir = settings.data.dir.clone();
    let mut stop = Stop::listen()?;
    let Some(hub) = stop.start(settings, "demo").await? else {
        return Ok(ExitCode::SUCCESS);
    };
    let plan = plan(&hub.app, options).await?;
    let day = Arc::new(simulate(&plan));
    register(&hub.app, &day).await?;
    let formats: BTreeSet<&str> = day
        .sources
        .iter()
        .map(|source| source.format.as_str())
        .collect();
    println!(
        "Simulating {} at Huu Nghi and Tan Thanh: {} messages of {} sources in {} formats.",
        plan.day,
        day.messages.len(),
        day.sources.len(),
        formats.len()
    );
    println!("Watch it at http://{}/ (gRPC on {}).", hub.http, hub.grpc);
    let lgsp = lgsp::follow(&hub)?;
    let driven = tokio::select! {
        driven = drive::drive(&hub, &day, options.speed, &data_dir) => driven.map(|()| true),
        () = stop.heard() => Ok(false),
    };
    let passed = match driven {
        Ok(true) => show(&hub, &day, &lgsp).await?,
        Ok(false) => {
            println!("Stopped; start again with the same --data-dir to go on.");
            hub.stop().await;
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => {
            hub.stop().await;
            return Err(error);
        }
    };
    if !options.exit {
        println!("Serving on http://{}/ until Ctrl-C.", hub.http);
        stop.heard().await;
    }
    hub.stop().await;
    Ok(if options.exit && !passed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Returns the day of this data directory: the one before it was made, kept there.
async fn plan(app: &App, options: &Options) -> anyhow::Result<Plan> {
    let zone = TimeZone::get(ZONE).with_context(|| format!("time zone {ZONE}"))?;
    let yesterday = app.clock.now().to_zoned(zone).date().checked_sub(1.day())?;
    let first = format!("{yesterday} {} {}", options.vehicle_count, options.seed);
    let kept = app.store.init_hub_state("demo", &first).await?;
    let parts: Vec<&str> = kept.split(' ').collect();
    let [day, vehicle_count, seed] = parts.as_slice() else {
        bail!("hub_state demo is {kept:?}")
    };
    let day: Date = day.parse().context("hub_state demo")?;
    Ok(Plan {
        vehicle_count: vehicle_count.parse()?,
        seed: seed.parse()?,
        ..Plan::of_day(day)
    })
}

async fn register(app: &App, day: &Day) -> anyhow::Result<()> {
    let reference = Reference {
        gates: day.gates.clone(),
        sources: day.sources.clone(),
    };
    app.store.seed(&reference).await?;
    app.registrations.refresh(app.store.as_ref()).await?;
    Ok(())
}

/// Waits until everything is processed, compares, and prints the figures; tells whether the demo holds
/// what it promises.
async fn show(hub: &Hub, day: &Day, lgsp: &lgsp::Follower) -> anyhow::Result<bool> {
    wait_processed(&hub.app).await?;
    let crossings = crossings(&hub.app).await?;
    let comparison = compare::compare(&crossings, &day.truth);
    let account = account::account(&hub.app).await?;
    lgsp.wait_for(&hub.app).await?;
    print!(
        "{}",
        report::report(&hub.app, day, &comparison, &account, lgsp).await?
    );
    let is_exact = comparison.share() >= EXACT_SHARE;
    if !is_exact {
        println!("Below {:.1} %.", EXACT_SHARE * 100.0);
    }
    Ok(is_exact && account.unaccounted.is_empty())
}

/// Waits until everything in the log is processed, and what the router routes too. A record that waits for its gate is
/// tried again within a second of what tells it; one that waits longer is left waiting.
async fn wait_processed(app: &App) -> anyhow::Result<()> {
    for _ in 0..ROUTING_LOOKS {
        wait_for_ends(app).await?;
        if app.store.counts().await?.unrouted_records == 0 {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    wait_for_ends(app).await
}

async fn wait_for_ends(app: &App) -> anyhow::Result<()> {
    // The router's shard is the last: what it has routed lies in the others when they are looked at.
    for shard in app.settings.processed_shards().into_iter().rev() {
        let end = app.log.end(shard).await?;
        loop {
            let progress = app.store.progress(shard).await?;
            if end == 0 || progress.is_some_and(|progress| progress.next_offset >= end) {
                break;
            }
            if !app.health.is_well() {
                bail!("a part of the hub has stopped: {:?}", app.health.tasks());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    Ok(())
}

async fn crossings(app: &App) -> anyhow::Result<Vec<Crossing>> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = app
            .store
            .crossings(&CrossingFilter::default(), after, 1000)
            .await?;
        all.extend(page.crossings);
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}
