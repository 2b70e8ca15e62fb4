//! The web page: a board of the gates, statistics, and search, in Vietnamese and English.
//!
//! Plain HTML that works without JavaScript; htmx adds live updates, uPlot draws what the tables
//! say. One file per screen builds its view, one template under `templates/` shows it, every word
//! comes from [`texts`].

#![allow(
    clippy::result_large_err,
    reason = "a refused request is rare; boxing its problem would cost every signature"
)]

mod assets;
mod board;
mod charts;
mod crossing;
mod crossings;
mod display;
mod evidence;
mod frame;
pub mod guard;
mod language;
mod live;
mod pictures;
mod search;
pub mod session;
mod statistics;
mod texts;
mod unrouted;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::api::params::Accept;
use crate::app::App;
use crate::doors::http::Problem;
use frame::Frame;

/// Returns the screens, which need a caller, and the answer to paths that lead nowhere.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(board::routes())
        .merge(live::routes())
        .merge(statistics::routes())
        .merge(search::routes())
        .merge(unrouted::routes())
        .merge(crossings::routes())
        .merge(crossing::routes())
        .merge(evidence::routes())
        .merge(pictures::routes())
        .merge(session::routes())
        .fallback(nowhere)
        .layer(from_fn(guard::own_requests_only))
        .layer(from_fn(guard::headers))
}

/// Returns what anyone may load: style, scripts and the login page.
pub fn public_routes(app: &Arc<App>) -> Router {
    Router::new()
        .merge(assets::routes())
        .merge(session::public_routes())
        .layer(from_fn(guard::own_requests_only))
        .layer(from_fn_with_state(Arc::clone(app), guard::strict_transport))
        .layer(from_fn(guard::headers))
        .with_state(Arc::clone(app))
}

async fn nowhere(accept: Accept, frame: Frame) -> Response {
    let detail = format!("there is nothing at {}", frame.path);
    let problem = Problem::not_found("path.unknown", detail);
    if accept.names("text/html") {
        frame.respond(Err(problem))
    } else {
        problem.into_response()
    }
}
