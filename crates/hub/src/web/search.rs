//! Search: one field for a plate, a container or a declaration; what it is follows from its shape.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use bordergate_model::{
    ContainerNumber, DeclarationNumber, KeyKind, MatchKey, PlateNumber, State as CrossingState,
};
use bordergate_store::CrossingFilter;

use super::crossings::{Row, row};
use super::frame::{Frame, render};
use crate::access::{Caller, Right};
use crate::api::answers::Veil;
use crate::api::crossings::audit_search;
use crate::app::App;
use crate::doors::http::Problem;

/// Rows read at a time, and the most shown: the newest ones.
const MOST: u32 = 200;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/search", get(page))
}

/// The screen.
#[derive(Template)]
#[template(path = "search.html")]
struct Search<'a> {
    frame: &'a Frame,
    asked: String,
    purpose: String,
    result: Option<Found>,
}

/// What was found.
#[derive(Default)]
struct Found {
    kind: Option<&'static str>,
    rows: Vec<Row>,
    similar: Vec<Row>,
}

/// What the text in the field is.
enum Wanted {
    Plate(PlateNumber),
    Container(ContainerNumber),
    Declaration(DeclarationNumber),
}

async fn page(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    frame: Frame,
) -> Response {
    frame.respond(screen(&app, &caller, &frame).await)
}

async fn screen(app: &App, caller: &Caller, frame: &Frame) -> Result<String, Problem> {
    caller.check(Right::SearchPlate)?;
    let field = |name: &str| {
        let found = frame.query.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let (asked, purpose) = (field("q"), field("purpose"));
    let result = match wanted(&asked) {
        _ if asked.is_empty() => None,
        None => Some(Found::default()),
        Some(wanted) => Some(found(app, caller, frame, &wanted, &purpose).await?),
    };
    render(&Search {
        frame,
        asked,
        purpose,
        result,
    })
}

/// Tells what a text is; digits only are a declaration, since no plate has eleven of them.
fn wanted(text: &str) -> Option<Wanted> {
    if let Ok(declaration) = DeclarationNumber::parse(text) {
        return Some(Wanted::Declaration(declaration));
    }
    if let Ok(container) = ContainerNumber::parse(text) {
        return Some(Wanted::Container(container));
    }
    PlateNumber::parse(text).ok().map(Wanted::Plate)
}

async fn found(
    app: &App,
    caller: &Caller,
    frame: &Frame,
    wanted: &Wanted,
    purpose: &str,
) -> Result<Found, Problem> {
    let t = frame.t;
    Ok(match wanted {
        Wanted::Plate(plate) => {
            audit_search(app, caller, plate, purpose).await?;
            let rows = rows(app, caller, frame, KeyKind::Plate, plate.tail()).await?;
            let similar = match rows.is_empty() {
                true => {
                    self::rows(app, caller, frame, KeyKind::PlateFolded, plate.folded()).await?
                }
                false => Vec::new(),
            };
            Found {
                kind: Some(t.plate),
                rows,
                similar,
            }
        }
        Wanted::Container(container) => {
            let rows = rows(
                app,
                caller,
                frame,
                KeyKind::Container,
                container.match_form(),
            )
            .await?;
            Found {
                kind: Some(t.container),
                rows,
                similar: Vec::new(),
            }
        }
        Wanted::Declaration(declaration) => {
            let rows = rows(
                app,
                caller,
                frame,
                KeyKind::Declaration,
                declaration.link_part(),
            )
            .await?;
            Found {
                kind: Some(t.declaration),
                rows,
                similar: Vec::new(),
            }
        }
    })
}

/// The crossings with a key, newest first.
async fn rows(
    app: &App,
    caller: &Caller,
    frame: &Frame,
    kind: KeyKind,
    value: &str,
) -> Result<Vec<Row>, Problem> {
    let key = Some(MatchKey {
        kind,
        value: value.to_owned(),
    });
    let filter = CrossingFilter {
        key,
        ..CrossingFilter::default()
    };
    let (mut crossings, mut after) = (Vec::new(), None);
    loop {
        let page = app.store.crossings(&filter, after, MOST).await?;
        crossings.extend(page.crossings);
        let surplus = crossings.len().saturating_sub(MOST as usize);
        crossings.drain(..surplus);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let registrations = app.registrations.snapshot();
    let veil = Veil::for_caller(caller, &app.keys);
    let crossings = crossings
        .iter()
        .rev()
        .filter(|crossing| crossing.state != CrossingState::Merged);
    Ok(crossings
        .map(|crossing| row(frame, &registrations, crossing, veil))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_the_text_tells_what_is_wanted() {
        for (text, expected) in [
            ("12C-123.45", "plate"),
            ("桂E9U115", "plate"),
            ("csqu 305438 3", "container"),
            ("103456789010", "declaration"),
            ("10345678901", "declaration"),
            ("?", "nothing"),
        ] {
            let found = match wanted(text) {
                Some(Wanted::Plate(_)) => "plate",
                Some(Wanted::Container(_)) => "container",
                Some(Wanted::Declaration(_)) => "declaration",
                None => "nothing",
            };
            assert_eq!(found, expected, "{text}");
        }
    }
}
