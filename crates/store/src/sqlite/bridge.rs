//! Places in topics of other systems, in the embedded database.

use async_trait::async_trait;
use bordergate_model::Offset;
use sqlx::{query, query_as, query_scalar};

use super::doors::fence;
use super::{SqliteStore, sql};
use crate::failure::OrFailure;
use crate::rows::bridge::{
    BridgeTuple, LeftOutTuple, PlaceTuple, check, left_out, place, progress,
};
use crate::{
    Advance, BridgePlace, BridgeProgress, Bridges, DoorLease, Error, ForeignPartition, LeftOut,
    LeftOutRow,
};

#[async_trait]
impl Bridges for SqliteStore {
    async fn begin_partition(
        &self,
        partition: &ForeignPartition,
        begin_offset: Offset,
    ) -> Result<BridgePlace, Error> {
        let partition = partition.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let row: PlaceTuple = query_as(sql!("bridge_begin"))
                    .bind(&partition.cluster_id)
                    .bind(&partition.topic)
                    .bind(i32::from(partition.partition))
                    .bind(begin_offset)
                    .fetch_one(connection)
                    .await
                    .or_failure()?;
                place(row)
            })
        })
        .await
    }

    async fn advance_partition(&self, lease: &DoorLease, advance: &Advance) -> Result<bool, Error> {
        check(advance)?;
        let (lease, advance) = (lease.clone(), advance.clone());
        self.write(move |connection| {
            Box::pin(async move {
                if !fence(connection, &lease).await? {
                    return Ok(false);
                }
                let Advance {
                    partition,
                    left_out,
                    ..
                } = &advance;
                let row: Option<i32> = query_scalar(sql!("bridge_advance"))
                    .bind(&partition.cluster_id)
                    .bind(&partition.topic)
                    .bind(i32::from(partition.partition))
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
