//! `/v1/admin/tokens`: who may call; a post makes a token and shows its text this once.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bordergate_store::{Role, Token};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Body;
use crate::access::{Caller, Right};
use crate::api::acts::{self, NewToken};
use crate::api::params::Id;
use crate::app::App;
use crate::doors::http::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/admin/tokens", get(list).post(add))
        .route("/v1/admin/tokens/{token_id}/disable", post(disable))
}

/// Every token by creation; none with its text.
#[derive(Debug, Serialize)]
struct Tokens {
    tokens: Vec<Token>,
}

/// For whom a token is made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// `source`, `recorder`, `partner`, `operator`, `analyst` or `administrator`.
    role: Role,
    /// The source id, the recorder id, the partner id or the person's name.
    subject: String,
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Tokens>, Problem> {
    caller.check(Right::Administer)?;
    Ok(Json(Tokens {
        tokens: app.store.tokens().await?,
    }))
}

async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<NewToken>), Problem> {
    caller.check(Right::Administer)?;
    let token = acts::add_token(
        app.store.as_ref(),
        wanted.role,
        &wanted.subject,
        &caller.actor(),
    )
    .await?;
    Ok((StatusCode::CREATED, Json(token)))
}

async fn disable(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Id(token_id): Id<Uuid>,
) -> Result<Json<Token>, Problem> {
    caller.check(Right::Administer)?;
    Ok(Json(
        acts::disable_token(app.store.as_ref(), token_id, &caller.actor()).await?,
    ))
}
