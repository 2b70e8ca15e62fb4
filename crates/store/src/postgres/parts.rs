//! Kept parts of split messages: looked up, and changed inside a batch's transaction.

use bordergate_model::Shard;
use sqlx::{PgConnection, query, query_as};

use super::column::{column, times};
use super::outcomes::outcomes_change;
use super::{Stamp, sql, stamp};
use crate::failure::OrFailure;
use crate::rows::part::{PartRows, part};
use crate::{Error, KeptPart, WantedParts};

/// Returns the kept parts a batch needs, by offset.
pub(crate) async fn parts_of(
    connection: &mut PgConnection,
    wanted: &WantedParts,
) -> Result<Vec<KeptPart>, Error> {
    let rows = query_as(sql!("parts_of"))
        .bind(i32::from(wanted.shard))
        .bind(column(&wanted.messages, |(source_id, _)| {
            source_id.as_str()
        }))
        .bind(column(&wanted.messages, |(_, key)| key.as_str()))
        .bind(stamp(wanted.log_time))
        .fetch_all(connection)
        .await
        .or_failure()?;
    rows.into_iter().map(part::<Stamp>).collect()
}

/// Writes what a batch changes.
pub(crate) async fn change(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &PartRows,
    recorded_at: Stamp,
) -> Result<(), Error> {
    if !rows.dropped.is_empty() {
        on_offsets(connection, sql!("parts_delete"), shard, &rows.dropped).await?;
    }
    if !rows.joined.is_empty() {
        on_offsets(connection, sql!("parts_joined"), shard, &rows.joined).await?;
    }
    parts_insert(connection, shard, &rows.kept, recorded_at).await?;
    outcomes_change(connection, shard, &rows.outcomes, recorded_at).await
}

/// Runs a statement on some offsets of a shard.
pub(crate) async fn on_offsets(
    connection: &mut PgConnection,
    statement: &'static str,
    shard: Shard,
    offsets: &[i64],
) -> Result<(), Error> {
    query(statement)
        .bind(i32::from(shard))
        .bind(offsets)
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

async fn parts_insert(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[KeptPart],
    recorded_at: Stamp,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("parts_insert"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.offset))
        .bind(column(rows, |row| row.record_id.0))
        .bind(column(rows, |row| row.source_id.as_str()))
        .bind(column(rows, |row| row.gate_id.as_str()))
        .bind(column(rows, |row| row.format.as_str()))
        .bind(times(rows, |row| row.received_at))
        .bind(column(rows, |row| row.message_key.as_str()))
        .bind(column(rows, |row| i32::from(row.number)))
        .bind(column(rows, |row| row.is_last))
        .bind(column(rows, |row| row.bytes_sha256.as_slice()))
        .bind(column(rows, |row| row.bytes.as_deref()))
        .bind(times(rows, |row| row.waits_until))
        .bind(recorded_at)
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}
