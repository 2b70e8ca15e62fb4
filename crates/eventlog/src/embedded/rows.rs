//! Records as rows: the statements that write and read them.

use bordergate_model::detached::Malformed;
use bordergate_model::{GateId, LoggedRecord, Offset, RawRecord, RecordId, Shard, SourceId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::failure;
use crate::{Error, RunLimit};

/// Rows of one `insert`: 16 values each, well below the 32,766 that SQLite binds at most.
const ROWS_PER_INSERT: usize = 1000;

/// A record with the place it gets.
pub(super) struct Placed {
    pub(super) shard: Shard,
    pub(super) offset: Offset,
    pub(super) record: RawRecord,
}

/// Writes records at their places.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    records: Vec<Placed>,
) -> Result<(), sqlx::Error> {
    let mut records = records.into_iter().peekable();
    while records.peek().is_some() {
        let mut statement = QueryBuilder::<Sqlite>::new(
            "insert into records (shard, \"offset\", record_id, source_id, source_version, gate_id, format, \
             content_type, received_at, is_replay, traceparent, device_headers, redrive_of, detached, routed_from, body) ",
        );
        statement.push_values(records.by_ref().take(ROWS_PER_INSERT), |mut row, placed| {
            let record = placed.record;
            let device_headers = serde_json::to_string(&record.device_headers)
                .expect("pairs of text are always JSON");
            row.push_bind(i64::from(placed.shard))
                .push_bind(placed.offset)
                .push_bind(record.record_id.0.as_bytes().to_vec())
                .push_bind(String::from(record.source_id))
                .push_bind(i64::from(record.source_version))
                .push_bind(record.gate_id.map(String::from))
                .push_bind(record.format)
                .push_bind(record.content_type)
                .push_bind(record.received_at.to_string())
                .push_bind(record.is_replay)
                .push_bind(record.traceparent)
                .push_bind(device_headers)
                .push_bind(record.redrive_of)
                .push_bind(record.detached.map(|detached| detached.to_string()))
                .push_bind(
                    record
                        .routed_from
                        .map(|(shard, offset)| format!("{shard}/{offset}")),
                )
                .push_bind(Vec::<u8>::from(record.body));
        });
        statement.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Reads the next records of a shard from `from` on, up to the limit.
///
/// # Errors
/// [`Error::Corrupt`] for a first record that is none; one further on ends the run before it.
pub(super) async fn run(
    pool: &SqlitePool,
    shard: Shard,
    from: Offset,
    limit: RunLimit,
) -> Result<Vec<LoggedRecord>, Error> {
    let rows = sqlx::query(include_str!("../../queries/records_run.sql"))
        .bind(i64::from(shard))
        .bind(from)
        .bind(i64::try_from(limit.records.max(1)).unwrap_or(i64::MAX))
        .bind(i64::try_from(limit.body_bytes).unwrap_or(i64::MAX))
        .fetch_all(pool)
        .await
        .map_err(|e| failure::of(&e))?;
    let mut run = Vec::with_capacity(rows.len());
    for row in &rows {
        match decode(row) {
            Ok((offset, record)) => run.push(LoggedRecord {
                shard,
                offset,
                record,
            }),
            Err(reason) if run.is_empty() => {
                let offset = row.try_get("offset").unwrap_or(from);
                return Err(Error::Corrupt {
                    shard,
                    offset,
                    reason,
                });
            }
            Err(_) => break,
        }
    }
    Ok(run)
}

/// Reads the offset that the shard's next record gets.
pub(super) async fn end(pool: &SqlitePool, shard: Shard) -> Result<Offset, Error> {
    let end: Option<Offset> =
        sqlx::query_scalar(include_str!("../../queries/shards_next_offset.sql"))
            .bind(i64::from(shard))
            .fetch_optional(pool)
            .await
            .map_err(|e| failure::of(&e))?;
    end.ok_or(Error::NoSuchShard { shard })
}

/// Reads the oldest offset the shard keeps, its end when it keeps none.
pub(super) async fn start(pool: &SqlitePool, shard: Shard) -> Result<Offset, Error> {
    // Asked first: a record appended between the two questions must not look deleted.
    let end = end(pool, shard).await?;
    let start: Option<Offset> = sqlx::query_scalar(include_str!("../../queries/records_start.sql"))
        .bind(i64::from(shard))
        .fetch_one(pool)
        .await
        .map_err(|e| failure::of(&e))?;
    Ok(start.unwrap_or(end))
}

fn decode(row: &SqliteRow) -> Result<(Offset, RawRecord), String> {
    let text = |name: &str| {
        row.try_get::<Option<String>, _>(name)
            .map_err(|e| e.to_string())
    };
    let needed = |name: &str| text(name)?.ok_or_else(|| format!("{name} is null"));
    let bytes = |name: &str| row.try_get::<Vec<u8>, _>(name).map_err(|e| e.to_string());
    let number = |name: &str| {
        row.try_get::<Option<i64>, _>(name)
            .map_err(|e| e.to_string())
    };
    let needed_number = |name: &str| number(name)?.ok_or_else(|| format!("{name} is null"));
    let record = RawRecord {
        record_id: RecordId(Uuid::from_slice(&bytes("record_id")?).map_err(|e| e.to_string())?),
        source_id: SourceId::parse(&needed("source_id")?).map_err(|e| e.to_string())?,
        source_version: u32::try_from(needed_number("source_version")?)
            .map_err(|e| e.to_string())?,
        gate_id: text("gate_id")?
            .map(|name| GateId::parse(&name))
            .transpose()
            .map_err(|e| e.to_string())?,
        format: needed("format")?,
        content_type: needed("content_type")?,
        received_at: needed("received_at")?
            .parse()
            .map_err(|e: jiff::Error| e.to_string())?,
        is_replay: needed_number("is_replay")? != 0,
        traceparent: text("traceparent")?,
        device_headers: serde_json::from_str(&needed("device_headers")?)
            .map_err(|e| e.to_string())?,
        redrive_of: number("redrive_of")?,
        detached: text("detached")?
            .map(|list| list.parse().map(Box::new))
            .transpose()
            .map_err(|e: Malformed| format!("detached {e}"))?,
        routed_from: text("routed_from")?
            .as_deref()
            .map(crate::place)
            .transpose()?,
        body: bytes("body")?.into(),
    };
    Ok((needed_number("offset")?, record))
}
