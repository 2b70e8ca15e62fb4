//! The inserts of a batch: multi-row `values`, the one kind of statement without a file of its own.

use bordergate_indicators::Fact;
use bordergate_model::Shard;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::bulk::{Values, at, statements, write};
use crate::failure::OrFailure;
use crate::moment::micros;
use crate::rows::batch::{FeedLine, RelinkRow};
use crate::rows::crossing::{CrossingRow, KeyRow};
use crate::rows::observation::{ObservationRow, UnlinkedKeyRow};
use crate::{Error, NewOutcome, NewQuarantine};

/// Writes the crossings that are newer than the stored ones; returns which.
pub(crate) async fn crossings_upsert(
    connection: &mut SqliteConnection,
    rows: &[CrossingRow],
    recorded_at: i64,
) -> Result<Vec<(Uuid,)>, Error> {
    const HEAD: &str = "insert into crossings (crossing_id, shard, gate_id, revision, direction, channel, cargo, \
        is_loaded, state, entry_unknown, merged_into, first_at, last_at, last_read_log_time, ended_at, plate, \
        crossed_at, entered_at, filed_at, expected_count, present_count, reading_count, written_log_time, \
        is_open_by_keys, document, recorded_at) ";
    const TAIL: &str = " on conflict (crossing_id) do update set shard = excluded.shard, gate_id = excluded.gate_id, \
        revision = excluded.revision, direction = excluded.direction, channel = excluded.channel, \
        cargo = excluded.cargo, is_loaded = excluded.is_loaded, state = excluded.state, \
        entry_unknown = excluded.entry_unknown, merged_into = excluded.merged_into, first_at = excluded.first_at, \
        last_at = excluded.last_at, last_read_log_time = excluded.last_read_log_time, ended_at = excluded.ended_at, \
        plate = excluded.plate, crossed_at = excluded.crossed_at, entered_at = excluded.entered_at, \
        filed_at = excluded.filed_at, expected_count = excluded.expected_count, \
        present_count = excluded.present_count, reading_count = excluded.reading_count, \
        written_log_time = excluded.written_log_time, is_open_by_keys = excluded.is_open_by_keys, \
        document = excluded.document, \
        recorded_at = excluded.recorded_at \
        where excluded.revision > crossings.revision returning crossing_id";
    let mut written = Vec::with_capacity(rows.len());
    let chunks = statements(
        HEAD,
        rows,
        26,
        move |row, item| crossing_values(row, item, recorded_at),
        TAIL,
    );
    for mut statement in chunks.collect::<Vec<_>>() {
        let chunk: Vec<(Uuid,)> = statement
            .build_query_as()
            .persistent(false)
            .fetch_all(&mut *connection)
            .await
            .or_failure()?;
        written.extend(chunk);
    }
    Ok(written)
}

fn crossing_values(mut row: Values<'_>, item: &CrossingRow, recorded_at: i64) {
    row.push_bind(item.crossing_id)
        .push_bind(item.shard)
        .push_bind(item.gate_id.clone())
        .push_bind(item.revision)
        .push_bind(item.direction)
        .push_bind(item.channel)
        .push_bind(item.cargo)
        .push_bind(item.is_loaded)
        .push_bind(item.state)
        .push_bind(item.entry_unknown)
        .push_bind(item.merged_into)
        .push_bind(micros(item.first_at))
        .push_bind(micros(item.last_at))
        .push_bind(micros(item.last_read_log_time))
        .push_bind(at(item.ended_at))
        .push_bind(item.plate.clone())
        .push_bind(at(item.crossed_at))
        .push_bind(at(item.entered_at))
        .push_bind(at(item.filed_at))
        .push_bind(item.expected_count)
        .push_bind(item.present_count)
        .push_bind(item.reading_count)
        .push_bind(micros(item.written_log_time))
        .push_bind(item.is_open_by_keys)
        .push_bind(item.document.clone())
        .push_bind(recorded_at);
}

