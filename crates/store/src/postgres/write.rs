//! The inserts of a batch: one statement per table, an array per column.

use bordergate_indicators::Fact;
use bordergate_model::Shard;
use sqlx::{PgConnection, query, query_as};
use uuid::Uuid;

use super::column::{column, some_times, times};
use super::{Stamp, sql};
use crate::failure::OrFailure;
use crate::rows::batch::{FeedLine, RelinkRow};
use crate::rows::crossing::{CrossingRow, KeyRow};
use crate::rows::observation::{ObservationRow, UnlinkedKeyRow};
use crate::{Error, NewOutcome, NewQuarantine};

/// Writes the crossings that are newer than the stored ones; returns which.
pub(crate) async fn crossings_upsert(
    connection: &mut PgConnection,
    rows: &[CrossingRow],
    recorded_at: Stamp,
) -> Result<Vec<(Uuid,)>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    query_as(sql!("crossings_upsert"))
        .bind(column(rows, |row| row.crossing_id))
        .bind(column(rows, |row| row.shard))
        .bind(column(rows, |row| row.gate_id.as_str()))
        .bind(column(rows, |row| row.revision))
        .bind(column(rows, |row| row.direction))
        .bind(column(rows, |row| row.channel))
        .bind(column(rows, |row| row.cargo))
        .bind(column(rows, |row| row.is_loaded))
        .bind(column(rows, |row| row.state))
        .bind(column(rows, |row| row.entry_unknown))
        .bind(column(rows, |row| row.merged_into))
        .bind(times(rows, |row| row.first_at))
        .bind(times(rows, |row| row.last_at))
        .bind(times(rows, |row| row.last_read_log_time))
        .bind(some_times(rows, |row| row.ended_at))
        .bind(column(rows, |row| row.plate.as_deref()))
        .bind(some_times(rows, |row| row.crossed_at))
        .bind(some_times(rows, |row| row.entered_at))
        .bind(some_times(rows, |row| row.filed_at))
        .bind(column(rows, |row| row.expected_count))
        .bind(column(rows, |row| row.present_count))
        .bind(column(rows, |row| row.reading_count))
        .bind(times(rows, |row| row.written_log_time))
        .bind(column(rows, |row| row.is_open_by_keys))
        .bind(column(rows, |row| row.document.as_str()))
        .bind(recorded_at)
        .fetch_all(connection)
        .await
        .or_failure()
}

/// Inserts keys.
pub(crate) async fn crossing_keys_insert(
    connection: &mut PgConnection,
    rows: &[KeyRow],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("crossing_keys_insert"))
        .bind(column(rows, |row| row.gate_id.as_str()))
        .bind(column(rows, |row| row.kind))
        .bind(column(rows, |row| row.value.as_str()))
        .bind(column(rows, |row| row.crossing_id))
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

/// Inserts facts.
pub(crate) async fn facts_insert(
    connection: &mut PgConnection,
    rows: &[Fact],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("facts_insert"))
        .bind(column(rows, |row| row.crossing_id.0))
        .bind(column(rows, |row| row.segment.code()))
        .bind(column(rows, |row| row.gate_id.as_str()))
        .bind(column(rows, |row| row.direction.code()))
        .bind(column(rows, |row| row.channel.code()))
        .bind(column(rows, |row| row.cargo.map(|cargo| cargo.code())))
        .bind(column(rows, |row| row.is_loaded))
        .bind(some_times(rows, |row| row.start_at))
        .bind(some_times(rows, |row| row.end_at))
        .bind(column(rows, |row| row.duration_us))
        .bind(column(rows, |row| row.is_skewed))
        .bind(column(rows, |row| {
            row.exclusion.map(|exclusion| exclusion.code())
        }))
        .bind(some_times(rows, |row| row.filed_at))
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

