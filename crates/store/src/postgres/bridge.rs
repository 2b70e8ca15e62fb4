//! Places in topics of other systems, in PostgreSQL.

use async_trait::async_trait;
use bordergate_model::Offset;
use sqlx::{query, query_as, query_scalar};

use super::column::column;
use super::doors::fence;
use super::{PostgresStore, Stamp, sql};
use crate::failure::OrFailure;
use crate::rows::bridge::{
    BridgeTuple, LeftOutTuple, PlaceTuple, check, left_out, place, progress,
};
use crate::{
    Advance, BridgePlace, BridgeProgress, Bridges, DoorLease, Error, ForeignPartition, LeftOut,
    LeftOutRow,
};

#[async_trait]
impl Bridges for PostgresStore {
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
                    .bind(column(left_out, |row| row.from_offset))
                    .bind(column(left_out, |row| row.until_offset))
                    .bind(column(left_out, |row| row.code.clone()))
                    .bind(column(left_out, |row| row.detail.clone()))
                    .bind(column(left_out, |row| row.body_bytes))
                    .bind(column(left_out, |row: &LeftOut| {
                        row.body_sha256.map(|hash| hash.to_vec())
                    }));
                insert.execute(connection).await.or_failure()?;
                Ok(true)
            })
        })
        .await
    }

    async fn foreign_partitions(&self) -> Result<Vec<BridgeProgress>, Error> {
        let rows: Vec<BridgeTuple<Stamp>> = query_as(sql!("bridge_partitions"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(progress).collect()
    }

    async fn left_out(&self, limit: u32) -> Result<Vec<LeftOutRow>, Error> {
        let rows: Vec<LeftOutTuple<Stamp>> = query_as(sql!("bridge_left_out"))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(left_out).collect()
    }
}
