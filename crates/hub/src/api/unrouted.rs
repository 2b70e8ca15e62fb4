//! `GET /v1/unrouted`: records of province-wide sources that wait for their gate, oldest first.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::get;
use axum::{Json, Router};
use bordergate_model::{GateId, Offset, RecordId, Shard, SourceId};
use bordergate_store::UnroutedRow;
use jiff::Timestamp;
use serde::Serialize;

use super::page;
use super::params::{Pairs, Params, bad};
use crate::access::{Caller, Right};
use crate::app::App;
use crate::doors::http::Problem;

/// Rows of a page when the caller does not say.
const PAGE_ROWS: u32 = 100;
/// What its page tokens are bound to.
const BOUND_TO: &str = "unrouted";

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/unrouted", get(list))
}

/// A page of waiting records.
#[derive(Debug, Serialize)]
struct Page {
    unrouted: Vec<Row>,
    /// Asks for the next page when given as `page_token`; `null` on the last.
    next_page_token: Option<String>,
}

/// A waiting record.
#[derive(Debug, Serialize)]
struct Row {
    /// The router's shard.
    shard: Shard,
    /// Its offset there.
    offset: Offset,
    record_id: RecordId,
    source_id: SourceId,
    format: String,
    received_at: Timestamp,
    /// Stable code of why it waits.
    code: String,
    /// The reason in words.
    detail: String,
    /// The gate to which it was sent a moment ago; `null` while it waits.
    going_to: Option<GateId>,
}

impl From<UnroutedRow> for Row {
    fn from(row: UnroutedRow) -> Self {
        Self {
            shard: row.shard,
            offset: row.offset,
            record_id: row.record_id,
            source_id: row.source_id,
            format: row.format,
            received_at: row.received_at,
            code: row.code,
            detail: row.detail,
            going_to: row.going_to,
        }
    }
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Pairs(pairs): Pairs,
) -> Result<Json<Page>, Problem> {
    caller.check(Right::SeeVehicles)?;
    let params = Params::read(pairs, &["page_size", "page_token"])?;
    let limit = params.page_size(PAGE_ROWS, app.settings.limits.page_rows)?;
    let rows = app
        .store
        .unrouted_page(after(&app, &params)?, limit)
        .await?;
    Ok(Json(Page {
        next_page_token: next_token(&app, &rows, limit),
        unrouted: rows.into_iter().map(Row::from).collect(),
    }))
}

/// Returns the place after which the page that was asked for begins.
///
/// # Errors
/// A 400 for a token of another query.
pub fn after(app: &App, params: &Params) -> Result<Option<(Shard, Offset)>, Problem> {
    let Some(token) = params.text("page_token") else {
        return Ok(None);
    };
    let place = page::place(&app.keys, BOUND_TO, token)?;
    let place = read_place(&place).ok_or_else(|| bad("page_token", "is malformed", ["none"]))?;
    Ok(Some(place))
}

/// Returns the token of the page after these rows, of which at most `limit` were asked for; `None` on the last.
#[must_use]
pub fn next_token(app: &App, rows: &[UnroutedRow], limit: u32) -> Option<String> {
    let last = rows.last().filter(|_| rows.len() >= limit as usize)?;
    Some(page::token(
        &app.keys,
        BOUND_TO,
        &place((last.shard, last.offset)),
    ))
}

/// Returns the place after a record: its shard and offset, big endian.
fn place((shard, offset): (Shard, Offset)) -> Vec<u8> {
    [
        shard.to_be_bytes().as_slice(),
        offset.to_be_bytes().as_slice(),
    ]
    .concat()
}

/// Reads a place back; `None` when it has another shape.
fn read_place(place: &[u8]) -> Option<(Shard, Offset)> {
    let (shard, offset) = place.split_at_checked(2)?;
    Some((
        Shard::from_be_bytes(shard.try_into().ok()?),
        Offset::from_be_bytes(offset.try_into().ok()?),
    ))
}
