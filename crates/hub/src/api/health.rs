//! `/healthz`, `/readyz` and `/metrics`: whether the hub lives, is ready, and what it counts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::access::{Caller, Right};
use crate::app::App;
use crate::doors::http::Problem;

/// How long the log and the database may take to answer before the hub is not ready.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns the route of the metrics, which needs a caller.
pub fn metered_routes() -> Router<Arc<App>> {
    Router::new().route("/metrics", get(metrics))
}

/// Returns the routes of probes, which carry no token. Their answers name nothing but parts of the hub.
pub fn routes(app: &Arc<App>) -> Router {
    let routes = Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready));
    routes.with_state(Arc::clone(app))
}

#[derive(Debug, Serialize)]
struct Alive {
    /// `alive`, `stopping` while it drains, or `ailing` when a task ended early.
    status: &'static str,
    /// Every long-lived task and its state: `alive`, or why it is not.
    tasks: BTreeMap<String, String>,
    /// Every door that the settings open and its state: `open`, `connected`, `listening`, or the code of what it waits
    /// for. None of them makes the hub ailing: a restart would not help.
    doors: BTreeMap<String, &'static str>,
}

async fn alive(State(app): State<Arc<App>>) -> (StatusCode, Json<Alive>) {
    let (code, status) = match (app.shutdown.is_cancelled(), app.health.is_well()) {
        (true, _) => (StatusCode::OK, "stopping"),
        (false, true) => (StatusCode::OK, "alive"),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "ailing"),
    };
    (
        code,
        Json(Alive {
            status,
            tasks: app.health.tasks(),
            doors: app.doors.all(),
        }),
    )
}

/// What a hub that is ready says.
#[derive(Debug, Serialize)]
pub struct Ready {
    status: &'static str,
    /// Shards whose end offset the log answered.
    shards: u16,
}

/// Tells whether the hub is ready: the log answers for every shard, the database too, and knows its schema.
///
/// # Errors
/// A 503 that names the part which is not ready.
pub async fn ready(State(app): State<Arc<App>>) -> Result<Json<Ready>, Problem> {
    if app.shutdown.is_cancelled() {
        return Err(not_ready("hub.stopping", "the hub is stopping"));
    }
    let shards = app.settings.shard_count();
    let ends = futures_util::future::try_join_all((0..shards).map(|shard| app.log.end(shard)));
    match tokio::time::timeout(PATIENCE, ends).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => {
            return Err(not_ready(
                error.code(),
                "the log does not answer for every shard",
            ));
        }
        Err(_) => {
            return Err(not_ready(
                "log.unreachable",
                "the log did not answer in time",
            ));
        }
    }
    match tokio::time::timeout(PATIENCE, app.store.check_schema()).await {
        Ok(Ok(())) => Ok(Json(Ready {
            status: "ready",
            shards,
        })),
        Ok(Err(error)) => Err(not_ready(
            error.code(),
            "the database does not answer or has another schema",
        )),
        Err(_) => Err(not_ready(
            "store.unreachable",
            "the database did not answer in time",
        )),
    }
}

fn not_ready(code: &'static str, detail: &'static str) -> Problem {
    let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
    problem.retryable = true;
    problem
}

async fn metrics(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<impl IntoResponse, Problem> {
    caller.check(Right::SeeStatistics)?;
    let text = app.metrics.render().map_err(|error| {
        tracing::error!("metrics cannot be rendered: {error}");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "metrics.render",
            "the metrics cannot be rendered",
        )
    })?;
    Ok((
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    ))
}
