//! Records on their way to a gate: looked up, and changed inside a batch's transaction.

use async_trait::async_trait;
use bordergate_model::{Offset, Shard};
use sqlx::{SqliteConnection, query_as, query_scalar};

use super::bulk::{Values, write};
use super::look_up::hex_list;
use super::outcomes::outcomes_change;
use super::parts::on_rows;
use super::{SqliteStore, sql};
use crate::failure::OrFailure;
use crate::moment::micros;
use crate::rows::route::{
    KeptRow, RouteRows, RoutingTuple, UnroutedKeyRow, UnroutedRowTuple, UnroutedTuple, WantedKey,
    key_link, record_link, routing, source_link, unrouted, unrouted_reason, unrouted_row,
};
use crate::{
    Error, FeedShard, Links, Routes, Routing, Unrouted, UnroutedReason, UnroutedRow, WantedLinks,
    WantedUnrouted, document,
};

#[async_trait]
impl Routes for SqliteStore {
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
        let rows: Vec<UnroutedTuple> = query_as(sql!("unrouted_of"))
            .bind(i32::from(shard))
            .bind(document::write("offsets", &wanted.offsets)?)
            .bind(document::write("messages", &wanted.messages)?)
            .fetch_all(&self.process_readers)
            .await
            .or_failure()?;
        rows.into_iter().map(|row| unrouted(shard, row)).collect()
    }

    async fn woken(&self, shard: Shard, since: &[FeedShard]) -> Result<Vec<Offset>, Error> {
        let since: Vec<(Shard, i64)> = since.iter().map(|one| (one.shard, one.last_seq)).collect();
        query_scalar(sql!("unrouted_woken"))
            .bind(i32::from(shard))
            .bind(document::write("feed", &since)?)
            .fetch_all(&self.process_readers)
            .await
            .or_failure()
    }

    async fn unrouted_page(
        &self,
        after: Option<(Shard, Offset)>,
        limit: u32,
    ) -> Result<Vec<UnroutedRow>, Error> {
        let (shard, offset) = after.map_or((-1, -1), |(shard, offset)| (i32::from(shard), offset));
        let rows: Vec<UnroutedRowTuple<i64>> = query_as(sql!("unrouted_page"))
            .bind(shard)
            .bind(offset)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(unrouted_row).collect()
    }

    async fn unrouted_reasons(&self) -> Result<Vec<UnroutedReason>, Error> {
        let rows: Vec<(String, i64, i64)> = query_as(sql!("unrouted_reasons"))
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

async fn links(connection: &mut SqliteConnection, wanted: &WantedLinks) -> Result<Links, Error> {
    let record_ids: Vec<_> = wanted.record_ids.iter().map(|id| id.0).collect();
    let records = query_as(sql!("links_of_records"))
        .bind(hex_list(&record_ids))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let events = query_as(sql!("links_of_events"))
        .bind(document::write("events", &wanted.events)?)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let messages = query_as(sql!("links_of_messages"))
        .bind(document::write("messages", &wanted.messages)?)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let keys: Vec<WantedKey<'_>> = wanted.keys.iter().map(WantedKey::new).collect();
    let keys = query_as(sql!("links_of_keys"))
        .bind(document::write("keys", &keys)?)
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
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &RouteRows,
    recorded_at: i64,
) -> Result<(), Error> {
    unrouted_insert(connection, shard, &rows.kept, recorded_at).await?;
    unrouted_keys_insert(connection, shard, &rows.keys).await?;
    outcomes_change(connection, shard, &rows.outcomes, recorded_at).await?;
    if !rows.told.is_empty() {
        on_rows(connection, sql!("unrouted_told"), shard, &rows.told).await?;
    }
    if !rows.routed.is_empty() {
        on_rows(connection, sql!("unrouted_delete"), shard, &rows.routed).await?;
    }
    if !rows.settled.is_empty() {
        on_rows(
            connection,
            sql!("route_decisions_delete"),
            shard,
            &rows.settled,
        )
        .await?;
    }
    Ok(())
}

async fn unrouted_insert(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[KeptRow],
    recorded_at: i64,
) -> Result<(), Error> {
    let head = "insert into unrouted (shard, log_offset, record_id, source_id, format, received_at, code, detail, \
        message_key, envelope, body, recorded_at) ";
    let values = |mut row: Values<'_>, item: &KeptRow| {
        let Unrouted {
            logged,
            message_key,
            code,
            detail,
        } = &item.unrouted;
        row.push_bind(i32::from(shard))
            .push_bind(logged.offset)
            .push_bind(logged.record.record_id.0)
            .push_bind(logged.record.source_id.to_string())
            .push_bind(logged.record.format.clone())
            .push_bind(micros(logged.record.received_at))
            .push_bind(code.clone())
            .push_bind(detail.clone())
            .push_bind(message_key.clone())
            .push_bind(item.envelope.clone())
            .push_bind(logged.record.body.to_vec())
            .push_bind(recorded_at);
    };
    write(connection, head, rows, 12, values, "")
        .await
        .map(|_| ())
}

async fn unrouted_keys_insert(
    connection: &mut SqliteConnection,
    shard: Shard,
    rows: &[UnroutedKeyRow],
) -> Result<(), Error> {
    let head = "insert into unrouted_keys (kind, value, shard, log_offset) ";
    let values = |mut row: Values<'_>, item: &UnroutedKeyRow| {
        row.push_bind(item.kind)
            .push_bind(item.value.clone())
            .push_bind(i32::from(shard))
            .push_bind(item.log_offset);
    };
    write(connection, head, rows, 4, values, " on conflict do nothing")
        .await
        .map(|_| ())
}
