//! The gRPC door: the services of `proto/`, health and reflection, on one listener.
//!
//! Who may call what is in [`access`]; each service has its file; a failure becomes a status in [`failure`].

mod access;
mod crossing;
mod exchange;
mod failure;
mod feed;
mod health;
mod incoming;
mod indicator;
mod ingest;
mod stream;
mod submit;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bordergate_exchange::{DESCRIPTORS, v1};
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::codegen::http::Request;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tower_http::trace::TraceLayer;
use v1::crossing_service_server::CrossingServiceServer;
use v1::exchange_service_server::ExchangeServiceServer;
use v1::indicator_service_server::IndicatorServiceServer;
use v1::ingest_service_server::IngestServiceServer;

use crate::app::App;
use crate::telemetry::requests;
use crate::tls;

/// Room for the fields beside the body in a message of the largest record.
const FIELDS_BYTES: usize = 64 * 1024;
/// Longest a call may take until it answers; streams then go on as long as both sides like.
const CALL_LIMIT: Duration = Duration::from_secs(60);
/// How often a silent connection is probed, and how long the answer may take.
const PROBE_EVERY: Duration = Duration::from_secs(20);
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of a request's headers.
const HEADER_BYTES: u32 = 16 * 1024;
/// Longest the hub waits for open calls when it stops.
const DRAIN: Duration = Duration::from_secs(15);

/// Most bytes of records in one answer: below the 4 MiB that clients take unless told otherwise.
const PAGE_BYTES: usize = 3 * 1024 * 1024;
/// Rows of a page when the caller does not say.
const PAGE_ROWS: u32 = 100;

/// Serves gRPC on `listener` until the hub stops, then drains.
///
/// # Errors
/// When the certificate or key cannot be used, or the descriptors cannot be served.
pub fn serve(app: &Arc<App>, listener: TcpListener) -> anyhow::Result<()> {
    let settings = &app.settings.grpc;
    let mut server = Server::builder()
        .timeout(CALL_LIMIT)
        .max_concurrent_streams(settings.max_streams_per_connection)
        .http2_keepalive_interval(Some(PROBE_EVERY))
        .http2_keepalive_timeout(Some(PROBE_TIMEOUT))
        .http2_max_header_list_size(HEADER_BYTES);
    let (certificate, key) = (
        settings.tls_certificate.as_deref(),
        settings.tls_key.as_deref(),
    );
    if let Some(identity) = identity(certificate, key)? {
        let handshake = Duration::from_secs(settings.handshake_timeout_seconds);
        let tls = ServerTlsConfig::new().identity(identity).timeout(handshake);
        server = server.tls_config(tls).context("grpc.tls_certificate")?;
    }
    let limit_bytes = app.settings.limits.record_bytes + FIELDS_BYTES;
    // The same bounds and compression for every service; a bomb ends at the bound, unpacked.
    macro_rules! bounded {
        ($server:ident, $service:expr) => {
            $server::new($service)
                .max_decoding_message_size(limit_bytes)
                .accept_compressed(CompressionEncoding::Gzip)
                .send_compressed(CompressionEncoding::Gzip)
        };
    }
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // With it generic clients show the details of a status in words.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
    };
    let traced = TraceLayer::new_for_grpc()
        .make_span_with(|request: &Request<Body>| requests::grpc_span(request, access::is_known))
        .on_request(())
        .on_response(requests::grpc_answered)
        .on_body_chunk(())
        .on_eos(requests::grpc_ended)
        .on_failure(());
    let router = server
        .layer(traced)
        .layer(access::AccessLayer::new(Arc::clone(app)))
        .add_service(bounded!(ExchangeServiceServer, exchange::Service::new(app)))
        .add_service(bounded!(CrossingServiceServer, crossing::Service::new(app)))
        .add_service(bounded!(
            IndicatorServiceServer,
            indicator::Service::new(app)
        ))
        .add_service(bounded!(IngestServiceServer, ingest::Service::new(app)))
        .add_service(health::service(app))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?);
    let incoming = incoming::connections(listener, settings.max_connections);
    let stop = app.shutdown.clone();
    let serving = router.serve_with_incoming_shutdown(incoming, stop.clone().cancelled_owned());
    app.tasks.spawn(async move {
        let drained = async {
            stop.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            ended = serving => if let Err(error) = ended {
                tracing::error!("the gRPC door ended: {error}");
            },
            () = drained => tracing::warn!("calls still open after {} s were cut", DRAIN.as_secs()),
        }
    });
    Ok(())
}

/// Reads the door's certificate and key; `None` when neither is set.
fn identity(certificate: Option<&Path>, key: Option<&Path>) -> anyhow::Result<Option<Identity>> {
    // Names the file and what is wrong with it, which the server's own check does not.
    if tls::acceptor(certificate, key, &tls::Clients::default())?.is_none() {
        return Ok(None);
    }
    let read = |path: Option<&Path>| std::fs::read(path.expect("checked: both are set"));
    Ok(Some(Identity::from_pem(read(certificate)?, read(key)?)))
}

/// Returns how many rows a page may have: what the caller asks for, up to the configured most.
fn page_rows(app: &App, asked: u32) -> u32 {
    let rows = if asked == 0 { PAGE_ROWS } else { asked };
    rows.min(app.settings.limits.page_rows)
}
