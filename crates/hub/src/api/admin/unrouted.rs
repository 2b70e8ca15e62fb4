//! `/v1/admin/unrouted/assign`: sends a record that waits for its gate to one that an administrator names.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::post;
use axum::{Json, Router};

use super::Body;
use crate::access::{Caller, Right};
use crate::api::acts::{self, AssignReport, Assignment};
use crate::app::App;
use crate::doors::http::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/admin/unrouted/assign", post(assign))
}

async fn assign(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Body(wanted): Body<Assignment>,
) -> Result<Json<AssignReport>, Problem> {
    caller.check(Right::Administer)?;
    // The gate may have been registered at another hub just now.
    app.registrations.refresh(app.store.as_ref()).await?;
    let (registrations, actor) = (app.registrations.snapshot(), caller.actor());
    let (store, router) = (app.store.as_ref(), app.settings.log.router_shard);
    let report = acts::assign(store, &registrations, router, &wanted, &actor).await?;
    Ok(Json(report))
}
