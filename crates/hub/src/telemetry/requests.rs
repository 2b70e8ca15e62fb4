//! The span of a request at either door, for `tower_http`'s `TraceLayer`.
//!
//! Names and fields are those of OpenTelemetry's semantic conventions for HTTP and RPC. Paths and queries are left
//! out, since people search for plates in them: a span is named by its route or method.

use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::{HeaderMap, Method, Request, Response};
use tonic::{Code, Status};
use tracing::Span;
use tracing::field::Empty;

use super::trace;

/// Returns the span of an HTTP request.
pub fn http_span<B>(request: &Request<B>) -> Span {
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(MatchedPath::as_str);
    let span = tracing::debug_span!(
        "HTTP request",
        otel.name = http_name(method, route),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    trace::continue_caller(&span, request.headers());
    span
}

/// Notes how an HTTP request was answered.
pub fn http_answered<B>(response: &Response<B>, _: Duration, span: &Span) {
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Returns the span of a gRPC call of a method that `is_known`.
pub fn grpc_span<B>(request: &Request<B>, is_known: fn(&str) -> bool) -> Span {
    let path = request.uri().path();
    let method = if is_known(path) {
        path.trim_start_matches('/')
    } else {
        OTHER
    };
    let span = tracing::debug_span!(
        "gRPC call",
        otel.name = method,
        otel.kind = "server",
        otel.status_code = Empty,
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.response.status_code = Empty,
    );
    trace::continue_caller(&span, request.headers());
    span
}

/// Notes the status of a call that is refused at once: it comes with the head of the answer.
pub fn grpc_answered<B>(response: &Response<B>, _: Duration, span: &Span) {
    note_status(response.headers(), span);
}

/// Notes the status of a call that was answered: it comes behind the last message.
pub fn grpc_ended(trailers: Option<&HeaderMap>, _: Duration, span: &Span) {
    if let Some(trailers) = trailers {
        note_status(trailers, span);
    }
}

/// What the conventions call a method that is not known.
const OTHER: &str = "_OTHER";

/// Anyone can make up a method; only those of RFC 9110 and PATCH are told.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "CONNECT" => "CONNECT",
        "OPTIONS" => "OPTIONS",
        "TRACE" => "TRACE",
        "PATCH" => "PATCH",
        _ => OTHER,
    }
}

fn http_name(method: &str, route: Option<&str>) -> String {
    let method = if method == OTHER { "HTTP" } else { method };
    route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"))
}

fn note_status(headers: &HeaderMap, span: &Span) {
    let Some(status) = headers.get(Status::GRPC_STATUS) else {
        return;
    };
    let code = Code::from_bytes(status.as_bytes());
    span.record("rpc.response.status_code", code_name(code));
    // The other failures are the caller's.
    if matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    ) {
        span.record("otel.status_code", "ERROR");
    }
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_named_by_method_and_route_and_never_by_what_was_sent() {
        for (method, route, expected) in [
            ("POST", Some("/v1/records/{id}"), "POST /v1/records/{id}"),
            ("GET", None, "GET"),
            ("51C12345", None, "HTTP"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).expect("letters and digits");
            assert_eq!(http_name(method_name(&method), route), expected);
        }
    }
}
