//! `/v1/admin/quarantine`: what could not be read, its bytes, and sending it through again.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bordergate_model::{GateId, RecordId, SourceId};
use bordergate_store::{QuarantineFilter, QuarantineRow};
use jiff::Timestamp;
use serde::Serialize;

use super::Body;
use crate::access::{Caller, Right};
use crate::api::acts::{self, Redrive, RedriveReport};
use crate::api::params::{Accept, Id, Pairs, Params, bad};
use crate::api::raw;
use crate::app::App;
use crate::doors::http::Problem;
use crate::images;

/// Rows of a list when the caller does not say.
const ROWS: u32 = 100;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/admin/quarantine", get(list))
        .route("/v1/admin/quarantine/redrive", post(redrive))
        .route("/v1/admin/quarantine/{record_id}", get(show))
}

/// A quarantined record.
#[derive(Debug, Serialize)]
struct Row {
    shard: u16,
    offset: i64,
    record_id: RecordId,
    source_id: SourceId,
    gate_id: Option<GateId>,
    format: String,
    received_at: Timestamp,
    /// Stable code of the reason.
    code: String,
    /// The reason in words.
    detail: String,
    /// When it was sent through again; `null` when not.
    redriven_at: Option<Timestamp>,
}

impl From<QuarantineRow> for Row {
    fn from(row: QuarantineRow) -> Self {
        Self {
            shard: row.shard,
            offset: row.offset,
            record_id: row.record_id,
            source_id: row.source_id,
            gate_id: row.gate_id,
            format: row.format,
            received_at: row.received_at,
            code: row.code,
            detail: row.detail,
            redriven_at: row.redriven_at,
        }
    }
}

/// Quarantined records, newest first.
#[derive(Debug, Serialize)]
struct Rows {
    quarantine: Vec<Row>,
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Pairs(pairs): Pairs,
) -> Result<Json<Rows>, Problem> {
    caller.check(Right::Administer)?;
    let params = Params::read(pairs, &["source", "code", "with_redriven", "page_size"])?;
    let source_id = params.text("source").map(SourceId::parse).transpose();
    let filter = QuarantineFilter {
        source_id: source_id.map_err(|_| {
            bad(
                "source",
                "is no source id",
                ["the id of a registered source"],
            )
        })?,
        code: params.text("code").map(str::to_owned),
        record_id: None,
        with_redriven: params.flag("with_redriven")?,
    };
    let limit = params.page_size(ROWS, app.settings.limits.page_rows)?;
    let rows = app.store.quarantined(&filter, limit).await?;
    Ok(Json(Rows {
        quarantine: rows.into_iter().map(Row::from).collect(),
    }))
}

/// A quarantined record with its bytes.
#[derive(Debug, Serialize)]
struct Shown {
    /// Its appearances, newest first.
    quarantine: Vec<Row>,
    /// The content type as sent.
    content_type: String,
    /// Bytes of the body as it came.
    body_bytes: usize,
    /// Whether a picture of it is gone; the body then has references in the places of all that were taken out.
    has_expired_images: bool,
    /// The body when it is UTF-8.
    body_text: Option<String>,
    /// The body in hexadecimal when it is not.
    body_hex: Option<String>,
}

/// JSON, or with `Accept: application/octet-stream` the bytes as they came.
async fn show(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Id(record_id): Id<RecordId>,
    accept: Accept,
) -> Result<Response, Problem> {
    caller.check(Right::Administer)?;
    let found = acts::quarantined(app.store.as_ref(), app.log.as_ref(), record_id).await?;
    let record = found.record.record;
    let body = raw::body(&app.images, &record).await;
    if accept.names("application/octet-stream") {
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/octet-stream"),
            ),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment"),
            ),
        ];
        return Ok((headers, body?).into_response());
    }
    let (body, has_expired_images) = match body {
        Err(images::Error::Expired) => (record.body.clone(), true),
        body => (body?, false),
    };
    let body_text = std::str::from_utf8(&body).ok().map(str::to_owned);
    let body_hex = body_text.is_none().then(|| hex::encode(&body));
    let quarantine = found.rows.into_iter().map(Row::from).collect();
    let (body_bytes, content_type) = (record.sent_bytes(), record.content_type);
    Ok(Json(Shown {
        quarantine,
        content_type,
        body_bytes,
        has_expired_images,
        body_text,
        body_hex,
    })
    .into_response())
}

async fn redrive(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Body(wanted): Body<Redrive>,
) -> Result<Json<RedriveReport>, Problem> {
    caller.check(Right::Administer)?;
    let registrations = app.registrations.snapshot();
    Ok(Json(
        acts::redrive(
            app.store.as_ref(),
            &app.log,
            &registrations,
            &wanted,
            &caller.actor(),
        )
        .await?,
    ))
}
