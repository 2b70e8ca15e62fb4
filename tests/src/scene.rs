//! One test on Kafka and PostgreSQL: a topic and a database with its ledger, hubs that share them, and a calm hub to
//! compare them with.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use sqlx::{Executor, PgConnection, query_scalar, raw_sql};
use tokio::sync::OnceCell;

use crate::{
    Calm, History, Ledger, Part, Place, Running, Services, check_books, next_offsets,
    program_or_skip, until,
};

/// The hub that is disturbed, as the ledger calls it.
pub const ONE: &str = "one";
/// The hub beside it.
pub const OTHER: &str = "other";

/// The gates' shards: with four shards for each hub, a gate for each.
const SHARDS: [u16; 2] = [0, 7];
/// Enough for crossings of every kind, and little enough to be posted in seconds.
const VEHICLE_COUNT: u32 = 20;
/// Longest wait for anything; a lease is 8 s, a lock or an idle transaction lasts 5 s.
const PATIENCE: Duration = Duration::from_secs(40);

/// Compared with by every test of a program.
static CALM: OnceCell<Calm> = OnceCell::const_new();

/// What a test plays on.
#[derive(Debug)]
pub struct Scene<'s> {
    /// The topic and the database.
    pub services: &'s Services,
    /// What the database committed.
    pub ledger: Ledger,
    /// The messages to post.
    pub history: &'s History,
    program: &'s Path,
    database: PgConnection,
}

/// A hub at its place.
#[derive(Debug)]
pub struct Hub {
    /// Its doors.
    pub place: Place,
    /// Its process.
    pub running: Running,
}

