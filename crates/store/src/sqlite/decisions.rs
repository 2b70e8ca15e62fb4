//! Decisions about records of the router's shard. There is one writer: whoever decides waits for the other.

use async_trait::async_trait;
use bordergate_model::{RecordId, Shard};
use sqlx::{SqliteConnection, query_as, query_scalar};

use super::bulk::{Values, write};
use super::{SqliteStore, sql, trail};
use crate::failure::OrFailure;
use crate::rows::audit::check;
use crate::rows::decision::{DecisionRow, TogetherTuple, assign, not_waiting, offsets, settle};
use crate::{Assigned, AuditEntry, Decisions, Destination, Error, Together, document};

#[async_trait]
impl Decisions for SqliteStore {
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
                    .bind(document::write("offsets", &offsets(&together))?)
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
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[DecisionRow],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let recorded_at: i64 = query_scalar(sql!("clock"))
        .fetch_one(&mut *connection)
        .await
        .or_failure()?;
    let head = "insert into route_decisions (shard, log_offset, record_id, body_sha256, gate_id, code, recorded_at) ";
    let values = |mut row: Values<'_>, item: &DecisionRow| {
        row.push_bind(i32::from(shard))
            .push_bind(item.record.offset)
            .push_bind(item.record.record_id.0)
            .push_bind(item.record.body_sha256.to_vec())
            .push_bind(item.destination.gate_id.to_string())
            .push_bind(item.destination.code.clone())
            .push_bind(recorded_at);
    };
    write(connection, head, rows, 7, values, "")
        .await
        .map(|_| ())
}
