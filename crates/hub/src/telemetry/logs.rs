//! Where log lines and traces go.

use std::path::Path;

use anyhow::Context;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tonic::transport::{Certificate, ClientTlsConfig};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::config::Telemetry;

/// With what the names of our crates begin.
const OURS: &str = "bordergate";

/// Keeps the trace exporter alive; flushes it when dropped.
pub struct Guard {
    traces: Option<SdkTracerProvider>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(traces) = self.traces.take()
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!("the last traces could not be sent: {error}");
        }
    }
}

/// Starts logging to standard error, and tracing to the OTLP endpoint when one is set. Must run
/// inside the tokio runtime: the exporter needs it.
///
/// # Errors
/// When the filter or the endpoint cannot be read.
pub fn start(settings: &Telemetry) -> anyhow::Result<Guard> {
    let filter = filter(&settings.log_filter)?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.log_format.as_str() {
        "json" => lines.json().flatten_event(true).boxed(),
        _ => lines.with_target(false).boxed(),
    };
    let traces = match &settings.otlp_endpoint {
        Some(endpoint) => Some(tracer(endpoint, settings.otlp_ca_file.as_deref())?),
        None => None,
    };
    // Only our own: libraries have spans for every statement and frame, also for those of the exporter itself.
    let ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with(OURS))
        .with_max_level_hint(LevelFilter::DEBUG);
    let spans = traces.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(OURS))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(ours)
    });
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(spans)
        .try_init()?;
    Ok(Guard { traces })
}

/// Returns the filter of the settings. The library of object stores tells each further try, which the hub tells once in
/// its own words: it is heard only by who asks for it.
fn filter(directives: &str) -> anyhow::Result<EnvFilter> {
    const TRIES: &str = "object_store";
    let filter = EnvFilter::try_new(directives).context("telemetry.log_filter")?;
    if directives.contains(TRIES) {
        return Ok(filter);
    }
    Ok(filter.add_directive(format!("{TRIES}=warn").parse()?))
}

fn tracer(endpoint: &str, ca_file: Option<&Path>) -> anyhow::Result<SdkTracerProvider> {
    let mut exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint);
    if endpoint.starts_with("https:") {
        exporter = exporter.with_tls_config(trusting(ca_file)?);
    }
    let exporter = exporter
        .build()
        .with_context(|| format!("telemetry.otlp_endpoint {endpoint}"))?;
    let resource = Resource::builder().with_service_name(OURS).build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}

/// Trusts the authorities of a PEM file, or the system's.
fn trusting(ca_file: Option<&Path>) -> anyhow::Result<ClientTlsConfig> {
    let Some(path) = ca_file else {
        return Ok(ClientTlsConfig::new().with_enabled_roots());
    };
    let pem = std::fs::read(path)
        .with_context(|| format!("telemetry.otlp_ca_file: cannot read {}", path.display()))?;
    Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))
}