/// Plays a test on services of its own, which are removed at its end; before that `verify` must find no difference.
///
/// # Errors
/// Those of `play`, and of the services. Without the program or the services the test says that it is skipped.
pub async fn scene(
    play: impl AsyncFnOnce(&mut Scene<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(services) = Services::make_or_skip().await? else {
        return Ok(());
    };
    let played = async {
        let history = History::of(VEHICLE_COUNT, &SHARDS);
        let place = Place::new(&program, &services.environment(&[]))?;
        place.prepare().await?;
        history.seed(&place).await?;
        let mut scene = Scene {
            services: &services,
            ledger: Ledger::keep(&services).await?,
            program: &program,
            history: &history,
            database: services.connect().await?,
        };
        play(&mut scene).await?;
        place.command(&["verify"]).await
    };
    let played = played.await;
    services.remove().await?;
    played
}

impl Scene<'_> {
    /// Starts a hub that the ledger calls `name`, with at most so many shards.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(
        &self,
        name: &str,
        database_url: &str,
        most: Option<&str>,
    ) -> anyhow::Result<Hub> {
        let url = Ledger::url(database_url, name);
        let mut more = vec![("BORDERGATE__DATABASE__URL", url.as_str())];
        more.extend(most.map(|most| ("BORDERGATE__PROCESS__MAX_SHARDS", most)));
        let place = Place::new(self.program, &self.services.environment(&more))?;
        let running = place.serve().await?;
        Ok(Hub { place, running })
    }

    /// Starts [`ONE`], which takes the first four shards, then [`OTHER`], which takes the others and may take so many.
    ///
    /// # Errors
    /// When they do not start or take them.
    pub async fn pair(&mut self, most_of_other: Option<&str>) -> anyhow::Result<(Hub, Hub)> {
        let url = &self.services.database_url;
        let one = self.start(ONE, url, Some("4")).await?;
        self.owns(ONE, 0..4).await?;
        let other = self.start(OTHER, url, most_of_other).await?;
        self.owns(OTHER, 4..9).await?;
        Ok((one, other))
    }

    /// Waits until these are the shards that the hub took last.
    ///
    /// # Errors
    /// When it does not come to that.
    pub async fn owns(&mut self, hub: &str, shards: Range<i32>) -> anyhow::Result<()> {
        let shards: BTreeSet<i32> = shards.collect();
        until("a hub has its shards", PATIENCE, async || {
            Ok(self.ledger.shards_of(hub).await? == shards)
        })
        .await
    }

    /// Posts a part of a gate's messages, each at the next of the hubs' doors.
    ///
    /// # Errors
    /// When a door refuses one.
    pub async fn post(&self, hubs: &[&Hub], gate: usize, part: Part) -> anyhow::Result<()> {
        let doors: Vec<&Place> = hubs.iter().map(|hub| &hub.place).collect();
        self.history.post(&doors, gate, part).await.map(drop)
    }

    /// Posts the first parts of all gates and waits until they are processed.
    ///
    /// # Errors
    /// As [`Self::post`] and [`Self::processed`].
    pub async fn first_parts(&mut self, hubs: &[&Hub]) -> anyhow::Result<()> {
        for gate in 0..self.history.gate_count() {
            self.post(hubs, gate, Part::First).await?;
        }
        self.each_processed(Part::First).await
    }

    /// Waits until all messages of all gates are processed.
    ///
    /// # Errors
    /// As [`Self::processed`].
    pub async fn all_processed(&mut self) -> anyhow::Result<()> {
        self.each_processed(Part::Second).await
    }

    async fn each_processed(&mut self, part: Part) -> anyhow::Result<()> {
        for gate in 0..self.history.gate_count() {
            self.processed(gate, part).await?;
        }
        Ok(())
    }

    /// Waits until a gate's messages are processed to the end of the part.
    ///
    /// # Errors
    /// When they are not in time.
    pub async fn processed(&mut self, gate: usize, part: Part) -> anyhow::Result<()> {
        let end = i64::try_from(self.history.end_of(gate, part))?;
        let row = (i32::from(SHARDS[gate]), end);
        until("the messages are processed", PATIENCE, async || {
            Ok(next_offsets(&mut self.database).await?.contains(&row))
        })
        .await
    }

    /// Takes a lock that lets others read a table but not write it, until the connection is closed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock(&self, lock: &'static str) -> anyhow::Result<PgConnection> {
        let mut connection = self.services.connect().await?;
        connection.execute(raw_sql("begin")).await?;
        connection.execute(raw_sql(lock)).await?;
        Ok(connection)
    }

    /// Waits until a transaction waits for a lock on the table, and returns the process id of its backend.
    ///
    /// # Errors
    /// When none does.
    pub async fn waiting_for(&mut self, table: &str) -> anyhow::Result<i32> {
        let mut waiting = None;
        until("a transaction waits for the lock", PATIENCE, async || {
            waiting = query_scalar(
                "select pid from pg_locks where relation = to_regclass($1) and not granted \
                 and database = (select oid from pg_database where datname = current_database())",
            )
            .bind(table)
            .fetch_optional(&mut self.database)
            .await?;
            Ok(waiting.is_some())
        })
        .await?;
        waiting.context("it waits")
    }

    /// Waits until the backend's session is in the state that `pg_stat_activity` so names; `None`: until it has ended.
    ///
    /// # Errors
    /// When it does not come to that.
    pub async fn state(&mut self, backend: i32, expected: Option<&str>) -> anyhow::Result<()> {
        until("a session's state", PATIENCE, async || {
            let state: Option<String> =
                query_scalar("select state from pg_stat_activity where pid = $1")
                    .bind(backend)
                    .fetch_optional(&mut self.database)
                    .await?;
            Ok(state.as_deref() == expected)
        })
        .await
    }

    /// Checks the books and the ledger, and that the hub is ready and tells what a calm one tells.
    ///
    /// # Errors
    /// Naming what is wrong.
    pub async fn check(&mut self, hub: &Hub) -> anyhow::Result<()> {
        check_books(&mut self.database).await?;
        self.ledger.check().await?;
        hub.place.get("/readyz").await?;
        hub.place.get("/healthz").await?;
        let calm = CALM
            .get_or_try_init(|| Calm::of(self.program, self.history))
            .await?;
        calm.compare(&hub.place).await
    }

    /// Checks that the first hub's shards changed hands once, and the other's never.
    ///
    /// # Errors
    /// Telling the epochs.
    pub async fn check_epochs(&mut self) -> anyhow::Result<()> {
        let steps = self.ledger.steps().await?.into_iter();
        let epochs: BTreeMap<i32, i64> = steps.map(|step| (step.shard, step.epoch)).collect();
        let expected = (0..9).map(|shard| (shard, if shard < 4 { 2 } else { 1 }));
        ensure!(epochs == expected.collect(), "{epochs:?}");
        Ok(())
    }
}

impl Hub {
    /// Waits until the hub says that it dropped the shards.
    ///
    /// # Errors
    /// When it does not; tells what it printed.
    pub async fn drops(&self, shards: Range<i32>) -> anyhow::Result<()> {
        until("the shards are dropped", PATIENCE, async || {
            let output = self.running.output();
            Ok(shards
                .clone()
                .all(|shard| output.contains(&format!("shard {shard} is dropped"))))
        })
        .await
        .with_context(|| self.running.output())
    }
}
