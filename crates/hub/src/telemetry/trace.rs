//! Trace contexts: what a caller sent, and what a record carries on through the log.
//!
//! A context that cannot be read counts as none and the trace begins here, as W3C Trace Context asks (section 3.2.2).

use std::collections::HashMap;
use std::ops::Range;

use axum::http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

const TRACEPARENT: &str = "traceparent";
/// Where the ids of trace and span are, between version and flags.
const IDS: Range<usize> = 3..52;

/// Returns the `traceparent` of a request, in the form of version 00; `None` when there is no readable one.
pub fn of_caller(headers: &HeaderMap) -> Option<String> {
    read(headers.get(TRACEPARENT)?.to_str().ok()?)
}

/// Makes a span part of the caller's trace, if the caller sent one.
pub fn continue_caller(span: &Span, headers: &HeaderMap) {
    if span.is_disabled() {
        return;
    }
    if let Some(traceparent) = of_caller(headers) {
        // Fails only for a span that is not exported.
        let _ = span.set_parent(context(&traceparent));
    }
}

/// Returns the `traceparent` by which others continue a span; `None` when it is not exported.
pub fn of_span(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    printed(&span.context())
}

fn read(traceparent: &str) -> Option<String> {
    let read = printed(&context(traceparent))?;
    // The propagator also takes ids that are too short.
    (traceparent.get(IDS) == read.get(IDS)).then_some(read)
}

fn context(traceparent: &str) -> Context {
    let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    // Not on top of the current context: an unreadable one must not turn into that of another span.
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
}

fn printed(context: &Context) -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(context, &mut carrier);
    carrier.remove(TRACEPARENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_later_version_is_carried_on_as_version_00() {
        let later = GOOD.replacen("00-", "01-", 1) + "-more";
        for sent in [GOOD, &later] {
            assert_eq!(read(sent).as_deref(), Some(GOOD), "{sent:?}");
        }
    }

    #[test]
    fn an_unreadable_context_counts_as_none() {
        for sent in [
            "",
            "51C-123.45",
            "00-1-1-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(read(sent), None, "{sent:?}");
        }
    }
}
