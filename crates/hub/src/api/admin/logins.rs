//! `/v1/admin/logins`: user names of devices; a post makes one and shows its password this once.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use bordergate_store::{Login, Role, TokenGrant};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Body;
use crate::access::{Caller, Right};
use crate::api::acts::{self, NewLogin};
use crate::api::params::Id;
use crate::app::App;
use crate::doors::http::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/admin/logins", get(list).post(add))
        .route("/v1/admin/logins/{login_id}/disable", post(disable))
}

/// Every login by creation; none with its password.
#[derive(Debug, Serialize)]
struct Logins {
    logins: Vec<Login>,
}

/// For whom a login is made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// `source` or `recorder`.
    role: Role,
    /// The source id or the recorder id.
    subject: String,
    /// The user name; default: the subject.
    #[serde(default)]
    username: Option<String>,
    /// The password; default: one is made.
    #[serde(default)]
    password: Option<String>,
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Logins>, Problem> {
    caller.check(Right::Administer)?;
    Ok(Json(Logins {
        logins: app.store.logins().await?,
    }))
}

async fn add(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<NewLogin>), Problem> {
    caller.check(Right::Administer)?;
    let grant = TokenGrant {
        role: wanted.role,
        subject: wanted.subject,
    };
    let (username, password) = (wanted.username.as_deref(), wanted.password.as_deref());
    let store = app.store.as_ref();
    let login = acts::add_login(store, &grant, username, password, &caller.actor()).await?;
    Ok((StatusCode::CREATED, Json(login)))
}

async fn disable(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Id(login_id): Id<Uuid>,
) -> Result<Json<Login>, Problem> {
    caller.check(Right::Administer)?;
    Ok(Json(
        acts::disable_login(app.store.as_ref(), login_id, &caller.actor()).await?,
    ))
}
