//! `ExchangeService`: the feed for partners, their acknowledgements and their submissions.

use std::collections::BTreeMap;
use std::sync::Arc;

use bordergate_exchange::cursor::{self, Cursor};
use bordergate_exchange::errors::Failure;
use bordergate_exchange::{mapping, submission, v1};
use bordergate_model::{GateId, Shard};
use bordergate_store::{FeedFilter, FeedRow, FeedShard};
use tonic::codegen::BoxStream;
use tonic::{Code, Request, Response, Status, async_trait};
use v1::exchange_service_server::ExchangeService;

use super::access::{caller, partner_id};
use super::failure::of_store;
use super::{feed, page_rows, stream, submit};
use crate::app::App;
use crate::telemetry::trace;

/// The service.
pub(super) struct Service {
    app: Arc<App>,
}

impl Service {
    /// Returns the service.
    pub(super) fn new(app: &Arc<App>) -> Self {
        Self {
            app: Arc::clone(app),
        }
    }
}

#[async_trait]
impl ExchangeService for Service {
    async fn pull_records(
        &self,
        request: Request<v1::PullRecordsRequest>,
    ) -> Result<Response<v1::PullRecordsResponse>, Status> {
        let partner_id = partner_id(&caller(&request)?);
        let request = request.into_inner();
        let start = Start::read(&request.cursor, request.start, &request.gate_ids, &self.app)?;
        let mut cursor = start.place(&self.app, &partner_id).await?;
        let limit = page_rows(&self.app, request.page_size);
        let page = feed::next_page(self.app.store.as_ref(), &mut cursor, &start.filter, limit);
        let page = page.await.map_err(of_store)?;
        Ok(Response::new(v1::PullRecordsResponse {
            records: records(&page.rows)?,
            next_cursor: cursor.seal(&key(&self.app), &partner_id),
            has_more: page.has_more,
            feed_epoch: cursor.epoch().to_string(),
        }))
    }

    type StreamRecordsStream = BoxStream<v1::StreamRecordsResponse>;

    async fn stream_records(
        &self,
        request: Request<v1::StreamRecordsRequest>,
    ) -> Result<Response<Self::StreamRecordsStream>, Status> {
        let partner_id = partner_id(&caller(&request)?);
        let request = request.into_inner();
        let start = Start::read(&request.cursor, request.start, &request.gate_ids, &self.app)?;
        let cursor = start.place(&self.app, &partner_id).await?;
        let limit = page_rows(&self.app, request.page_size);
        let app = Arc::clone(&self.app);
        let records = stream::records(app, partner_id, cursor, start.filter, limit);
        Ok(Response::new(Box::pin(records)))
    }

    async fn ack_records(
        &self,
        request: Request<v1::AckRecordsRequest>,
    ) -> Result<Response<v1::AckRecordsResponse>, Status> {
        let partner_id = partner_id(&caller(&request)?);
        let text = request.into_inner().cursor;
        let cursor = Cursor::open(&key(&self.app), &partner_id, &text).map_err(Failure::from)?;
        let store = &self.app.store;
        let ends = ends(&self.app).await?;
        check_place(&self.app, &cursor, &ends).await?;
        let shards: Vec<FeedShard> = cursor
            .places()
            .map(|(shard, last_seq)| FeedShard { shard, last_seq })
            .collect();
        let stands = store
            .acknowledge(&partner_id, &shards)
            .await
            .map_err(of_store)?;
        let acknowledged: i64 = stands.iter().map(|shard| shard.last_seq).sum();
        Ok(Response::new(v1::AckRecordsResponse {
            positions: stands.iter().map(position).collect(),
            unacknowledged_count: (ends.values().sum::<i64>() - acknowledged).max(0),
        }))
    }

    async fn submit_records(
        &self,
        request: Request<v1::SubmitRecordsRequest>,
    ) -> Result<Response<v1::SubmitRecordsResponse>, Status> {
        let caller = caller(&request)?;
        let traceparent = trace::of_caller(request.metadata().as_ref());
        let submission = submission::read(request.into_inner())?;
        let answer = submit::submit(&self.app, caller, submission, traceparent).await?;
        Ok(Response::new(answer))
    }
}

