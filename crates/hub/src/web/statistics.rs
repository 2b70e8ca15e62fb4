//! Statistics: one clearance time, whole and by gate, channel and hour, with n and exclusions.
//!
//! Every figure leads to the crossings behind it, and every table to its CSV and JSON.

mod form;
mod table;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bordergate_indicators::{Dimension, Query};

use form::{Field, fields};
use table::{Row, Table, row, table};

use super::display;
use super::frame::{Frame, render};
use crate::access::{Caller, Right};
use crate::api::evaluate::{evaluate, evaluate_split};
use crate::api::indicators::as_csv;
use crate::app::App;
use crate::doors::http::Problem;

/// The indicator shown when none is chosen.
const FIRST: &str = "C2";
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/statistics", get(page))
        .route("/statistics.csv", get(csv))
}

/// The screen.
#[derive(Template)]
#[template(path = "statistics.html")]
struct Statistics<'a> {
    frame: &'a Frame,
    fields: Vec<Field>,
    dates: Vec<(&'static str, &'static str, String)>,
    title: &'static str,
    id: &'static str,
    version: u32,
    definition: &'static str,
    as_of: Option<String>,
    late: Vec<String>,
    whole: Row,
    tables: Vec<Table>,
    is_suppressed: bool,
}

async fn page(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    frame: Frame,
) -> Response {
    frame.respond(screen(&app, &caller, &frame).await)
}

async fn csv(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    frame: Frame,
) -> Response {
    let answer = async {
        caller.check(Right::SeeStatistics)?;
        let (query, _) = query(&frame)?;
        Ok::<_, Problem>(evaluate(app.store.as_ref(), &app.registrations.snapshot(), &query).await?)
    };
    answer
        .await
        .map_or_else(IntoResponse::into_response, |answer| as_csv(&answer))
}

/// Reads the form; blank fields hold for all. Returns the query and the pairs that were filled in.
fn query(frame: &Frame) -> Result<(Query, Vec<(String, String)>), Problem> {
    let filled = frame
        .query
        .iter()
        .filter(|(_, value)| !value.trim().is_empty());
    let (id, pairs): (Vec<_>, Vec<_>) = filled.cloned().partition(|(name, _)| name == "id");
    let id = id.into_iter().next().map_or(FIRST.to_owned(), |(_, id)| id);
    Ok((Query::parse(&id, pairs.clone())?, pairs))
}

async fn screen(app: &App, caller: &Caller, frame: &Frame) -> Result<String, Problem> {
    caller.check(Right::SeeStatistics)?;
    let (query, pairs) = query(frame)?;
    let registrations = app.registrations.snapshot();
    let splits: [&[Dimension]; 4] = [
        &[],
        &[Dimension::Gate],
        &[Dimension::Channel],
        &[Dimension::Hour],
    ];
    let answers = evaluate_split(app.store.as_ref(), &registrations, &query, &splits).await?;
    let [whole, by_gate, by_channel, by_hour] = answers.as_slice() else {
        unreachable!("an answer per split")
    };
    let t = frame.t;
    let tables = vec![
        table(
            frame,
            &registrations,
            by_gate,
            ("gate", t.by_gate, t.gate),
            &pairs,
        ),
        table(
            frame,
            &registrations,
            by_channel,
            ("channel", t.by_channel, t.channel),
            &pairs,
        ),
        table(
            frame,
            &registrations,
            by_hour,
            ("hour", t.by_hour, t.hour),
            &pairs,
        ),
    ];
    let late = whole
        .late_sources
        .iter()
        .map(|late| late.source_id.to_string())
        .collect();
    let definition = query.definition();
    let page = Statistics {
        fields: fields(frame, &registrations, &query),
        dates: [("from", t.from), ("to", t.to)]
            .map(|(name, label)| (name, label, value(&pairs, name)))
            .into(),
        title: frame.language.of(whole.title_vi, whole.title_en),
        id: whole.indicator,
        version: whole.definition_version,
        definition: frame.language.of(definition.text_vi, definition.text),
        as_of: whole.data_as_of.map(display::moment),
        late,
        is_suppressed: whole.total.suppressed
            || tables
                .iter()
                .flat_map(|table| &table.rows)
                .any(|row| row.n_plain < 5),
        whole: row(frame, &registrations, whole, &whole.total),
        tables,
        frame,
    };
    render(&page)
}

fn value(pairs: &[(String, String)], name: &str) -> String {
    let found = pairs.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}
