//! `/v1/admin/gates`: every version of every gate; a post registers the next version.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bordergate_model::{Gate, GateId};
use serde::Serialize;

use super::Body;
use crate::access::{Caller, Right};
use crate::api::acts::{self, NewGate};
use crate::api::params::Id;
use crate::app::App;
use crate::doors::http::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/admin/gates", get(list).post(add))
        .route("/v1/admin/gates/{gate_id}/disable", post(disable))
}

/// Every version, by id and version.
#[derive(Debug, Serialize)]
struct Gates {
    gates: Vec<Gate>,
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Gates>, Problem> {
    caller.check(Right::Administer)?;
    Ok(Json(Gates {
        gates: app.store.gates().await?,
    }))
}

async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Body(new): Body<NewGate>,
) -> Result<(StatusCode, Json<Gate>), Problem> {
    caller.check(Right::Administer)?;
    let gate = acts::add_gate(app.store.as_ref(), &app.settings.log, new, &caller.actor()).await?;
    app.registrations.refresh(app.store.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(gate)))
}

async fn disable(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Id(gate_id): Id<GateId>,
) -> Result<Json<Gate>, Problem> {
    caller.check(Right::Administer)?;
    let gate = acts::disable_gate(app.store.as_ref(), &gate_id, &caller.actor()).await?;
    app.registrations.refresh(app.store.as_ref()).await?;
    Ok(Json(gate))
}
