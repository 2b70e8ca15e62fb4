//! `GET /v1/gates`, `/v1/sources` and `/v1/expected-milestones`: what figures are read by.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use bordergate_indicators::ExpectedRow;
use bordergate_model as model;
use jiff::Timestamp;
use serde::Serialize;

use crate::access::{Caller, Right};
use crate::app::App;
use crate::doors::http::Problem;

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/gates", get(gates))
        .route("/v1/sources", get(sources))
        .route("/v1/expected-milestones", get(expected_milestones))
}

/// The newest registration of every gate, by id.
#[derive(Debug, Serialize)]
struct Gates {
    gates: Vec<model::Gate>,
}

async fn gates(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Gates>, Problem> {
    caller.check(Right::SeeStatistics)?;
    let registrations = app.registrations.snapshot();
    Ok(Json(Gates {
        gates: registrations.gates().into_iter().cloned().collect(),
    }))
}

/// The newest registration of every source, by id, and when it was heard.
#[derive(Debug, Serialize)]
struct Sources {
    sources: Vec<Source>,
    /// The log time up to which records were processed: the "now" of `is_late`.
    data_as_of: Option<Timestamp>,
}

/// A source, and when it was heard.
#[derive(Debug, Serialize)]
struct Source {
    /// Its newest registration.
    #[serde(flatten)]
    registration: model::Source,
    /// Reception of its newest record; `null` when none was processed.
    last_received_at: Option<Timestamp>,
    /// Records received in the hour before the newest one of its shard.
    last_hour_count: i64,
    /// Whether it was quiet for longer than its registration allows.
    is_late: bool,
}

async fn sources(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Sources>, Problem> {
    caller.check(Right::SeeStatistics)?;
    let registrations = app.registrations.snapshot();
    let context = super::evaluate::context(app.store.as_ref(), &registrations, None).await?;
    let seen: HashMap<_, _> = app
        .store
        .sources_seen()
        .await?
        .into_iter()
        .map(|seen| (seen.source_id.clone(), seen))
        .collect();
    let sources = registrations.sources().into_iter().map(|source| {
        let heard = seen.get(&source.source_id);
        Source {
            registration: source.clone(),
            last_received_at: heard.map(|heard| heard.last_received_at),
            last_hour_count: heard.map_or(0, |heard| heard.last_hour_count),
            is_late: context
                .late_sources
                .iter()
                .any(|late| late.source_id == source.source_id),
        }
    });
    Ok(Json(Sources {
        sources: sources.collect(),
        data_as_of: context.data_as_of,
    }))
}

/// What Q1 expects of a closed crossing, as rows.
#[derive(Debug, Serialize)]
struct Expected {
    expected_milestones: Vec<ExpectedRow>,
}

async fn expected_milestones(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Expected>, Problem> {
    caller.check(Right::SeeStatistics)?;
    let table = crate::roles::expected(&app).await.map_err(|error| {
        tracing::error!("the table of expected milestones cannot be read: {error:#}");
        let detail = "the table of expected milestones cannot be read";
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "expected_milestones.unreadable",
            detail,
        )
    })?;
    Ok(Json(Expected {
        expected_milestones: table.rows(),
    }))
}
