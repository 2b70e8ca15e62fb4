//! The span of a batch: one for many records, linked to the span that put each of them into the log.

use std::collections::HashMap;

use bordergate_model::LoggedRecord;
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Most links of a span that OpenTelemetry keeps unless told otherwise (specification, "Span limits").
const MOST_LINKS: usize = 128;

/// Returns the span of storing these records of one shard, which are at least one; its links go to the first of them.
pub(crate) fn batch_span(part: &[LoggedRecord]) -> Span {
    let span = tracing::debug_span!(
        "process batch",
        otel.kind = "consumer",
        shard = part.first().map(|logged| logged.shard),
        log.first_offset = part.first().map(|logged| logged.offset),
        log.record_count = part.len(),
        error.code = Empty,
    );
    if !span.is_disabled() {
        for logged in part.iter().take(MOST_LINKS) {
            if let Some(traceparent) = &logged.record.traceparent {
                link(&span, traceparent);
            }
        }
    }
    span
}

fn link(span: &Span, traceparent: &str) {
    let carrier = HashMap::from([("traceparent".to_owned(), traceparent.to_owned())]);
    // Not on top of the current context: an unreadable one must not turn into that of another span.
    let context = opentelemetry::global::get_text_map_propagator(|propagator| {
        propagator.extract_with_context(&Context::new(), &carrier)
    });
    let linked = context.span().span_context().clone();
    if linked.is_valid() {
        span.add_link(linked);
    }
}
