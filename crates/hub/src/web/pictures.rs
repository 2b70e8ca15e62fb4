//! The pictures of one record: on its own screen, and fetched into a crossing's readings when these are opened.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use axum::routing::get;
use bordergate_model::{RawRecord, RecordId};

use super::display;
use super::frame::{Frame, address, render};
use super::texts::Texts;
use crate::access::Caller;
use crate::api::images;
use crate::app::App;
use crate::doors::http::Problem;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/records/{record_id}/pictures", get(fragment))
}

/// One picture.
pub(super) struct Picture {
    pub(super) number: usize,
    /// Where it is shown; `None` when it is gone.
    pub(super) url: Option<String>,
    pub(super) size: String,
}

/// The pictures without a page around them.
#[derive(Template)]
#[template(path = "pictures.html")]
struct Fragment {
    t: &'static Texts,
    pictures: Vec<Picture>,
}

/// Returns the pictures of a record; the purpose that the screen was asked with is that of showing them.
pub(super) async fn of_record(app: &App, frame: &Frame, record: &RawRecord) -> Vec<Picture> {
    let purpose = frame.query.iter().filter(|(name, _)| name == "purpose");
    let purpose: Vec<(String, String)> = purpose.cloned().collect();
    let picture = |image: images::Image| Picture {
        number: image.number + 1,
        url: (!image.is_expired).then(|| address(&image.url, &purpose)),
        size: format!("{} {}", display::count(image.bytes as u64), frame.t.bytes),
    };
    let images = images::of_record(app, record).await;
    images.into_iter().map(picture).collect()
}

async fn fragment(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(record_id): Path<String>,
    frame: Frame,
) -> Response {
    frame.respond(screen(&app, &caller, &frame, &record_id).await)
}

async fn screen(
    app: &App,
    caller: &Caller,
    frame: &Frame,
    record_id: &str,
) -> Result<String, Problem> {
    let id: RecordId = record_id
        .parse()
        .map_err(|_| Problem::bad_parameter("record_id", "is not a UUID"))?;
    let record = images::record(app, caller, id).await?;
    render(&Fragment {
        t: frame.t,
        pictures: of_record(app, frame, &record).await,
    })
}
