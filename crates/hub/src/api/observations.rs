//! `GET /v1/observations`: readings with their place, among them those in no crossing.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::get;
use axum::{Json, Router};
use bordergate_store::ObservationFilter;
use serde::Serialize;

use super::answers::{self, Veil};
use super::page;
use super::params::{Pairs, Params, bad};
use crate::access::{Caller, Right};
use crate::app::App;
use crate::doors::http::Problem;

/// Rows of a page when the caller does not say.
const PAGE_ROWS: u32 = 100;

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/observations", get(list))
}

/// A page of observations, by reception.
#[derive(Debug, Serialize)]
struct Page {
    /// The observations.
    observations: Vec<answers::Observation>,
    /// Asks for the next page when given as `page_token`; `null` on the last.
    next_page_token: Option<String>,
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Pairs(mut pairs): Pairs,
) -> Result<Json<Page>, Problem> {
    caller.check(Right::SeeStatistics)?;
    // `?unlinked` alone says yes.
    for (name, value) in &mut pairs {
        if name == "unlinked" && value.is_empty() {
            "true".clone_into(value);
        }
    }
    let params = Params::read(
        pairs,
        &["unlinked", "gate", "from", "to", "page_size", "page_token"],
    )?;
    let span = params.span()?;
    let registrations = app.registrations.snapshot();
    span.check_gate(registrations.gates().into_iter().map(|gate| &gate.gate_id))?;
    let filter = ObservationFilter {
        unlinked_only: params.flag("unlinked")?,
        gate_id: span.gate_id,
        from: span.from,
        to: span.to,
    };
    let limit = params.page_size(PAGE_ROWS, app.settings.limits.page_rows)?;
    let bound_to = format!("observations\n{}", params.canonical());
    let after = params
        .text("page_token")
        .map(|token| page::place(&app.keys, &bound_to, token))
        .transpose()?;
    let after = after
        .map(String::from_utf8)
        .transpose()
        .map_err(|_| bad("page_token", "is malformed", ["none"]))?;
    let page = app
        .store
        .observations(&filter, after.as_deref(), limit)
        .await?;
    let veil = Veil::for_caller(&caller, &app.keys);
    Ok(Json(Page {
        observations: page
            .observations
            .iter()
            .map(|fate| answers::observation(fate, veil))
            .collect(),
        next_page_token: page
            .next
            .map(|place| page::token(&app.keys, &bound_to, place.as_bytes())),
    }))
}
