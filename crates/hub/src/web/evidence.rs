//! One raw record as it lies in the log, with what became of it. For those who may see vehicles.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use axum::routing::get;
use bordergate_model::{LoggedRecord, RecordId};
use bordergate_store::RecordFate;

use super::display;
use super::frame::{Frame, render};
use super::pictures::{self, Picture};
use crate::access::{Caller, Right};
use crate::api::raw;
use crate::app::App;
use crate::doors::http::Problem;

/// Most bytes of a body shown as text.
const TEXT_BYTES: usize = 16 * 1024;
/// Most bytes of a body that is no text, shown in hexadecimal.
const HEX_BYTES: usize = 512;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/records/{record_id}", get(page))
}

/// The screen.
#[derive(Template)]
#[template(path = "evidence.html")]
struct Evidence<'a> {
    frame: &'a Frame,
    id: String,
    source: String,
    received: String,
    about: Vec<(&'static str, String)>,
    appearances: Vec<Appearance>,
    pictures: Vec<Picture>,
    /// Whether the body shown has references in the places of pictures.
    is_detached: bool,
    body: Option<Preview>,
}

struct Appearance {
    shard: u16,
    offset: i64,
    outcome: String,
    crossings: Vec<String>,
}

/// The beginning of a body, safe to show.
struct Preview {
    text: String,
    is_cut: bool,
}

async fn page(
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
    caller.check(Right::SeeVehicles)?;
    let unknown = || {
        Problem::not_found(
            "record.unknown",
            format!("record {record_id} is not processed"),
        )
    };
    let id: RecordId = record_id.parse().map_err(|_| unknown())?;
    let fates = app.store.record(id).await?;
    let first = fates.first().ok_or_else(unknown)?;
    let logged = match raw::read(app.log.as_ref(), first.shard, first.offset).await {
        Ok(logged) => Some(logged).filter(|logged| logged.record.record_id == id),
        Err(error) => {
            tracing::warn!(
                error.code = error.code(),
                "a raw record could not be shown: {error}"
            );
            None
        }
    };
    let page = Evidence {
        id: id.to_string(),
        source: first.source_id.to_string(),
        received: display::moment(first.received_at),
        about: logged
            .as_ref()
            .map(|logged| about(frame, logged))
            .unwrap_or_default(),
        appearances: fates.iter().map(appearance).collect(),
        pictures: match &logged {
            Some(logged) => pictures::of_record(app, frame, &logged.record).await,
            None => Vec::new(),
        },
        is_detached: logged
            .as_ref()
            .is_some_and(|logged| logged.record.detached.is_some()),
        body: logged.map(|logged| preview(&logged.record.body)),
        frame,
    };
    render(&page)
}

fn about(frame: &Frame, logged: &LoggedRecord) -> Vec<(&'static str, String)> {
    let (t, record) = (frame.t, &logged.record);
    vec![
        (t.format, record.format.clone()),
        (t.content_type, record.content_type.clone()),
        (
            t.body,
            format!("{} {}", display::count(record.sent_bytes() as u64), t.bytes),
        ),
        (t.version, record.source_version.to_string()),
    ]
}

fn appearance(fate: &RecordFate) -> Appearance {
    let mut crossings: Vec<String> = fate
        .observations
        .iter()
        .filter_map(|o| o.crossing_id)
        .map(|id| id.to_string())
        .collect();
    crossings.sort();
    crossings.dedup();
    let outcome = fate.outcome.as_ref().map_or("observed".to_owned(), |o| {
        format!("{} · {}", o.kind.code(), o.code)
    });
    Appearance {
        shard: fate.shard,
        offset: fate.offset,
        outcome,
        crossings,
    }
}

/// Text as it came, with unprintable characters as dots (a camera's pictures would fill the page);
/// a body without any text in hexadecimal.
fn preview(body: &[u8]) -> Preview {
    let head = &body[..body.len().min(TEXT_BYTES)];
    let text = String::from_utf8_lossy(head);
    let is_odd = |c: char| c == '\u{fffd}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    let odd = text.chars().take(512).filter(|c| is_odd(*c)).count();
    if odd * 4 > text.chars().take(512).count() {
        let head = &body[..body.len().min(HEX_BYTES)];
        let lines: Vec<String> = head
            .chunks(16)
            .map(|line| line.iter().map(|byte| format!("{byte:02x} ")).collect())
            .collect();
        return Preview {
            text: lines.join("\n"),
            is_cut: body.len() > HEX_BYTES,
        };
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars().filter(|c| *c != '\r') {
        // One dot stands for a run of them.
        if !is_odd(c) {
            shown.push(c);
        } else if !shown.ends_with('·') {
            shown.push('·');
        }
    }
    Preview {
        text: shown,
        is_cut: body.len() > TEXT_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_text_where_it_is_text() {
        assert_eq!(preview(b"<a>\r\n</a>").text, "<a>\n</a>");
        assert_eq!(
            preview(b"head of a multipart body, then\xff\xd8\x00\x01tail of it").text,
            "head of a multipart body, then·tail of it"
        );
        assert_eq!(preview(&[0xff, 0xd8, 0x00]).text, "ff d8 00 ");
        assert!(preview(&vec![b'x'; TEXT_BYTES + 1]).is_cut);
    }
}
