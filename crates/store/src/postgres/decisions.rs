//! Decisions about records of the router's shard. The shard's row is locked first: whoever decides waits for the other.

use async_trait::async_trait;
use bordergate_model::{RecordId, Shard};
use sqlx::{PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

use super::column::column;
use super::{PostgresStore, sql, trail};
use crate::failure::OrFailure;
use crate::rows::audit::check;
use crate::rows::decision::{DecisionRow, TogetherTuple, assign, not_waiting, offsets, settle};
use crate::{Assigned, AuditEntry, Decisions, Destination, Error, Together};

#[async_trait]
impl Decisions for PostgresStore {
    async fn decide(
        &self,
        shard: Shard,
        owner_epoch: i64,
        together: &[Together],
    ) -> Result<Option<Vec<Option<Destination>>>, Error> {
        let together = together.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let ours: Option<i32> = query_scalar(sql!("shard_renew"))
                    .bind(i32::from(shard))
                    .bind(owner_epoch)
                    .fetch_optional(&mut *connection)
                    .await
                    .or_failure()?;
                if ours.is_none() {
                    return Ok(None);
                }
                let stored = query_as(sql!("route_decisions_of"))
                    .bind(i32::from(shard))
                    .bind(offsets(&together))
                    .fetch_all(&mut *connection)
                    .await
                    .or_failure()?;
                let (standing, new) = settle(&together, stored)?;
                insert(connection, shard, &new).await?;
                Ok(Some(standing))
            })
        })
        .await
    }

    async fn assign(
        &self,
        shard: Shard,
        record_id: RecordId,
        destination: &Destination,
        entry: &AuditEntry,
    ) -> Result<Assigned, Error> {
        check(entry)?;
        let (destination, entry) = (destination.clone(), entry.clone());
        self.write(move |connection| {
            Box::pin(async move {
                query_scalar::<_, Option<Uuid>>(sql!("shard_owner"))
                    .bind(i32::from(shard))
                    .fetch_optional(&mut *connection)
                    .await
                    .or_failure()?;
                let waiting: Vec<TogetherTuple> = query_as(sql!("unrouted_together"))
                    .bind(i32::from(shard))
                    .bind(record_id.0)
                    .fetch_all(&mut *connection)
                    .await
                    .or_failure()?;
                if waiting.is_empty() {
                    let gates: Vec<String> = query_scalar(sql!("routed_gates"))
                        .bind(i32::from(shard))
                        .bind(record_id.0)
                        .fetch_all(connection)
                        .await
                        .or_failure()?;
                    return not_waiting(record_id, &destination.gate_id, &gates);
                }
                let (new, answer) = assign(record_id, &destination, waiting)?;
                if !new.is_empty() {
                    insert(&mut *connection, shard, &new).await?;
                    trail::append(connection, &entry).await?;
                }
                Ok(answer)
            })
        })
        .await
    }
}

async fn insert(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[DecisionRow],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("route_decisions_insert"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.record.offset))
        .bind(column(rows, |row| row.record.record_id.0))
        .bind(column(rows, |row| row.record.body_sha256.as_slice()))
        .bind(column(rows, |row| row.destination.gate_id.as_str()))
        .bind(column(rows, |row| row.destination.code.as_str()))
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}
