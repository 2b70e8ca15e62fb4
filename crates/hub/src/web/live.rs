//! `/board/events`: the board's live part again after commits, as server-sent events.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;

use super::board;
use super::frame::Frame;
use crate::access::{Caller, Right};
use crate::app::App;

/// Least time between two events: commits come many times a second, people read slower.
const PACE: Duration = Duration::from_secs(1);
/// Without commits a comment this often keeps proxies from closing the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/board/events", get(events))
}

async fn events(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    frame: Frame,
) -> Response {
    if let Err(denied) = caller.check(Right::SeeStatistics) {
        return crate::doors::http::Problem::from(denied).into_response();
    }
    let mut commits = app.commits.subscribe();
    let body = async_stream::stream! {
        yield Ok::<_, std::convert::Infallible>(Bytes::from_static(b"retry: 3000\n\n"));
        loop {
            tokio::select! {
                () = app.shutdown.cancelled() => return,
                changed = commits.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(KEEP_ALIVE) => {
                    yield Ok(Bytes::from_static(b": still here\n\n"));
                    continue;
                }
            }
            match board::live_part(&app, &caller, &frame).await {
                Ok(part) => yield Ok(event(&part)),
                // The page keeps what it shows; the next commit tries again.
                Err(problem) => tracing::warn!("the board could not be renewed: {}", problem.code),
            }
            tokio::select! {
                () = app.shutdown.cancelled() => return,
                () = tokio::time::sleep(PACE) => {}
            }
        }
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from_stream(body)).into_response()
}

/// One event; every line of its data begins with `data:`.
fn event(part: &str) -> Bytes {
    let mut text: String = part.lines().map(|line| format!("data: {line}\n")).collect();
    text.push('\n');
    Bytes::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_carries_every_line_of_the_part() {
        assert_eq!(
            event("<p>\nx</p>"),
            Bytes::from_static(b"data: <p>\ndata: x</p>\n\n")
        );
    }
}
