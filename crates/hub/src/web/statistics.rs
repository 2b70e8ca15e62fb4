//! Statistics: one clearance time, whole and by gate, channel and hour, with n and exclusions.
//!
//! Every figure leads to the crossings behind it, and every table to its CSV and JSON.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bordergate_indicators::{Answer, Dimension, Exclusion, Group, Indicator, Query};
use bordergate_model::{CargoClass, Channel, Direction};

use super::charts::{Bars, Series};
use super::display;
use super::frame::{Frame, address, render};
use crate::access::{Caller, Right};
use crate::api::evaluate::{evaluate, evaluate_split};
use crate::api::indicators::as_csv;
use crate::app::App;
use crate::doors::http::Problem;
use crate::registrations::Snapshot;

/// The indicator shown when none is chosen.
const FIRST: &str = "C2";
/// Most hours in the table by hour; the CSV has all.
const HOURS_SHOWN: usize = 48;

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

/// A choice in the form.
struct Field {
    name: &'static str,
    label: &'static str,
    options: Vec<Choice>,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

struct Table {
    id: &'static str,
    title: &'static str,
    head: &'static str,
    rows: Vec<Row>,
    chart: Option<String>,
    csv: String,
    json: String,
    is_cut: bool,
}

/// The figures of one group.
struct Row {
    key: String,
    channel: Option<&'static str>,
    n: String,
    n_plain: u64,
    median: Option<String>,
    median_seconds: String,
    mean: Option<String>,
    p95: Option<String>,
    max: Option<String>,
    excluded: String,
    reasons: Vec<String>,
    skewed: Option<String>,
    crossings: String,
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
    let page = Statistics {
        fields: fields(frame, &registrations, &query),
        dates: [("from", t.from), ("to", t.to)]
            .map(|(name, label)| (name, label, value(&pairs, name)))
            .into(),
        title: frame.language.of(whole.title_vi, whole.title_en),
        id: whole.indicator,
        version: whole.definition_version,
        definition: whole.definition,
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

fn fields(frame: &Frame, registrations: &Snapshot, query: &Query) -> Vec<Field> {
    let (t, language) = (frame.t, frame.language);
    let choice = |value: &str, label: &str, is_chosen| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen,
    };
    let open = |mut options: Vec<Choice>| {
        let is_chosen = options.iter().all(|option| !option.is_chosen);
        options.insert(0, choice("", t.all, is_chosen));
        options
    };
    let indicators = Indicator::ALL
        .iter()
        .filter(|indicator| indicator.segment().is_some())
        .map(|indicator| {
            let definition = indicator.definition();
            let label = format!(
                "{} · {}",
                definition.id,
                language.of(definition.title_vi, definition.title_en)
            );
            choice(definition.id, &label, *indicator == query.indicator)
        });
    let gates = registrations.gates().into_iter().map(|gate| {
        let is_chosen = query.gate_id.as_ref() == Some(&gate.gate_id);
        choice(
            gate.gate_id.as_str(),
            language.of(&gate.name_vi, &gate.name_en),
            is_chosen,
        )
    });
    let directions = Direction::ALL
        .iter()
        .map(|d| choice(d.code(), t.of_direction(*d), query.direction == Some(*d)));
    let channels = Channel::ALL
        .iter()
        .map(|c| choice(c.code(), t.of_channel(*c), query.channel == Some(*c)));
    let cargo = CargoClass::ALL
        .iter()
        .map(|c| choice(c.code(), t.of_cargo(*c), query.cargo == Some(*c)));
    let loaded = [("true", t.yes, true), ("false", t.no, false)];
    let loaded = loaded.map(|(value, label, is)| choice(value, label, query.is_loaded == Some(is)));
    vec![
        Field {
            name: "id",
            label: t.indicator,
            options: indicators.collect(),
        },
        Field {
            name: "gate",
            label: t.gate,
            options: open(gates.collect()),
        },
        Field {
            name: "direction",
            label: t.direction,
            options: open(directions.collect()),
        },
        Field {
            name: "channel",
            label: t.channel,
            options: open(channels.collect()),
        },
        Field {
            name: "cargo",
            label: t.cargo,
            options: open(cargo.collect()),
        },
        Field {
            name: "loaded",
            label: t.loaded,
            options: open(loaded.into()),
        },
    ]
}

fn table(
    frame: &Frame,
    registrations: &Snapshot,
    answer: &Answer,
    (id, title, head): (&'static str, &'static str, &'static str),
    pairs: &[(String, String)],
) -> Table {
    let groups: Vec<&Group> = answer.groups.iter().collect();
    let shown = if id == "hour" {
        &groups[groups.len().saturating_sub(HOURS_SHOWN)..]
    } else {
        &groups
    };
    let mut asked: Vec<(String, String)> = pairs.to_vec();
    asked.push(("by".to_owned(), id.to_owned()));
    let json = address(&format!("/v1/indicators/{}", answer.indicator), &asked);
    asked.push(("id".to_owned(), answer.indicator.to_owned()));
    Table {
        id,
        title,
        head,
        rows: shown
            .iter()
            .map(|group| row(frame, registrations, answer, group))
            .collect(),
        chart: (id == "hour" && shown.len() > 1).then(|| chart(answer, shown)),
        csv: address("/statistics.csv", &asked),
        json,
        is_cut: shown.len() < groups.len(),
    }
}

/// P95 behind, median before it, in minutes.
fn chart(answer: &Answer, groups: &[&Group]) -> String {
    let minutes = |value: Option<f64>| value.map(|value| seconds(answer, value) / 60.0);
    let series = |colour, figure: fn(&Group) -> Option<f64>| Series {
        colour,
        heights: groups.iter().map(|group| minutes(figure(group))).collect(),
    };
    let label = |group: &&Group| {
        group
            .key
            .first()
            .map(|part| display::hour(&part.value, true))
            .unwrap_or_default()
    };
    Bars {
        labels: groups.iter().map(label).collect(),
        series: vec![series("p95", p95), series("median", median)],
    }
    .json()
}

fn median(group: &Group) -> Option<f64> {
    group.distribution.as_ref()?.median
}

fn p95(group: &Group) -> Option<f64> {
    let percentiles = &group.distribution.as_ref()?.percentiles;
    percentiles
        .iter()
        .find(|percentile| percentile.p == 95.0)?
        .value
}

/// A figure in seconds, whatever the indicator's unit.
fn seconds(answer: &Answer, value: f64) -> f64 {
    if answer.unit == "h" {
        value * 3600.0
    } else {
        value
    }
}

fn row(frame: &Frame, registrations: &Snapshot, answer: &Answer, group: &Group) -> Row {
    let t = frame.t;
    let shown = |value: Option<f64>| {
        value.map(|value| display::span(seconds(answer, value), frame.language))
    };
    let distribution = group.distribution.as_ref();
    let excluded: u64 = group.excluded.values().sum();
    let reasons = Exclusion::ALL.iter().filter_map(|reason| {
        let count = group
            .excluded
            .get(reason.code())
            .copied()
            .filter(|count| *count > 0)?;
        Some(format!(
            "{} {}",
            t.of_exclusion(reason.code()),
            display::count(count)
        ))
    });
    let key = group.key.first();
    let channel = key
        .filter(|key| key.dimension == Dimension::Channel)
        .and_then(|key| Channel::from_code(&key.value));
    Row {
        key: key.map_or(t.overall.to_owned(), |key| {
            key_text(frame, registrations, key)
        }),
        channel: channel.map(Channel::code),
        n: display::count(group.n),
        n_plain: group.n,
        median: shown(median(group)),
        median_seconds: median(group)
            .map(|value| seconds(answer, value).to_string())
            .unwrap_or_default(),
        mean: shown(distribution.map(|d| d.mean)),
        p95: shown(p95(group)),
        max: shown(distribution.map(|d| d.max)),
        excluded: display::count(excluded),
        reasons: reasons.collect(),
        skewed: (group.skewed > 0).then(|| display::count(group.skewed)),
        crossings: group.crossings.replacen("/v1/crossings", "/crossings", 1),
    }
}

fn key_text(
    frame: &Frame,
    registrations: &Snapshot,
    key: &bordergate_indicators::KeyPart,
) -> String {
    match key.dimension {
        Dimension::Hour => display::hour(&key.value, true),
        Dimension::Channel => Channel::from_code(&key.value).map_or(key.value.clone(), |channel| {
            frame.t.of_channel(channel).to_owned()
        }),
        Dimension::Gate => {
            let gates = registrations.gates();
            let gate = gates
                .into_iter()
                .find(|gate| gate.gate_id.as_str() == key.value);
            gate.map_or(key.value.clone(), |gate| {
                frame.language.of(&gate.name_vi, &gate.name_en).to_owned()
            })
        }
        _ => key.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use bordergate_indicators::Segment;

    use super::*;

    #[test]
    fn the_screen_offers_every_clearance_time() {
        let offered = Indicator::ALL
            .iter()
            .filter_map(|indicator| indicator.segment())
            .count();
        assert_eq!(offered, Segment::ALL.len());
    }
}
