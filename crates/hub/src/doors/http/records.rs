//! `POST /v1/records/{source_id}`: one record in, its receipt out; `GET /v1/records/{record_id}`: what became of it.

use std::sync::Arc;

use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use bordergate_model::{Receipt, RecordId, SourceId};
use bordergate_store::{Role, TokenGrant};
use bytes::Bytes;
use jiff::Timestamp;

use super::Problem;
use crate::access::{Caller, Right};
use crate::api::answers;
use crate::app::App;
use crate::doors::accept::Offer;
use crate::doors::refusal::Refusal;
use crate::telemetry::trace;

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/records/{id}", post(accept).get(fate))
}

async fn accept(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(source_id): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    let source_id =
        SourceId::parse(&source_id).map_err(|_| Refusal::UnknownSource { source_id })?;
    let offer = offer(source_id, &headers, read(&app, body)?)?;
    let receipt = app.accept(&caller, offer).await?;
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}

/// Returns the body of a request.
///
/// # Errors
/// When it was too large or broken off.
pub fn read(app: &App, body: Result<Bytes, BytesRejection>) -> Result<Bytes, Refusal> {
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge {
            limit_bytes: app.settings.limits.record_bytes,
        },
        _ => Refusal::Field {
            field: "body",
            reason: "could not be read to its end".to_owned(),
        },
    })
}

/// Returns what a request offers under a source.
///
/// # Errors
/// When a header could not be understood, or the body is packed otherwise than as the server unpacks it.
pub fn offer(source_id: SourceId, headers: &HeaderMap, body: Bytes) -> Result<Offer, Refusal> {
    packed(headers)?;
    Ok(Offer {
        source_id,
        key: text(headers, "idempotency-key")?,
        content_type: text(headers, "content-type")?.unwrap_or_default(),
        received_at: received_at(headers)?,
        traceparent: trace::of_caller(headers),
        device_headers: device_headers(headers),
        body,
    })
}

/// Refuses codings of HTTP that the server did not unpack (it takes the header of those it did).
///
/// Other words, such as a character set that some senders put there, are no coding: the body is as it came.
fn packed(headers: &HeaderMap) -> Result<(), Refusal> {
    const CODINGS: [&str; 6] = ["gzip", "x-gzip", "deflate", "compress", "br", "zstd"];
    let encoding = text(headers, "content-encoding")?.unwrap_or_default();
    let is_coded = |word: &str| {
        CODINGS
            .iter()
            .any(|it| it.eq_ignore_ascii_case(word.trim()))
    };
    match encoding.split(',').any(is_coded) {
        true => Err(Refusal::ContentEncoding { encoding }),
        false => Ok(()),
    }
}

async fn fate(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(record_id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let record_id: RecordId = record_id
        .parse()
        .map_err(|_| Problem::bad_parameter("record_id", "is not a UUID"))?;
    let fates = app.store.record(record_id).await?;
    if !caller.may(Right::SeeVehicles)
        && !fates
            .iter()
            .all(|fate| may_ask(&app, &caller, &fate.source_id))
    {
        return Err(crate::access::Denied::Forbidden.into());
    }
    if fates.is_empty() {
        let detail = format!(
            "record {record_id} is not processed: never received, or still waiting in the log"
        );
        return Err(Problem::not_found("record.unknown", detail));
    }
    Ok(Json(answers::record(
        record_id,
        &fates,
        caller.may(Right::SeeVehicles),
    )))
}

/// A source may ask what became of its own records, a recorder of those it may send.
fn may_ask(app: &App, caller: &Caller, source_id: &SourceId) -> bool {
    let Caller::Holder(TokenGrant { role, subject }) = caller else {
        return false;
    };
    match role {
        Role::Source => subject == source_id.as_str(),
        Role::Recorder => {
            let registrations = app.registrations.snapshot();
            let source = registrations.source(source_id);
            source.is_some_and(|source| source.recorder_id.as_deref() == Some(subject))
        }
        _ => false,
    }
}

fn text(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, Refusal> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err(Refusal::Field {
            field: name,
            reason: "has characters other than visible ASCII".to_owned(),
        }),
    }
}

fn received_at(headers: &HeaderMap) -> Result<Option<Timestamp>, Refusal> {
    const FIELD: &str = "bordergate-received-at";
    let Some(text) = text(headers, FIELD)? else {
        return Ok(None);
    };
    let parsed = text.parse::<Timestamp>();
    parsed.map(Some).map_err(|_| Refusal::Field {
        field: FIELD,
        reason: format!("{text:?} is not an RFC 3339 time"),
    })
}

/// The device's own CloudEvents headers, in order of name.
fn device_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("ce-"))
        .filter_map(|(name, value)| {
            Some((
                name.as_str().to_owned(),
                String::from_utf8(value.as_bytes().to_vec()).ok()?,
            ))
        })
        .collect();
    found.sort();
    found
}
