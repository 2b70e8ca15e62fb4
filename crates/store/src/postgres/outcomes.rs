//! The outcomes that change after they were written: those of records that waited.

use bordergate_model::Shard;
use sqlx::{PgConnection, query};

use super::column::column;
use super::{Stamp, sql};
use crate::Error;
use crate::failure::OrFailure;
use crate::rows::outcome::{ChangedRow, not_waiting};

/// Changes outcomes, inside a batch's transaction.
pub(crate) async fn outcomes_change(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[ChangedRow],
    recorded_at: Stamp,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let done = query(sql!("outcomes_change"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.log_offset))
        .bind(column(rows, |row| row.waited_as))
        .bind(column(rows, |row| row.kind))
        .bind(column(rows, |row| row.gate_id.as_deref()))
        .bind(column(rows, |row| row.code.as_str()))
        .bind(recorded_at)
        .execute(connection)
        .await
        .or_failure()?;
    if done.rows_affected() < rows.len() as u64 {
        return Err(not_waiting());
    }
    Ok(())
}
