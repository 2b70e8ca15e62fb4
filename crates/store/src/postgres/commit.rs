//! The one write transaction of a batch, fence first (DESIGN.md, "Processing a batch", step 5).

use bordergate_model::Shard;
use sqlx::{PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

use super::column::column;
use super::write::{
    crossing_keys_insert, crossings_upsert, facts_insert, feed_insert, observations_insert,
    observations_relink, outcomes_insert, quarantine_insert, unlinked_keys_insert,
};
use super::{Stamp, parts, routes, sql, stamp};
use crate::failure::OrFailure;
use crate::rows::batch::{BatchRows, Fence, RelinkRow, relink_missing};
use crate::rows::observation::{UnlinkedKeyRow, observations, unlinked_keys};
use crate::{Committed, Error};

/// Writes the batch inside the caller's transaction.
///
/// # Errors
/// Those of the statements; the caller rolls back. When fenced, nothing was written.
pub(crate) async fn commit(
    connection: &mut PgConnection,
    mut rows: BatchRows,
) -> Result<Committed, Error> {
    let Some(recorded_at) = fence(connection, rows.fence).await? else {
        return Ok(Committed::Fenced);
    };
    let shard = rows.fence.shard;
    let written = crossings_upsert(connection, &rows.crossings, recorded_at).await?;
    rows.keep_written(&written);
    let ids: Vec<Uuid> = written.into_iter().map(|(id,)| id).collect();
    if !ids.is_empty() {
        replace_keys_and_facts(connection, &ids, &rows).await?;
    }
    observations_insert(connection, &rows.observations, recorded_at).await?;
    unlinked_keys_insert(connection, &rows.unlinked_keys).await?;
    relink(connection, shard, &rows.relinks).await?;
    outcomes_insert(connection, shard, &rows.outcomes, recorded_at).await?;
    parts::change(connection, shard, &rows.parts, recorded_at).await?;
    routes::change(connection, shard, &rows.routes, recorded_at).await?;
    quarantine_insert(connection, shard, &rows.quarantine, recorded_at).await?;
    feed_insert(connection, shard, &rows.feed, recorded_at).await?;
    Ok(Committed::Done)
}

async fn fence(connection: &mut PgConnection, fence: Fence) -> Result<Option<Stamp>, Error> {
    query_scalar(sql!("fence"))
        .bind(i32::from(fence.shard))
        .bind(fence.owner_epoch)
        .bind(fence.from_offset)
        .bind(fence.next_offset)
        .bind(fence.last_record_id)
        .bind(stamp(fence.log_time))
        .bind(fence.last_is_replay)
        .bind(fence.feed_seq)
        .fetch_optional(connection)
        .await
        .or_failure()
}

async fn replace_keys_and_facts(
    connection: &mut PgConnection,
    written: &[Uuid],
    rows: &BatchRows,
) -> Result<(), Error> {
    query(sql!("crossing_keys_delete"))
        .bind(written)
        .execute(&mut *connection)
        .await
        .or_failure()?;
    query(sql!("facts_delete"))
        .bind(written)
        .execute(&mut *connection)
        .await
        .or_failure()?;
    crossing_keys_insert(connection, &rows.keys).await?;
    facts_insert(connection, &rows.facts).await
}

/// Moves stored observations, and keeps `unlinked_keys` what it says.
async fn relink(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[RelinkRow],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    if observations_relink(connection, shard, rows).await? < rows.len() as u64 {
        return Err(relink_missing());
    }
    let offsets = column(rows, |row| row.log_offset);
    let indices = column(rows, |row| row.observation_index);
    query(sql!("unlinked_keys_delete"))
        .bind(i32::from(shard))
        .bind(&offsets)
        .bind(&indices)
        .execute(&mut *connection)
        .await
        .or_failure()?;
    let unlinked = query_as(sql!("observations_unlinked"))
        .bind(i32::from(shard))
        .bind(&offsets)
        .bind(&indices)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let keys: Vec<UnlinkedKeyRow> = observations(unlinked)?
        .iter()
        .flat_map(|observation| unlinked_keys(shard, observation))
        .collect();
    unlinked_keys_insert(connection, &keys).await
}
