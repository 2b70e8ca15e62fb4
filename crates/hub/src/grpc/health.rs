//! `grpc.health.v1.Health`: serving while `/readyz` says ready, for the hub as a whole and each service.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use bordergate_exchange::v1;
use tonic::server::NamedService;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::server::{HealthReporter, health_reporter};
use v1::crossing_service_server::CrossingServiceServer;
use v1::exchange_service_server::ExchangeServiceServer;
use v1::indicator_service_server::IndicatorServiceServer;
use v1::ingest_service_server::IngestServiceServer;

use super::{crossing, exchange, indicator, ingest};
use crate::api::health::ready;
use crate::app::App;

/// How often readiness is asked for.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// What may be asked for by name; the empty name is the hub as a whole.
const NAMES: [&str; 5] = [
    "",
    <ExchangeServiceServer<exchange::Service> as NamedService>::NAME,
    <CrossingServiceServer<crossing::Service> as NamedService>::NAME,
    <IndicatorServiceServer<indicator::Service> as NamedService>::NAME,
    <IngestServiceServer<ingest::Service> as NamedService>::NAME,
];

/// Returns the service and keeps it true until the hub stops.
pub(super) fn service(app: &Arc<App>) -> HealthServer<impl Health> {
    let (reporter, service) = health_reporter();
    let watched = Arc::clone(app);
    app.tasks.spawn(async move {
        while !watched.shutdown.is_cancelled() {
            let is_ready = ready(State(Arc::clone(&watched))).await.is_ok();
            report(&reporter, is_ready).await;
            tokio::select! {
                () = tokio::time::sleep(ASK_EVERY) => {}
                () = watched.shutdown.cancelled() => {}
            }
        }
        report(&reporter, false).await;
    });
    service
}

async fn report(reporter: &HealthReporter, is_ready: bool) {
    let status = if is_ready {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    };
    for name in NAMES {
        reporter.set_service_status(name, status).await;
    }
}
