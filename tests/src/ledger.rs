//! Every step of every shard as PostgreSQL committed it: who made it, under which epoch, from where to where.
//!
//! A trigger on `progress` writes it in the hub's own transaction, so it holds exactly what was committed, also what
//! no poll would see. Hubs are told apart by a setting that their database URL carries.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use sqlx::{Executor, PgConnection, query_as, raw_sql};

use crate::Services;

/// Keeps the steps, and reads them.
#[derive(Debug)]
pub struct Ledger {
    connection: PgConnection,
}

/// One committed step: a take when the epoch rises, a batch when the offset does.
#[derive(Clone, Debug)]
pub struct Step {
    /// The shard.
    pub shard: i32,
    /// Who made it, as [`Ledger::url`] named it.
    pub hub: String,
    /// The epoch before.
    pub epoch_before: i64,
    /// The epoch after.
    pub epoch: i64,
    /// The next offset before.
    pub offset_before: i64,
    /// The next offset after.
    pub next_offset: i64,
}

const CREATE: &str = "
create table test_steps (
    step bigint generated always as identity primary key,
    shard integer not null, hub text not null, epoch_before bigint not null, epoch bigint not null,
    offset_before bigint not null, next_offset bigint not null
);
create function test_note_step() returns trigger language plpgsql as $$
begin
    insert into test_steps (shard, hub, epoch_before, epoch, offset_before, next_offset)
    values (new.shard, current_setting('test.hub', true), old.owner_epoch, new.owner_epoch,
        old.next_offset, new.next_offset);
    return null;
end $$;
create trigger test_note_step after update on progress for each row
when (old.owner_epoch <> new.owner_epoch or old.next_offset <> new.next_offset)
execute function test_note_step();";

const STEPS: &str = "select shard, hub, epoch_before, epoch, offset_before, next_offset
from test_steps order by step";

impl Ledger {
    /// Begins to keep the steps; the schema must be there and no hub at work.
    ///
    /// # Errors
    /// When the database does not answer or has no schema.
    pub async fn keep(services: &Services) -> anyhow::Result<Self> {
        let mut connection = services.connect().await?;
        connection.execute(raw_sql(CREATE)).await?;
        Ok(Self { connection })
    }

    /// Returns the database URL of the hub that the ledger shall call `hub`.
    #[must_use]
    pub fn url(database_url: &str, hub: &str) -> String {
        format!("{database_url}?sslmode=disable&options[test.hub]={hub}")
    }

    /// Returns all steps; those of one shard in the order of their commits.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn steps(&mut self) -> anyhow::Result<Vec<Step>> {
        let rows: Vec<(i32, String, i64, i64, i64, i64)> =
            query_as(STEPS).fetch_all(&mut self.connection).await?;
        let step = |(shard, hub, epoch_before, epoch, offset_before, next_offset)| Step {
            shard,
            hub,
            epoch_before,
            epoch,
            offset_before,
            next_offset,
        };
        Ok(rows.into_iter().map(step).collect())
    }

    /// Returns who took each shard last.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn takers(&mut self) -> anyhow::Result<BTreeMap<i32, String>> {
        let steps = self.steps().await?.into_iter();
        let takes = steps.filter(|step| step.epoch != step.epoch_before);
        Ok(takes.map(|step| (step.shard, step.hub)).collect())
    }

    /// Returns the shards that `hub` took last.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn shards_of(&mut self, hub: &str) -> anyhow::Result<BTreeSet<i32>> {
        let takers = self.takers().await?.into_iter();
        Ok(takers
            .filter(|(_, taker)| taker == hub)
            .map(|(shard, _)| shard)
            .collect())
    }

    /// Checks that no epoch and no offset ever went back, and that only whoever took an epoch wrote under it.
    ///
    /// # Errors
    /// Naming the step that breaks the rule.
    pub async fn check(&mut self) -> anyhow::Result<()> {
        let mut takers: BTreeMap<i32, String> = BTreeMap::new();
        let mut last: BTreeMap<i32, (i64, i64)> = BTreeMap::new();
        for step in self.steps().await? {
            let before = (step.epoch_before, step.offset_before);
            let stood = last.insert(step.shard, (step.epoch, step.next_offset));
            ensure!(
                stood.is_none_or(|stood| stood == before),
                "{stood:?}: {step:?}"
            );
            if step.epoch == step.epoch_before {
                ensure!(step.next_offset > step.offset_before, "went back: {step:?}");
                let taker = takers.get(&step.shard).context("written before a take")?;
                ensure!(
                    *taker == step.hub,
                    "{taker} owns the shard, yet wrote {step:?}"
                );
            } else {
                ensure!(step.epoch == step.epoch_before + 1, "{step:?}");
                ensure!(step.next_offset == step.offset_before, "{step:?}");
                takers.insert(step.shard, step.hub);
            }
        }
        Ok(())
    }
}
