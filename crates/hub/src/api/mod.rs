//! The HTTP queries and acts: one file per resource, each with its routes.
//!
//! Everything here expects the caller as an [`crate::access::Caller`] extension, except the probes of
//! [`health::routes`]. Shapes of answers are in [`answers`]; acts that change something are in
//! [`acts`], free of HTTP, so that the command line carries them out in the same way.

#![allow(
    clippy::result_large_err,
    reason = "a refused request is rare; boxing its problem would cost every signature"
)]

pub mod acts;
pub mod admin;
pub mod answers;
pub mod clocks;
pub mod crossings;
pub mod evaluate;
pub mod health;
pub mod images;
pub mod indicators;
pub mod observations;
pub mod page;
pub mod params;
pub mod raw;
pub mod reference;
pub mod unrouted;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;

use crate::app::App;
use crate::web::guard;

/// Returns the routes that need a caller.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(indicators::routes())
        .merge(crossings::routes())
        .merge(observations::routes())
        .merge(images::routes())
        .merge(reference::routes())
        .merge(clocks::routes())
        .merge(unrouted::routes())
        .merge(admin::routes())
        .merge(health::metered_routes())
        .layer(from_fn(guard::own_requests_only))
}
