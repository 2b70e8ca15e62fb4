//! `POST /v1/admin/seed`: inserts the gates and sources that are missing.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::post;
use axum::{Json, Router};
use bordergate_store::SeedReport;

use super::Body;
use crate::access::{Caller, Right};
use crate::api::acts::{self, NewReference};
use crate::app::App;
use crate::doors::http::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/admin/seed", post(seed))
}

async fn seed(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Body(reference): Body<NewReference>,
) -> Result<Json<SeedReport>, Problem> {
    caller.check(Right::Administer)?;
    let report = acts::seed(
        app.store.as_ref(),
        &app.settings.log,
        reference,
        &caller.actor(),
    )
    .await?;
    app.registrations.refresh(app.store.as_ref()).await?;
    Ok(Json(report))
}
