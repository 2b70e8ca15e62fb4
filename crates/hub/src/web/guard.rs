//! What protects people's browsers: security headers, and no requests made by other sites.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::access::Caller;
use crate::app::App;
use crate::doors::http::Problem;

/// Scripts and styles come from this hub only, none of them inline; no other site may frame a page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Headers of every page and asset.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Adds the security headers.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in &HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Tells browsers to come back over TLS only, when this hub speaks TLS.
pub async fn strict_transport(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if app.settings.http.tls_certificate.is_some() {
        let value = HeaderValue::from_static("max-age=31536000");
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// Refuses what a browser sends on behalf of another site.
///
/// A request that changes something must come from this hub's own pages (or from no page at all), and
/// a caller let in only because it is on this machine must have asked for this machine by name: a
/// foreign name that was pointed here would let its pages read everything.
pub async fn own_requests_only(request: Request, next: Next) -> Response {
    match refusal(&request) {
        None => next.run(request).await,
        Some(detail) => {
            Problem::new(StatusCode::FORBIDDEN, "access.cross_origin", detail).into_response()
        }
    }
}

fn refusal(request: &Request) -> Option<&'static str> {
    let host = host(request.headers(), request.uri());
    let is_open = matches!(request.extensions().get::<Caller>(), Some(Caller::Loopback));
    if is_open
        && host
            .as_deref()
            .is_some_and(|host| !names_this_machine(host))
    {
        return Some("without a token this hub answers to localhost and loopback addresses only");
    }
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return None;
    }
    let text = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("unreadable"))
    };
    if matches!(text("sec-fetch-site"), Some("cross-site" | "same-site")) {
        return Some("another site made the browser send this");
    }
    let origin = text("origin")?;
    let own = origin.split_once("://").map(|(_, authority)| authority);
    (own.is_none() || own != host.as_deref())
        .then_some("the page that sent this is not of this hub")
}

/// The host and port asked for: the `Host` header, or the authority of an HTTP/2 request.
fn host(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let header = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    header.or_else(|| uri.authority().map(ToString::to_string))
}

fn names_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn request(method: &str, headers: &[(&str, &str)], caller: Option<Caller>) -> Request {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("plain parts");
        if let Some(caller) = caller {
            request.extensions_mut().insert(caller);
        }
        request
    }

    #[test]
    fn only_this_hubs_pages_may_change_something() {
        let host = ("host", "hub.example:8080");
        for (method, headers, refused) in [
            ("POST", vec![host], false),
            (
                "POST",
                vec![host, ("origin", "https://hub.example:8080")],
                false,
            ),
            ("POST", vec![host, ("origin", "https://evil.example")], true),
            ("POST", vec![host, ("origin", "https://hub.example")], true),
            ("POST", vec![host, ("origin", "null")], true),
            ("POST", vec![host, ("sec-fetch-site", "cross-site")], true),
            ("DELETE", vec![host, ("sec-fetch-site", "same-site")], true),
            ("GET", vec![host, ("origin", "https://evil.example")], false),
        ] {
            let found = refusal(&request(method, &headers, None));
            assert_eq!(found.is_some(), refused, "{method} {headers:?}");
        }
    }

    #[test]
    fn a_caller_without_a_token_must_name_this_machine() {
        for (host, refused) in [
            ("localhost:8080", false),
            ("127.0.0.1:8080", false),
            ("[::1]:8080", false),
            ("rebound.example:8080", true),
            ("127.0.0.1.evil.example", true),
        ] {
            let found = refusal(&request("GET", &[("host", host)], Some(Caller::Loopback)));
            assert_eq!(found.is_some(), refused, "{host}");
        }
    }
}
