//! The door for devices that expect their own vendor's answer, or cannot be told a path: the record is accepted as any
//! other, and the answer is one that the device understands.
//!
//! The source is the one in the path, else in the header `Bordergate-Source`, else the one the token is for. Source:
//! formats.md, Dahua (carrier c): `/NotificationInfo/TollgateInfo` and `/NotificationInfo/KeepAlive`, answered
//! `{"Result":true}`; Hikvision devices want 200 and look no further.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, RawPathParams, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bordergate_model::SourceId;
use bordergate_store::Role;

use super::{Problem, records};
use crate::access::Caller;
use crate::app::App;
use crate::doors::refusal::Refusal;

/// The header that names the source.
const SOURCE: HeaderName = HeaderName::from_static("bordergate-source");
/// The header of an answer that names the record.
const RECORD: HeaderName = HeaderName::from_static("bordergate-record-id");
/// The last part of the path to which Dahua devices say that they live.
const KEEP_ALIVE: &str = "KeepAlive";

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/devices", post(accept))
        .route("/v1/devices/{source_id}", post(accept))
        .route("/v1/devices/{source_id}/{*path}", post(accept))
        .route("/NotificationInfo/{path}", post(accept))
}

async fn accept(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    path: RawPathParams,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let of_path = |name| path.iter().find(|(key, _)| *key == name).map(|(_, it)| it);
    let named = source(of_path("source_id"), &headers, &caller)?;
    let registrations = app.registrations.snapshot();
    let format = registrations
        .source(&named)
        .map(|source| source.format.clone())
        .unwrap_or_default();
    let is_alive = of_path("path").and_then(|path| path.rsplit('/').next()) == Some(KEEP_ALIVE);
    if is_alive && !format.is_empty() {
        return Ok(answer(&format));
    }
    let offer = records::offer(&app, named, &headers, body)?;
    let receipt = app.accept(&caller, offer).await?;
    let mut answered = answer(&format);
    if let Ok(record_id) = HeaderValue::from_str(&receipt.record_id.to_string()) {
        answered.headers_mut().insert(RECORD, record_id);
    }
    Ok(answered)
}

/// Returns whose record it is.
fn source(
    in_path: Option<&str>,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<SourceId, Refusal> {
    let in_header = headers
        .get(SOURCE)
        .map(|value| value.to_str().unwrap_or(""));
    let of_token = match caller {
        Caller::Holder(grant) if grant.role == Role::Source => Some(grant.subject.as_str()),
        _ => None,
    };
    let named = in_path.or(in_header).or(of_token);
    let named = named.ok_or_else(|| Refusal::Field {
        field: "bordergate-source",
        reason: "names the source where neither the path nor the token does".to_owned(),
    })?;
    SourceId::parse(named).map_err(|_| Refusal::UnknownSource {
        source_id: named.to_owned(),
    })
}

/// Returns what a device of this format takes for success.
fn answer(format: &str) -> Response {
    match format {
        "dahua-traffic" => (
            [(header::CONTENT_TYPE, "application/json")],
            r#"{"Result":true}"#,
        )
            .into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use bordergate_store::TokenGrant;

    use super::*;

    #[test]
    fn a_source_is_named_by_path_then_header_then_token() {
        let mut headers = HeaderMap::new();
        headers.insert(SOURCE, HeaderValue::from_static("by-header"));
        let holder = |role| {
            Caller::Holder(TokenGrant {
                role,
                subject: "by-token".to_owned(),
            })
        };
        let device = holder(Role::Source);
        for (path, headers, caller, expected) in [
            (Some("by-path"), &headers, &device, Some("by-path")),
            (None, &headers, &device, Some("by-header")),
            (None, &HeaderMap::new(), &device, Some("by-token")),
            (None, &HeaderMap::new(), &holder(Role::Partner), None),
            (None, &HeaderMap::new(), &Caller::Loopback, None),
            (Some("no id!"), &headers, &device, None),
        ] {
            let found = source(path, headers, caller).ok();
            let found = found.as_ref().map(SourceId::as_str);
            assert_eq!(found, expected, "{path:?} {caller:?}");
        }
    }
}
