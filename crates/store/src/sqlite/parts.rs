//! Kept parts of split messages: looked up, and changed inside a batch's transaction.

use bordergate_model::Shard;
use serde::Serialize;
use sqlx::{SqliteConnection, query, query_as};

use super::bulk::{Values, write};
use super::outcomes::outcomes_change;
use super::sql;
use crate::failure::OrFailure;
use crate::moment::micros;
use crate::rows::part::{PartRows, part};
use crate::{Error, KeptPart, WantedParts, document};

/// Returns the kept parts a batch needs, by offset.
pub(crate) async fn parts_of(
    connection: &mut SqliteConnection,
    wanted: &WantedParts,
) -> Result<Vec<KeptPart>, Error> {
    let rows = query_as(sql!("parts_of"))
        .bind(i32::from(wanted.shard))
        .bind(document::write("messages", &wanted.messages)?)
        .bind(micros(wanted.log_time))
        .fetch_all(connection)
        .await
        .or_failure()?;
    rows.into_iter().map(part::<i64>).collect()
}

/// Writes what a batch changes.
pub(crate) async fn change(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &PartRows,
    recorded_at: i64,
) -> Result<(), Error> {
    if !rows.dropped.is_empty() {
        on_rows(connection, sql!("parts_delete"), shard, &rows.dropped).await?;
    }
    if !rows.joined.is_empty() {
        on_rows(connection, sql!("parts_joined"), shard, &rows.joined).await?;
    }
    parts_insert(connection, shard, &rows.kept, recorded_at).await?;
    outcomes_change(connection, shard, &rows.outcomes, recorded_at).await
}

/// Runs a statement on some offsets or rows of a shard.
pub(crate) async fn on_rows(
    connection: &mut SqliteConnection,
    statement: &'static str,
    shard: Shard,
    rows: &impl Serialize,
) -> Result<(), Error> {
    query(statement)
        .bind(i32::from(shard))
        .bind(document::write("rows", rows)?)
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

async fn parts_insert(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[KeptPart],
    recorded_at: i64,
) -> Result<(), Error> {
    let head = "insert into parts (shard, log_offset, record_id, source_id, gate_id, format, received_at, \
        message_key, part_number, is_last, bytes_sha256, bytes, waits_until, recorded_at) ";
    let values = |mut row: Values<'_>, item: &KeptPart| {
        row.push_bind(i32::from(shard))
            .push_bind(item.offset)
            .push_bind(item.record_id.0)
            .push_bind(item.source_id.to_string())
            .push_bind(item.gate_id.to_string())
            .push_bind(item.format.clone())
            .push_bind(micros(item.received_at))
            .push_bind(item.message_key.clone())
            .push_bind(i32::from(item.number))
            .push_bind(item.is_last)
            .push_bind(item.bytes_sha256.to_vec())
            .push_bind(item.bytes.as_ref().map(|bytes| bytes.to_vec()))
            .push_bind(micros(item.waits_until))
            .push_bind(recorded_at);
    };
    write(connection, head, rows, 14, values, "")
        .await
        .map(|_| ())
}