/// Inserts observations.
pub(crate) async fn observations_insert(
    connection: &mut PgConnection,
    rows: &[ObservationRow],
    recorded_at: Stamp,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("observations_insert"))
        .bind(column(rows, |row| row.shard))
        .bind(column(rows, |row| row.log_offset))
        .bind(column(rows, |row| row.observation_index))
        .bind(column(rows, |row| row.record_id))
        .bind(column(rows, |row| row.gate_id.as_str()))
        .bind(column(rows, |row| row.source_id.as_str()))
        .bind(column(rows, |row| row.source_version))
        .bind(column(rows, |row| row.event_id.as_deref()))
        .bind(column(rows, |row| row.revision))
        .bind(column(rows, |row| row.corrects.as_deref()))
        .bind(column(rows, |row| row.milestone))
        .bind(some_times(rows, |row| row.occurred_at))
        .bind(column(rows, |row| row.basis))
        .bind(times(rows, |row| row.received_at))
        .bind(times(rows, |row| row.ordered_at))
        .bind(column(rows, |row| row.rank))
        .bind(column(rows, |row| row.is_suspect))
        .bind(column(rows, |row| row.place.crossing_id))
        .bind(column(rows, |row| row.place.link_kind))
        .bind(column(rows, |row| row.place.link_value.as_deref()))
        .bind(column(rows, |row| row.place.unlinked_reason))
        .bind(column(rows, |row| row.has_identifier))
        .bind(column(rows, |row| row.latency_us))
        .bind(column(rows, |row| row.body_sha256.as_slice()))
        .bind(column(rows, |row| row.document.as_str()))
        .bind(recorded_at)
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

/// Inserts keys of observations without a crossing.
pub(crate) async fn unlinked_keys_insert(
    connection: &mut PgConnection,
    rows: &[UnlinkedKeyRow],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("unlinked_keys_insert"))
        .bind(column(rows, |row| row.gate_id.as_str()))
        .bind(column(rows, |row| row.kind))
        .bind(column(rows, |row| row.value.as_str()))
        .bind(times(rows, |row| row.ordered_at))
        .bind(column(rows, |row| row.shard))
        .bind(column(rows, |row| row.log_offset))
        .bind(column(rows, |row| row.observation_index))
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

/// Moves stored observations; returns how many.
pub(crate) async fn observations_relink(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[RelinkRow],
) -> Result<u64, Error> {
    query(sql!("observations_relink"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.log_offset))
        .bind(column(rows, |row| row.observation_index))
        .bind(column(rows, |row| row.place.crossing_id))
        .bind(column(rows, |row| row.place.link_kind))
        .bind(column(rows, |row| row.place.link_value.as_deref()))
        .bind(column(rows, |row| row.place.unlinked_reason))
        .execute(connection)
        .await
        .or_failure()
        .map(|done| done.rows_affected())
}

/// Inserts outcomes.
pub(crate) async fn outcomes_insert(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[NewOutcome],
    recorded_at: Stamp,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("outcomes_insert"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.offset))
        .bind(column(rows, |row| row.record_id.0))
        .bind(column(rows, |row| row.source_id.as_str()))
        .bind(column(rows, |row| {
            row.gate_id.as_ref().map(|gate_id| gate_id.as_str())
        }))
        .bind(times(rows, |row| row.received_at))
        .bind(column(rows, |row| row.body_sha256.as_slice()))
        .bind(column(rows, |row| row.outcome.kind.code()))
        .bind(column(rows, |row| row.outcome.code.as_str()))
        .bind(recorded_at)
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

/// Inserts quarantine rows.
pub(crate) async fn quarantine_insert(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[NewQuarantine],
    recorded_at: Stamp,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("quarantine_insert"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.offset))
        .bind(column(rows, |row| row.record_id.0))
        .bind(column(rows, |row| row.source_id.as_str()))
        .bind(column(rows, |row| {
            row.gate_id.as_ref().map(|gate_id| gate_id.as_str())
        }))
        .bind(column(rows, |row| row.format.as_str()))
        .bind(times(rows, |row| row.received_at))
        .bind(column(rows, |row| row.code.as_str()))
        .bind(column(rows, |row| row.detail.as_str()))
        .bind(recorded_at)
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

/// Inserts feed rows.
pub(crate) async fn feed_insert(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[FeedLine],
    recorded_at: Stamp,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("feed_insert"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.feed_seq))
        .bind(column(rows, |row| row.gate_id.as_str()))
        .bind(column(rows, |row| row.crossing_id))
        .bind(column(rows, |row| row.revision))
        .bind(column(rows, |row| row.is_tombstone))
        .bind(column(rows, |row| row.encoded.as_ref()))
        .bind(recorded_at)
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}
