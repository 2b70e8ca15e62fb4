//! The door for devices that expect their own vendor's answer, or cannot be told a path: the record is accepted as any
//! other, and the answer is one that the device understands.
//!
//! Whose record it is, `identity` decides. Source: formats.md, Dahua (carrier c): `/NotificationInfo/TollgateInfo` and
//! `/NotificationInfo/KeepAlive`, answered `{"Result":true}`; Hikvision devices want 200 and look no further.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, RawPathParams, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::{Problem, identity, records};
use crate::access::{Caller, Right};
use crate::app::App;
use crate::doors::refusal::Refusal;

/// Where devices post that can be told a path.
const OURS: &str = "/v1/devices";
/// Where Dahua's post by themselves.
const DAHUAS: &str = "/NotificationInfo/";
/// The format of those.
const DAHUA: &str = "dahua-traffic";
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

/// Tells whether a path is one of [`routes`]: there devices may log in by password.
#[must_use]
pub fn is_path(path: &str) -> bool {
    let below = path.strip_prefix(OURS);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || path.starts_with(DAHUAS)
}

async fn accept(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
    path: RawPathParams,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let of_path = |name| path.iter().find(|(key, _)| *key == name).map(|(_, it)| it);
    let is_alive = of_path("path").and_then(|path| path.rsplit('/').next()) == Some(KEEP_ALIVE);
    let body = records::read(&app, body)?;
    let registrations = app.registrations.snapshot();
    let named = match identity::named(of_path("source_id"), &headers, &caller)? {
        Some(named) => Ok(named),
        None => identity::of_serial(&registrations, &body),
    };
    let named = match named {
        // Many do not say who lives; the answer is that of the path, and nothing is kept.
        Err(Refusal::NoSource { .. }) if is_alive && uri.path().starts_with(DAHUAS) => {
            caller.check(Right::Send)?;
            return Ok(answer(DAHUA));
        }
        named => named?,
    };
    let source = registrations.source(&named);
    let format = source.map_or("", |source| source.format.as_str());
    if is_alive && source.is_some() {
        return Ok(answer(format));
    }
    let receipt = app
        .accept(&caller, records::offer(named, &headers, body)?)
        .await?;
    let mut answered = answer(format);
    if let Ok(record_id) = HeaderValue::from_str(&receipt.record_id.to_string()) {
        answered.headers_mut().insert(RECORD, record_id);
    }
    Ok(answered)
}

/// Returns what a device of this format takes for success.
fn answer(format: &str) -> Response {
    match format {
        DAHUA => (
            [(header::CONTENT_TYPE, "application/json")],
            r#"{"Result":true}"#,
        )
            .into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_log_in_where_they_post_and_nowhere_else() {
        for (path, expected) in [
            ("/v1/devices", true),
            ("/v1/devices/cam", true),
            ("/v1/devices/cam/NotificationInfo/TollgateInfo", true),
            ("/NotificationInfo/TollgateInfo", true),
            ("/v1/devicesx", false),
            ("/v1/records/cam", false),
            ("/NotificationInfo", false),
            ("/", false),
        ] {
            assert_eq!(is_path(path), expected, "{path}");
        }
    }
}