/// Inserts keys.
pub(crate) async fn crossing_keys_insert(
    connection: &mut SqliteConnection,
    rows: &[KeyRow],
) -> Result<(), Error> {
    let head = "insert into crossing_keys (gate_id, kind, value, crossing_id) ";
    let values = |mut row: Values<'_>, item: &KeyRow| {
        row.push_bind(item.gate_id.clone())
            .push_bind(item.kind)
            .push_bind(item.value.clone())
            .push_bind(item.crossing_id);
    };
    write(connection, head, rows, 4, values, "")
        .await
        .map(|_| ())
}

/// Inserts facts.
pub(crate) async fn facts_insert(
    connection: &mut SqliteConnection,
    rows: &[Fact],
) -> Result<(), Error> {
    let head = "insert into facts (crossing_id, segment, gate_id, direction, channel, cargo, is_loaded, start_at, \
        end_at, duration_us, is_skewed, exclusion, filed_at) ";
    let values = |mut row: Values<'_>, item: &Fact| {
        row.push_bind(item.crossing_id.0)
            .push_bind(item.segment.code())
            .push_bind(item.gate_id.to_string())
            .push_bind(item.direction.code())
            .push_bind(item.channel.code())
            .push_bind(item.cargo.map(|cargo| cargo.code()))
            .push_bind(item.is_loaded)
            .push_bind(at(item.start_at))
            .push_bind(at(item.end_at))
            .push_bind(item.duration_us)
            .push_bind(item.is_skewed)
            .push_bind(item.exclusion.map(|exclusion| exclusion.code()))
            .push_bind(at(item.filed_at));
    };
    write(connection, head, rows, 13, values, "")
        .await
        .map(|_| ())
}

/// Inserts observations.
pub(crate) async fn observations_insert(
    connection: &mut SqliteConnection,
    rows: &[ObservationRow],
    recorded_at: i64,
) -> Result<(), Error> {
    let head = "insert into observations (shard, log_offset, observation_index, record_id, gate_id, source_id, \
        source_version, event_id, revision, corrects, milestone, occurred_at, basis, received_at, ordered_at, rank, \
        is_suspect, crossing_id, link_kind, link_value, unlinked_reason, has_identifier, latency_us, body_sha256, \
        document, recorded_at) ";
    let values = |mut row: Values<'_>, item: &ObservationRow| {
        row.push_bind(item.shard)
            .push_bind(item.log_offset)
            .push_bind(item.observation_index)
            .push_bind(item.record_id)
            .push_bind(item.gate_id.clone())
            .push_bind(item.source_id.clone())
            .push_bind(item.source_version)
            .push_bind(item.event_id.clone())
            .push_bind(item.revision)
            .push_bind(item.corrects.clone())
            .push_bind(item.milestone)
            .push_bind(at(item.occurred_at))
            .push_bind(item.basis)
            .push_bind(micros(item.received_at))
            .push_bind(micros(item.ordered_at))
            .push_bind(item.rank)
            .push_bind(item.is_suspect)
            .push_bind(item.place.crossing_id)
            .push_bind(item.place.link_kind)
            .push_bind(item.place.link_value.clone())
            .push_bind(item.place.unlinked_reason)
            .push_bind(item.has_identifier)
            .push_bind(item.latency_us)
            .push_bind(item.body_sha256.to_vec())
            .push_bind(item.document.clone())
            .push_bind(recorded_at);
    };
    write(connection, head, rows, 26, values, "")
        .await
        .map(|_| ())
}

/// Inserts keys of observations without a crossing.
pub(crate) async fn unlinked_keys_insert(
    connection: &mut SqliteConnection,
    rows: &[UnlinkedKeyRow],
) -> Result<(), Error> {
    let head = "insert into unlinked_keys (gate_id, kind, value, ordered_at, shard, log_offset, observation_index) ";
    let values = |mut row: Values<'_>, item: &UnlinkedKeyRow| {
        row.push_bind(item.gate_id.clone())
            .push_bind(item.kind)
            .push_bind(item.value.clone())
            .push_bind(micros(item.ordered_at))
            .push_bind(item.shard)
            .push_bind(item.log_offset)
            .push_bind(item.observation_index);
    };
    write(connection, head, rows, 7, values, "")
        .await
        .map(|_| ())
}

