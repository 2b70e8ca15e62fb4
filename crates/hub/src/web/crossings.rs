//! `/crossings`: the list behind a figure, with the same parameters as `GET /v1/crossings`.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use bordergate_model::Crossing;

use super::display;
use super::frame::{Frame, address, render};
use crate::access::{Caller, Right};
use crate::api::answers::{self, Veil};
use crate::api::crossings::{PARAMETERS, after, filter, next_token};
use crate::api::params::Params;
use crate::app::App;
use crate::doors::http::Problem;
use crate::registrations::Snapshot;

/// Rows of a page.
const PAGE_ROWS: u32 = 50;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/crossings", get(page))
}

/// The list.
#[derive(Template)]
#[template(path = "crossings.html")]
struct Crossings<'a> {
    frame: &'a Frame,
    rows: Vec<Row>,
    next: Option<String>,
    filters: Vec<(String, String)>,
}

/// One crossing in a list.
pub(super) struct Row {
    pub(super) crossing_id: String,
    pub(super) plate: Option<String>,
    pub(super) gate: String,
    pub(super) direction: &'static str,
    pub(super) channel: &'static str,
    pub(super) channel_code: &'static str,
    pub(super) state: &'static str,
    pub(super) state_code: &'static str,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) readings: usize,
}

async fn page(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    frame: Frame,
) -> Response {
    frame.respond(screen(&app, &caller, &frame).await)
}

async fn screen(app: &App, caller: &Caller, frame: &Frame) -> Result<String, Problem> {
    caller.check(Right::SeeStatistics)?;
    let params = Params::read(frame.query.clone(), PARAMETERS)?;
    let filter = filter(app, caller, &params).await?;
    let limit = params.page_size(PAGE_ROWS, app.settings.limits.page_rows)?;
    let found = app
        .store
        .crossings(&filter, after(app, &params)?, limit)
        .await?;
    let registrations = app.registrations.snapshot();
    let veil = Veil::for_caller(caller, &app.keys);
    let filters: Vec<_> = frame
        .query
        .iter()
        .filter(|(name, _)| name != "page_token")
        .cloned()
        .collect();
    let next = next_token(app, &params, &found).map(|token| {
        let mut pairs = filters.clone();
        pairs.push(("page_token".to_owned(), token));
        address("/crossings", &pairs)
    });
    let rows = found
        .crossings
        .iter()
        .map(|crossing| row(frame, &registrations, crossing, veil))
        .collect();
    render(&Crossings {
        frame,
        rows,
        next,
        filters,
    })
}

/// Returns a crossing as a row.
pub(super) fn row(
    frame: &Frame,
    registrations: &Snapshot,
    crossing: &Crossing,
    veil: Veil<'_>,
) -> Row {
    let shown = answers::crossing(crossing, &[], veil);
    let gate = registrations.gate(&crossing.gate_id);
    Row {
        crossing_id: crossing.crossing_id.to_string(),
        plate: shown.plate,
        gate: gate.map_or(crossing.gate_id.to_string(), |g| {
            frame.language.of(&g.name_vi, &g.name_en).to_owned()
        }),
        direction: frame.t.of_direction(crossing.direction),
        channel: frame.t.of_channel(crossing.channel),
        channel_code: crossing.channel.code(),
        state: frame.t.of_state(crossing.state),
        state_code: crossing.state.code(),
        first: display::moment(crossing.first_at),
        last: display::moment(crossing.last_at),
        readings: crossing.readings.len(),
    }
}