/// Where a reader of the feed begins, and what it wants.
struct Start<'a> {
    cursor: &'a str,
    start: v1::FeedStart,
    filter: FeedFilter,
}

impl<'a> Start<'a> {
    /// Checks the fields of a request.
    fn read(cursor: &'a str, start: i32, gate_ids: &[String], app: &App) -> Result<Self, Failure> {
        let start = v1::FeedStart::try_from(start).map_err(|_| {
            let message = format!("start cannot be {start}");
            Failure::new(Code::InvalidArgument, "request.field", message).field("start")
        })?;
        let registrations = app.registrations.snapshot();
        let gate = |(index, text): (usize, &String)| {
            let gate_id = GateId::parse(text).ok();
            let known = gate_id.filter(|gate_id| registrations.gate(gate_id).is_some());
            known.ok_or_else(|| {
                let message = format!("there is no gate {text:?}");
                let failure = Failure::new(Code::InvalidArgument, "gate.unknown", message);
                failure.field(format!("gate_ids[{index}]"))
            })
        };
        let gates = gate_ids.iter().enumerate().map(gate);
        let gates = gates.collect::<Result<_, _>>()?;
        Ok(Self {
            cursor,
            start,
            filter: FeedFilter { gates },
        })
    }

    /// Returns the place: the cursor's, checked against the feed as it is, or the one `start` names.
    async fn place(&self, app: &App, partner_id: &str) -> Result<Cursor, Failure> {
        let ends = ends(app).await?;
        if !self.cursor.is_empty() {
            let cursor = Cursor::open(&key(app), partner_id, self.cursor)?;
            cursor.check_filter(&self.filter.gates)?;
            check_place(app, &cursor, &ends).await?;
            return Ok(cursor);
        }
        let epoch = app.store.feed_epoch().await.map_err(of_store)?;
        let mut cursor = Cursor::beginning(epoch, &self.filter.gates);
        match self.start {
            v1::FeedStart::Unspecified | v1::FeedStart::Beginning => {}
            v1::FeedStart::Acknowledged => {
                let stands = app
                    .store
                    .partner_cursor(partner_id)
                    .await
                    .map_err(of_store)?;
                for FeedShard { shard, last_seq } in stands {
                    cursor.advance(shard, last_seq);
                }
                check_place(app, &cursor, &ends).await?;
            }
            v1::FeedStart::End => {
                for (shard, last_seq) in ends {
                    cursor.advance(shard, last_seq);
                }
            }
        }
        Ok(cursor)
    }
}

/// Returns the sequence number of every shard's last row.
async fn ends(app: &App) -> Result<BTreeMap<Shard, i64>, Failure> {
    let shards = app.store.feed_shards().await.map_err(of_store)?;
    let ends = shards.into_iter();
    Ok(ends.map(|shard| (shard.shard, shard.last_seq)).collect())
}

/// Checks that a place is in the feed as it is.
pub(super) async fn check_place(
    app: &App,
    cursor: &Cursor,
    ends: &BTreeMap<Shard, i64>,
) -> Result<(), Failure> {
    let epoch = app.store.feed_epoch().await.map_err(of_store)?;
    let last_sequence = |shard| ends.get(&shard).copied().unwrap_or(0);
    Ok(cursor.check_place(epoch, last_sequence)?)
}

/// Returns the key that seals this hub's cursors.
pub(super) fn key(app: &App) -> cursor::Key {
    cursor::Key::new(app.keys.sign("feed cursor", &[]))
}

/// Returns stored rows as records.
pub(super) fn records(rows: &[FeedRow]) -> Result<Vec<v1::FeedRecord>, Failure> {
    let record = |row: &FeedRow| {
        mapping::feed_record(row.shard, row.seq, row.recorded_at, &row.encoded).map_err(|error| {
            tracing::error!(
                "feed row {} of shard {} cannot be read: {error}",
                row.seq,
                row.shard
            );
            let message = "a record of the feed cannot be read";
            Failure::new(Code::Internal, "feed.corrupt", message)
        })
    };
    rows.iter().map(record).collect()
}

fn position(shard: &FeedShard) -> v1::ShardPosition {
    v1::ShardPosition {
        shard: shard.shard.into(),
        sequence: shard.last_seq,
    }
}
