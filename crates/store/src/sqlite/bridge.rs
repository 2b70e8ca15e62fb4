//! Places in topics of other systems, in the embedded database.

use async_trait::async_trait;
use bordergate_model::Offset;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{SqliteStore, sql};
use crate::failure::OrFailure;
use crate::rows::bridge::{BridgeTuple, LeftOutTuple, check, left_out, progress};
use crate::{
    Advance, BridgeProgress, Bridges, Error, ForeignPartition, LeftOut, LeftOutRow, TakePartition,
};

#[async_trait]
impl Bridges for SqliteStore {
    async fn take_partition(
        &self,
        partition: &ForeignPartition,
        owner: Uuid,
        begin_offset: Offset,
    ) -> Result<TakePartition, Error> {
        let partition = partition.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let row: Option<BridgeTuple<i64>> = query_as(sql!("bridge_take"))
                    .bind(&partition.cluster_id)
                    .bind(&partition.topic)
                    .bind(i32::from(partition.partition))
                    .bind(owner)
                    .bind(begin_offset)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                row.map_or(Ok(TakePartition::Held), |row| {
                    progress(row).map(TakePartition::Taken)
                })
            })
        })
        .await
    }

    async fn renew_partition(
        &self,
        partition: &ForeignPartition,
        owner_epoch: i64,
    ) -> Result<bool, Error> {
        let row: Option<i32> = query_scalar(sql!("bridge_renew"))
            .bind(&partition.cluster_id)
            .bind(&partition.topic)
            .bind(i32::from(partition.partition))
            .bind(owner_epoch)
            .fetch_optional(&self.readers)
            .await
            .or_failure()?;
        Ok(row.is_some())
    }

    async fn advance_partition(&self, advance: &Advance) -> Result<bool, Error> {
        check(advance)?;
        let advance = advance.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let Advance {
                    partition,
                    left_out,
                    ..
                } = &advance;
                let row: Option<i32> = query_scalar(sql!("bridge_advance"))
                    .bind(&partition.cluster_id)
                    .bind(&partition.topic)
                    .bind(i32::from(partition.partition))
                    .bind(advance.owner_epoch)
                    .bind(advance.from_offset)
                    .bind(advance.next_offset)
                    .bind(advance.last_sha256.map(|hash| hash.to_vec()))
                    .fetch_optional(&mut *connection)
                    .await
                    .or_failure()?;
                if row.is_none() || left_out.is_empty() {
                    return Ok(row.is_some());
                }
                let insert = query(sql!("bridge_left_out_insert"))
                    .bind(&partition.cluster_id)
                    .bind(&partition.topic)
                    .bind(i32::from(partition.partition))
                    .bind(rows(left_out));
                insert.execute(connection).await.or_failure()?;
                Ok(true)
            })
        })
        .await
    }

    async fn release_partition(
        &self,
        partition: &ForeignPartition,
        owner_epoch: i64,
    ) -> Result<(), Error> {
        let partition = partition.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let release = query(sql!("bridge_release"))
                    .bind(&partition.cluster_id)
                    .bind(&partition.topic)
                    .bind(i32::from(partition.partition))
                    .bind(owner_epoch);
                release.execute(connection).await.or_failure().map(|_| ())
            })
        })
        .await
    }

    async fn foreign_partitions(&self) -> Result<Vec<BridgeProgress>, Error> {
        let rows: Vec<BridgeTuple<i64>> = query_as(sql!("bridge_partitions"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(progress).collect()
    }

    async fn left_out(&self, limit: u32) -> Result<Vec<LeftOutRow>, Error> {
        let rows: Vec<LeftOutTuple<i64>> = query_as(sql!("bridge_left_out"))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(left_out).collect()
    }
}

/// Returns the rows as one JSON array.
fn rows(left_out: &[LeftOut]) -> String {
    let rows: Vec<_> = left_out
        .iter()
        .map(|row| {
            let hash = row.body_sha256.map(hex::encode);
            let (from, until) = (row.from_offset, row.until_offset);
            (from, until, &row.code, &row.detail, row.body_bytes, hash)
        })
        .collect();
    serde_json::to_string(&rows).expect("numbers and texts are JSON")
}
