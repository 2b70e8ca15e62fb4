//! `GET /v1/records/{id}/images`: the pictures that came with a record, and each of them; `.../raw`: the body as it came.
//!
//! For those who may see vehicles. Showing a picture or a body is a recorded act: the row is written first
//! (DESIGN.md, Security).

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bordergate_eventlog::Error as LogError;
use bordergate_model::{RawRecord, RecordId};
use bordergate_sources::pictures::{Picture, media_type, pictures};
use bytes::Bytes;
use serde::Serialize;

use super::crossings::audit_shown;
use super::params::{Id, Pairs, Params};
use super::raw;
use crate::access::{Caller, Right};
use crate::app::App;
use crate::doors::http::Problem;
use crate::doors::refusal::Refusal;

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/records/{id}/images", get(list))
        .route("/v1/records/{id}/images/{number}", get(show))
        .route("/v1/records/{id}/raw", get(body))
}

/// A picture that came with a record.
#[derive(Clone, Debug, Serialize)]
pub struct Image {
    /// Which of the record's pictures, from 0.
    pub number: usize,
    /// How large it is.
    pub bytes: usize,
    /// Whether it was taken out of the message; the others lie in the log for as long as the record.
    pub is_detached: bool,
    /// Whether it was taken out and is gone after `images.retention_days`.
    pub is_expired: bool,
    /// Where it is shown.
    pub url: String,
}

/// The pictures of a record, in the order of its parts.
#[derive(Debug, Serialize)]
struct Images {
    record_id: RecordId,
    images: Vec<Image>,
}

/// Returns the pictures of a record.
pub async fn of_record(app: &App, record: &RawRecord) -> Vec<Image> {
    let image = async |(number, picture)| {
        let (bytes, detached) = match picture {
            Picture::Kept(bytes) => (bytes.len(), None),
            Picture::Detached { sha256, bytes } => (bytes, Some(sha256)),
        };
        Image {
            number,
            bytes,
            is_detached: detached.is_some(),
            is_expired: match detached {
                // A place that cannot be asked now says so when the picture itself is fetched.
                Some(sha256) => !app.images.has(sha256).await.unwrap_or(true),
                None => false,
            },
            url: format!("/v1/records/{}/images/{number}", record.record_id),
        }
    };
    let pictures = pictures(record).into_iter().enumerate();
    futures_util::future::join_all(pictures.map(image)).await
}

/// Returns the record of an id as the log has it, at the lowest of its places.
///
/// # Errors
/// A 403 without the right to see vehicles; a 404 for a record that is not processed; a 410 when the log no longer
/// keeps it.
pub async fn record(app: &App, caller: &Caller, id: RecordId) -> Result<RawRecord, Problem> {
    caller.check(Right::SeeVehicles)?;
    let fates = app.store.record(id).await?;
    let unknown = || Problem::not_found("record.unknown", format!("record {id} is not processed"));
    let first = fates.first().ok_or_else(unknown)?;
    let gone = || {
        Problem::gone(
            "record.gone",
            format!("the log no longer keeps record {id}"),
        )
    };
    match raw::read(app.log.as_ref(), first.shard, first.offset).await {
        Ok(logged) if logged.record.record_id == id => Ok(logged.record),
        Ok(_) | Err(LogError::OffsetGone { .. }) => Err(gone()),
        Err(error) => Err(Refusal::from(error).into()),
    }
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Id(record_id): Id<RecordId>,
) -> Result<Json<Images>, Problem> {
    let record = record(&app, &caller, record_id).await?;
    let images = of_record(&app, &record).await;
    Ok(Json(Images { record_id, images }))
}

async fn show(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<(RecordId, usize)>, axum::extract::rejection::PathRejection>,
    Pairs(pairs): Pairs,
) -> Result<Response, Problem> {
    let Path((record_id, number)) =
        path.map_err(|rejection| Problem::bad_parameter("id", rejection.body_text()))?;
    let params = Params::read(pairs, &["purpose"])?;
    let record = record(&app, &caller, record_id).await?;
    let picture = pictures(&record).into_iter().nth(number);
    let unknown = || {
        let detail = format!("record {record_id} came without a picture {number}");
        Problem::not_found("images.unknown", detail)
    };
    let bytes = match picture.ok_or_else(unknown)? {
        Picture::Kept(bytes) => bytes,
        Picture::Detached { sha256, .. } => app.images.get(sha256).await?,
    };
    let purpose = params.text("purpose").unwrap_or_default();
    let subject = format!("{record_id}/{number}");
    audit_shown(&app, &caller, "image.show", subject, purpose).await?;
    let media_type = media_type(&bytes).unwrap_or("application/octet-stream");
    let ending = media_type.rsplit('/').next().unwrap_or_default();
    let name = format!("inline; filename=\"{record_id}-{number}.{ending}\"");
    Ok(bytes_of(bytes, media_type, &name))
}

/// The body as it came, put together again.
async fn body(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Id(record_id): Id<RecordId>,
    Pairs(pairs): Pairs,
) -> Result<Response, Problem> {
    let params = Params::read(pairs, &["purpose"])?;
    let record = record(&app, &caller, record_id).await?;
    let body = raw::body(&app.images, &record).await?;
    let purpose = params.text("purpose").unwrap_or_default();
    audit_shown(&app, &caller, "record.raw", record_id.to_string(), purpose).await?;
    Ok(bytes_of(body, "application/octet-stream", "attachment"))
}

/// Bytes of a stranger's: nothing that a browser may run, guess at or keep.
fn bytes_of(bytes: Bytes, content_type: &'static str, disposition: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}
