//! Records on their way to a gate: looked up, and changed inside a batch's transaction.

use async_trait::async_trait;
use bordergate_model::{Offset, RawRecord, Shard, SourceId};
use sqlx::{PgConnection, query, query_as, query_scalar};

use super::column::{column, times};
use super::outcomes::outcomes_change;
use super::parts::on_offsets;
use super::{PostgresStore, Stamp, sql, stamp};
use crate::failure::OrFailure;
use crate::rows::route::{
    KeptRow, RouteRows, RoutingTuple, UnroutedKeyRow, UnroutedRowTuple, UnroutedTuple, key_link,
    record_link, routing, source_link, unrouted, unrouted_reason, unrouted_row,
};
use crate::{
    Error, FeedShard, Links, Routes, Routing, Unrouted, UnroutedReason, UnroutedRow, WantedLinks,
    WantedUnrouted,
};

#[async_trait]
impl Routes for PostgresStore {
    async fn links(&self, wanted: &WantedLinks) -> Result<Links, Error> {
        let wanted = wanted.clone();
        self.process_read(move |connection| {
            Box::pin(async move { links(connection, &wanted).await })
        })
        .await
    }

    async fn unrouted(
        &self,
        shard: Shard,
        wanted: &WantedUnrouted,
    ) -> Result<Vec<Unrouted>, Error> {
        let wanted = wanted.clone();
        let rows = self.process_read(move |connection| {
            Box::pin(async move {
                let (sources, keys) = pairs(&wanted.messages);
                let rows: Vec<UnroutedTuple> = query_as(sql!("unrouted_of"))
                    .bind(i32::from(shard))
                    .bind(&wanted.offsets)
                    .bind(sources)
                    .bind(keys)
                    .fetch_all(connection)
                    .await
                    .or_failure()?;
                Ok(rows)
            })
        });
        let rows = rows.await?.into_iter();
        rows.map(|row| unrouted(shard, row)).collect()
    }

    async fn woken(&self, shard: Shard, since: &[FeedShard]) -> Result<Vec<Offset>, Error> {
        let since = since.to_vec();
        self.process_read(move |connection| {
            Box::pin(async move {
                query_scalar(sql!("unrouted_woken"))
                    .bind(i32::from(shard))
                    .bind(column(&since, |one| i32::from(one.shard)))
                    .bind(column(&since, |one| one.last_seq))
                    .fetch_all(connection)
                    .await
                    .or_failure()
            })
        })
        .await
    }

    async fn unrouted_page(
        &self,
        after: Option<(Shard, Offset)>,
        limit: u32,
    ) -> Result<Vec<UnroutedRow>, Error> {
        let (shard, offset) = after.map_or((-1, -1), |(shard, offset)| (i32::from(shard), offset));
        let rows: Vec<UnroutedRowTuple<Stamp>> = query_as(sql!("unrouted_page"))
            .bind(shard)
            .bind(offset)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(unrouted_row).collect()
    }

    async fn unrouted_reasons(&self) -> Result<Vec<UnroutedReason>, Error> {
        let rows: Vec<(String, i64, Stamp)> = query_as(sql!("unrouted_reasons"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(unrouted_reason).collect()
    }

    async fn routing_page(
        &self,
        shard: Shard,
        from: Offset,
        limit: u32,
    ) -> Result<Vec<Routing>, Error> {
        let rows: Vec<RoutingTuple> = query_as(sql!("routing_page"))
            .bind(i32::from(shard))
            .bind(from)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(routing).collect()
    }
}

/// A column of sources and one of what stands beside each.
fn pairs(rows: &[(SourceId, String)]) -> (Vec<&str>, Vec<&str>) {
    (
        column(rows, |(source_id, _)| source_id.as_str()),
        column(rows, |(_, text)| text.as_str()),
    )
}

async fn links(connection: &mut PgConnection, wanted: &WantedLinks) -> Result<Links, Error> {
    let records = query_as(sql!("links_of_records"))
        .bind(column(&wanted.record_ids, |id| id.0))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let (sources, event_ids) = pairs(&wanted.events);
    let events = query_as(sql!("links_of_events"))
        .bind(sources)
        .bind(event_ids)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let (sources, message_keys) = pairs(&wanted.messages);
    let messages = query_as(sql!("links_of_messages"))
        .bind(sources)
        .bind(message_keys)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let keys = query_as(sql!("links_of_keys"))
        .bind(column(&wanted.keys, |wanted| wanted.key.kind.code()))
        .bind(column(&wanted.keys, |wanted| wanted.key.value.as_str()))
        .bind(column(&wanted.keys, |wanted| stamp(wanted.from)))
        .bind(column(&wanted.keys, |wanted| stamp(wanted.until)))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    Ok(Links {
        records: records
            .into_iter()
            .map(record_link)
            .collect::<Result<_, _>>()?,
        events: events
            .into_iter()
            .map(source_link)
            .collect::<Result<_, _>>()?,
        messages: messages
            .into_iter()
            .map(source_link)
            .collect::<Result<_, _>>()?,
        keys: keys.into_iter().map(key_link).collect::<Result<_, _>>()?,
    })
}

/// Writes what a batch changes.
pub(crate) async fn change(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &RouteRows,
    recorded_at: Stamp,
) -> Result<(), Error> {
    unrouted_insert(connection, shard, &rows.kept, recorded_at).await?;
    unrouted_keys_insert(connection, shard, &rows.keys).await?;
    outcomes_change(connection, shard, &rows.outcomes, recorded_at).await?;
    if !rows.told.is_empty() {
        query(sql!("unrouted_told"))
            .bind(i32::from(shard))
            .bind(column(&rows.told, |row| row.log_offset))
            .bind(column(&rows.told, |row| row.code.as_str()))
            .bind(column(&rows.told, |row| row.detail.as_str()))
            .execute(&mut *connection)
            .await
            .or_failure()?;
    }
    if !rows.routed.is_empty() {
        on_offsets(connection, sql!("unrouted_delete"), shard, &rows.routed).await?;
    }
    if !rows.settled.is_empty() {
        let statement = sql!("route_decisions_delete");
        on_offsets(connection, statement, shard, &rows.settled).await?;
    }
    Ok(())
}

async fn unrouted_insert(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[KeptRow],
    recorded_at: Stamp,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    fn record(row: &KeptRow) -> &RawRecord {
        &row.unrouted.logged.record
    }
    query(sql!("unrouted_insert"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.unrouted.logged.offset))
        .bind(column(rows, |row| record(row).record_id.0))
        .bind(column(rows, |row| record(row).source_id.as_str()))
        .bind(column(rows, |row| record(row).format.as_str()))
        .bind(times(rows, |row| record(row).received_at))
        .bind(column(rows, |row| row.unrouted.code.as_str()))
        .bind(column(rows, |row| row.unrouted.detail.as_str()))
        .bind(column(rows, |row| row.unrouted.message_key.as_deref()))
        .bind(column(rows, |row| row.envelope.as_str()))
        .bind(column(rows, |row| record(row).body.as_ref()))
        .bind(recorded_at)
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

async fn unrouted_keys_insert(
    connection: &mut PgConnection,
    shard: Shard,
    rows: &[UnroutedKeyRow],
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    query(sql!("unrouted_keys_insert"))
        .bind(i32::from(shard))
        .bind(column(rows, |row| row.kind))
        .bind(column(rows, |row| row.value.as_str()))
        .bind(column(rows, |row| row.log_offset))
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}
