//! The outcomes that change after they were written: those of records that waited.

use bordergate_model::Shard;
use sqlx::{SqliteConnection, query};

use super::sql;
use crate::failure::OrFailure;
use crate::rows::outcome::{ChangedRow, not_waiting};
use crate::{Error, document};

/// Changes outcomes, inside a batch's transaction.
pub(crate) async fn outcomes_change(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[ChangedRow],
    recorded_at: i64,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let done = query(sql!("outcomes_change"))
        .bind(i32::from(shard))
        .bind(document::write("rows", &rows)?)
        .bind(recorded_at)
        .execute(connection)
        .await
        .or_failure()?;
    if done.rows_affected() < rows.len() as u64 {
        return Err(not_waiting());
    }
    Ok(())
}
