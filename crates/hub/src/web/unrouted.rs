//! Records of province-wide sources that wait for their gate: what the board says of them, and `/unrouted`, the list.
//!
//! How long they wait is told by the log time, as everything on the board. For those who may see vehicles.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use bordergate_store::{UnroutedReason, UnroutedRow};
use jiff::Timestamp;

use super::display;
use super::frame::{Frame, address, render};
use crate::access::{Caller, Right};
use crate::api::params::Params;
use crate::api::unrouted::{after, next_token};
use crate::app::App;
use crate::doors::http::Problem;
use crate::registrations::Snapshot;

/// Rows of a page.
const PAGE_ROWS: u32 = 50;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/unrouted", get(page))
}

/// How many wait, since when and why.
pub(super) struct Waiting {
    pub(super) count: String,
    pub(super) since: String,
    pub(super) span: Option<String>,
    pub(super) reasons: Vec<Reason>,
}

/// How many wait for one reason.
pub(super) struct Reason {
    pub(super) label: String,
    pub(super) count: String,
}

/// The list.
#[derive(Template)]
#[template(path = "unrouted.html")]
struct List<'a> {
    frame: &'a Frame,
    waiting: Option<Waiting>,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    record_id: String,
    source: String,
    format: String,
    received: String,
    span: Option<String>,
    why: String,
    detail: String,
    going_to: Option<String>,
}

async fn page(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    frame: Frame,
) -> Response {
    frame.respond(screen(&app, &caller, &frame).await)
}

async fn screen(app: &App, caller: &Caller, frame: &Frame) -> Result<String, Problem> {
    caller.check(Right::SeeVehicles)?;
    let params = Params::read(frame.query.clone(), &["page_size", "page_token"])?;
    let limit = params.page_size(PAGE_ROWS, app.settings.limits.page_rows)?;
    let as_of = app.store.data_as_of().await?;
    let found = app.store.unrouted_page(after(app, &params)?, limit).await?;
    let next = next_token(app, &found, limit).map(|token| {
        let pairs = [("page_token".to_owned(), token)];
        address("/unrouted", &pairs)
    });
    let registrations = app.registrations.snapshot();
    let rows = found.into_iter();
    render(&List {
        frame,
        waiting: waiting(app, frame, as_of).await?,
        rows: rows
            .map(|found| row(frame, &registrations, as_of, found))
            .collect(),
        next,
    })
}

/// Returns what waits, in a few words; `None` when nothing does.
pub(super) async fn waiting(
    app: &App,
    frame: &Frame,
    as_of: Option<Timestamp>,
) -> Result<Option<Waiting>, Problem> {
    Ok(summary(frame, as_of, &app.store.unrouted_reasons().await?))
}

fn summary(frame: &Frame, as_of: Option<Timestamp>, reasons: &[UnroutedReason]) -> Option<Waiting> {
    let oldest_at = reasons.iter().map(|reason| reason.oldest_at).min()?;
    let reason = |reason: &UnroutedReason| Reason {
        label: frame.t.of_route(&reason.code).to_owned(),
        count: display::count(reason.count),
    };
    Some(Waiting {
        count: display::count(reasons.iter().map(|reason| reason.count).sum()),
        since: display::moment(oldest_at),
        span: as_of.map(|as_of| display::between(oldest_at, as_of, frame.language)),
        reasons: reasons.iter().map(reason).collect(),
    })
}

fn row(
    frame: &Frame,
    registrations: &Snapshot,
    as_of: Option<Timestamp>,
    found: UnroutedRow,
) -> Row {
    let going_to = found.going_to.map(|gate_id| {
        let gate = registrations.gate(&gate_id);
        gate.map_or(gate_id.to_string(), |gate| {
            frame.language.of(&gate.name_vi, &gate.name_en).to_owned()
        })
    });
    Row {
        record_id: found.record_id.to_string(),
        source: found.source_id.to_string(),
        format: found.format,
        received: display::moment(found.received_at),
        span: as_of.map(|as_of| display::between(found.received_at, as_of, frame.language)),
        why: frame.t.of_route(&found.code).to_owned(),
        detail: found.detail,
        going_to,
    }
}