/// Moves stored observations; returns how many.
pub(crate) async fn observations_relink(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[RelinkRow],
) -> Result<u64, Error> {
    const HEAD: &str = "with moved (log_offset, observation_index, shard, crossing_id, link_kind, link_value, unlinked_reason) as (";
    const TAIL: &str = ") update observations set crossing_id = moved.crossing_id, link_kind = moved.link_kind, \
        link_value = moved.link_value, unlinked_reason = moved.unlinked_reason from moved \
        where observations.shard = moved.shard and observations.log_offset = moved.log_offset \
        and observations.observation_index = moved.observation_index";
    let values = move |mut row: Values<'_>, item: &RelinkRow| {
        row.push_bind(item.log_offset)
            .push_bind(item.observation_index)
            .push_bind(i32::from(shard))
            .push_bind(item.place.crossing_id)
            .push_bind(item.place.link_kind)
            .push_bind(item.place.link_value.clone())
            .push_bind(item.place.unlinked_reason);
    };
    write(connection, HEAD, rows, 7, values, TAIL).await
}

/// Inserts outcomes.
pub(crate) async fn outcomes_insert(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[NewOutcome],
    recorded_at: i64,
) -> Result<(), Error> {
    let head = "insert into outcomes (shard, log_offset, record_id, source_id, gate_id, received_at, body_sha256, \
        kind, code, recorded_at) ";
    let values = |mut row: Values<'_>, item: &NewOutcome| {
        row.push_bind(i32::from(shard))
            .push_bind(item.offset)
            .push_bind(item.record_id.0)
            .push_bind(item.source_id.to_string())
            .push_bind(item.gate_id.as_ref().map(ToString::to_string))
            .push_bind(micros(item.received_at))
            .push_bind(item.body_sha256.to_vec())
            .push_bind(item.outcome.kind.code())
            .push_bind(item.outcome.code.clone())
            .push_bind(recorded_at);
    };
    write(connection, head, rows, 10, values, "")
        .await
        .map(|_| ())
}

/// Inserts quarantine rows.
pub(crate) async fn quarantine_insert(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[NewQuarantine],
    recorded_at: i64,
) -> Result<(), Error> {
    let head = "insert into quarantine (shard, log_offset, record_id, source_id, gate_id, format, received_at, code, \
        detail, recorded_at) ";
    let values = |mut row: Values<'_>, item: &NewQuarantine| {
        row.push_bind(i32::from(shard))
            .push_bind(item.offset)
            .push_bind(item.record_id.0)
            .push_bind(item.source_id.to_string())
            .push_bind(item.gate_id.as_ref().map(ToString::to_string))
            .push_bind(item.format.clone())
            .push_bind(micros(item.received_at))
            .push_bind(item.code.clone())
            .push_bind(item.detail.clone())
            .push_bind(recorded_at);
    };
    write(connection, head, rows, 10, values, "")
        .await
        .map(|_| ())
}

/// Inserts feed rows.
pub(crate) async fn feed_insert(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[FeedLine],
    recorded_at: i64,
) -> Result<(), Error> {
    let head = "insert into feed (shard, feed_seq, gate_id, crossing_id, revision, is_tombstone, encoded, \
        recorded_at) ";
    let values = |mut row: Values<'_>, item: &FeedLine| {
        row.push_bind(i32::from(shard))
            .push_bind(item.feed_seq)
            .push_bind(item.gate_id.clone())
            .push_bind(item.crossing_id)
            .push_bind(item.revision)
            .push_bind(item.is_tombstone)
            .push_bind(item.encoded.to_vec())
            .push_bind(recorded_at);
    };
    write(connection, head, rows, 8, values, "")
        .await
        .map(|_| ())
}
