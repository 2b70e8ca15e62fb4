//! Serving HTTP: TLS, header and request time limits, a cap on connections, a drain with a time limit.
//!
//! `axum::serve` sets no header timer, so a client could hold a connection with one byte a minute;
//! the connections are therefore served by hyper-util with a timer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_ENCODING;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bordergate_store::TokenGrant;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use super::Problem;
use super::identity::{self, certificate};
use crate::access::{Caller, Denied};
use crate::app::App;
use crate::telemetry::requests;

/// Longest the hub waits for open requests when it stops.
const DRAIN: Duration = Duration::from_secs(15);

/// The connection a request came by, as its extension.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The address of the client.
    pub peer: SocketAddr,
    /// Whether it is encrypted.
    pub is_tls: bool,
    /// Whom the client's certificate names.
    pub certificate: Result<Option<TokenGrant>, certificate::Unclear>,
}

/// Puts the layers every route needs around `routes`: span, body limit, time limit, identity, unpacking of gzip.
pub fn layered(app: &Arc<App>, routes: Router<Arc<App>>) -> Router {
    let time_limit = Duration::from_secs(app.settings.http.request_timeout_seconds);
    routes
        // Innermost: nothing is unpacked before the caller is known, and the limit counts what came out.
        .layer(RequestDecompressionLayer::new().pass_through_unaccepted(true))
        .layer(axum::middleware::map_request(gzip_spelled))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(app),
            identified,
        ))
        .layer(TimeoutLayer::with_status_code(
            axum::http::StatusCode::REQUEST_TIMEOUT,
            time_limit,
        ))
        .layer(DefaultBodyLimit::max(app.settings.limits.record_bytes))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(requests::http_span)
                .on_request(())
                .on_response(requests::http_answered)
                .on_body_chunk(())
                .on_eos(())
                .on_failure(()),
        )
        .with_state(Arc::clone(app))
}

/// Spells the names of gzip as the layer that unpacks it knows them (RFC 9110, 8.4.1: any case, and `x-gzip`).
async fn gzip_spelled(mut request: Request) -> Request {
    let is_gzip = |value: &HeaderValue| {
        let value = value.as_bytes();
        value.eq_ignore_ascii_case(b"gzip") || value.eq_ignore_ascii_case(b"x-gzip")
    };
    if request.headers().get(CONTENT_ENCODING).is_some_and(is_gzip) {
        let gzip = HeaderValue::from_static("gzip");
        request.headers_mut().insert(CONTENT_ENCODING, gzip);
    }
    request
}

/// Finds out who is calling; a request without the right to call at all ends here.
async fn identified(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let Some(signs) = identity::Signs::of(&request) else {
        return Problem::from(Denied::Unauthenticated).into_response();
    };
    match identity::caller(&app, &signs).await {
        Ok(Ok(caller)) => {
            request.extensions_mut().insert::<Caller>(caller);
            next.run(request).await
        }
        Ok(Err(denied)) => identity::refused(&app, &signs, request, denied).await,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Serves `router` on `listener` until the hub stops, then drains.
///
/// # Errors
/// Only set-up fails; a connection's trouble ends that connection.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
) -> anyhow::Result<()> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    let header_limit = Duration::from_secs(app.settings.http.header_timeout_seconds);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_limit);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .max_concurrent_streams(100);
    let builder = Arc::new(builder);
    let places = Arc::new(Semaphore::new(app.settings.http.max_connections));
    let graceful = Arc::new(GracefulShutdown::new());
    loop {
        let place = Arc::clone(&places)
            .acquire_owned()
            .await
            .context("the semaphore is never closed")?;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.shutdown.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or the client is gone already: shed this one and go on.
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let (router, builder, tls) = (router.clone(), Arc::clone(&builder), tls.clone());
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            let _place = place;
            let mut connection = Connection {
                peer,
                is_tls: tls.is_some(),
                certificate: Ok(None),
            };
            let ended = match tls {
                None => {
                    let service = service(router, connection);
                    let stream = TokioIo::new(stream);
                    let serving = builder.serve_connection(stream, service).into_owned();
                    watcher.watch(serving).await
                }
                Some(tls) => {
                    let Some(stream) = handshake(tls, stream, header_limit).await else {
                        return;
                    };
                    let shown = stream.get_ref().1.peer_certificates();
                    if let Some(shown) = shown.and_then(<[_]>::first) {
                        connection.certificate = certificate::grant(shown);
                    }
                    let service = service(router, connection);
                    let stream = TokioIo::new(stream);
                    let serving = builder.serve_connection(stream, service).into_owned();
                    watcher.watch(serving).await
                }
            };
            if let Err(error) = ended {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }
    drop(listener);
    let graceful = Arc::into_inner(graceful).context("only this function holds it")?;
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests still open after {} s were cut", DRAIN.as_secs());
    }
    Ok(())
}

/// Returns what answers the requests of one connection.
fn service(
    router: Router,
    connection: Connection,
) -> impl Service<
    hyper::Request<Incoming>,
    Response = Response,
    Error = Infallible,
    Future: Send + 'static,
> + Send {
    service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(connection.clone());
        let mut router = router.clone();
        async move { tower::Service::call(&mut router, request).await }
    })
}

async fn handshake(
    tls: TlsAcceptor,
    stream: TcpStream,
    limit: Duration,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    match tokio::time::timeout(limit, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(error)) => {
            tracing::debug!("a TLS handshake failed: {error}");
            None
        }
        Err(_) => None,
    }
}
