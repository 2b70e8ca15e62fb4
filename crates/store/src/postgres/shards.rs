//! What the role `process` asks of PostgreSQL.

use async_trait::async_trait;
use bordergate_model::{GateId, Offset, Shard};
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{PostgresStore, Stamp, commit, look_up, sql, stamp};
use crate::failure::OrFailure;
use crate::rows::batch::BatchRows;
use crate::rows::progress::{ProgressTuple, progress};
use crate::{Batch, Committed, Error, Found, Loaded, Progress, Shards, Take, Wanted};

#[async_trait]
impl Shards for PostgresStore {
    async fn take_shard(&self, shard: Shard, owner: Uuid, log_id: &str) -> Result<Take, Error> {
        let (shard, log_id) = (i32::from(shard), log_id.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                query(sql!("shard_ensure"))
                    .bind(shard)
                    .execute(&mut *connection)
                    .await
                    .or_failure()?;
                let locked = query_scalar(sql!("shard_owner"))
                    .bind(shard)
                    .fetch_one(&mut *connection)
                    .await;
                let before: Option<Uuid> = match locked {
                    // Whoever holds the row that long is at work on the shard.
                    Err(error) if is_lock_timeout(&error) => return Ok(Take::Held),
                    other => other.or_failure()?,
                };
                let row: Option<ProgressTuple<Stamp>> = query_as(sql!("shard_take"))
                    .bind(shard)
                    .bind(owner)
                    .bind(log_id)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                let Some(row) = row else {
                    return Ok(Take::Held);
                };
                Ok(Take::Taken {
                    progress: progress(row)?,
                    is_unclean: before.is_some(),
                })
            })
        })
        .await
    }

    async fn renew(&self, shard: Shard, owner_epoch: i64) -> Result<bool, Error> {
        self.write(move |connection| {
            Box::pin(async move {
                let row: Option<i32> = query_scalar(sql!("shard_renew"))
                    .bind(i32::from(shard))
                    .bind(owner_epoch)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                Ok(row.is_some())
            })
        })
        .await
    }

    async fn release(&self, shard: Shard, owner_epoch: i64) -> Result<(), Error> {
        self.write(move |connection| {
            Box::pin(async move {
                let release = query(sql!("shard_release"))
                    .bind(i32::from(shard))
                    .bind(owner_epoch);
                release.execute(connection).await.or_failure().map(|_| ())
            })
        })
        .await
    }

    async fn mark_suspect(
        &self,
        shard: Shard,
        owner_epoch: i64,
        offset: Offset,
        count: i32,
    ) -> Result<bool, Error> {
        self.write(move |connection| {
            Box::pin(async move {
                let marked = query(sql!("suspect_mark"))
                    .bind(i32::from(shard))
                    .bind(owner_epoch)
                    .bind(offset)
                    .bind(count)
                    .execute(connection)
                    .await;
                marked.or_failure().map(|done| done.rows_affected() == 1)
            })
        })
        .await
    }

    async fn progress(&self, shard: Shard) -> Result<Option<Progress>, Error> {
        self.write(move |connection| {
            Box::pin(async move {
                let row = query_as(sql!("progress_of"))
                    .bind(i32::from(shard))
                    .fetch_optional(connection)
                    .await;
                row.or_failure()?.map(progress::<Stamp>).transpose()
            })
        })
        .await
    }

    async fn all_progress(&self) -> Result<Vec<Progress>, Error> {
        let rows: Vec<ProgressTuple<Stamp>> = query_as(sql!("progress_all"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(progress).collect()
    }

    async fn load_board(
        &self,
        gates: &[GateId],
        last_read_since: Timestamp,
    ) -> Result<Loaded, Error> {
        let gates = gates.to_vec();
        self.process_read(move |connection| {
            Box::pin(async move {
                look_up::load_board(connection, &gates, stamp(last_read_since)).await
            })
        })
        .await
    }

    async fn look_up(&self, wanted: &Wanted) -> Result<Found, Error> {
        let wanted = wanted.clone();
        self.process_read(move |connection| {
            Box::pin(async move { look_up::look_up(connection, &wanted).await })
        })
        .await
    }

    async fn commit(&self, batch: &Batch) -> Result<Committed, Error> {
        let rows = BatchRows::new(batch)?;
        self.write(move |connection| Box::pin(commit::commit(connection, rows)))
            .await
    }
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code == "55P03")
}
