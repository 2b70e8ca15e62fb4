//! `/v1/admin/sources`: every version of every source; a post registers the next version.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bordergate_model::{Source, SourceId};
use serde::Serialize;

use super::Body;
use crate::access::{Caller, Right};
use crate::api::acts::{self, NewSource};
use crate::api::params::Id;
use crate::app::App;
use crate::doors::http::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/admin/sources", get(list).post(add))
        .route("/v1/admin/sources/{source_id}/disable", post(disable))
}

/// Every version, by id and version.
#[derive(Debug, Serialize)]
struct Sources {
    sources: Vec<Source>,
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Sources>, Problem> {
    caller.check(Right::Administer)?;
    Ok(Json(Sources {
        sources: app.store.sources().await?,
    }))
}

async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Body(new): Body<NewSource>,
) -> Result<(StatusCode, Json<Source>), Problem> {
    caller.check(Right::Administer)?;
    let source = acts::add_source(app.store.as_ref(), new, &caller.actor()).await?;
    app.registrations.refresh(app.store.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(source)))
}

async fn disable(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Id(source_id): Id<SourceId>,
) -> Result<Json<Source>, Problem> {
    caller.check(Right::Administer)?;
    let source = acts::disable_source(app.store.as_ref(), &source_id, &caller.actor()).await?;
    app.registrations.refresh(app.store.as_ref()).await?;
    Ok(Json(source))
}
