//! One crossing: its milestones with every reading, which stands and why it is here, keys and durations.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use axum::routing::get;
use bordergate_model::{CrossingId, Milestone};

use super::display;
use super::frame::{Frame, render};
use crate::access::{Caller, Right};
use crate::api::answers::{self, Veil};
use crate::app::App;
use crate::doors::http::Problem;
use crate::registrations::Snapshot;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/crossings/{crossing_id}", get(page))
}

/// The screen.
#[derive(Template)]
#[template(path = "crossing.html")]
struct Page<'a> {
    frame: &'a Frame,
    id: String,
    plate: Option<String>,
    is_pseudonymous: bool,
    state: &'static str,
    state_code: &'static str,
    traits: Vec<(&'static str, String, &'static str)>,
    merged_into: Option<String>,
    keys: Vec<(String, String)>,
    milestones: Vec<Step>,
    others: Vec<Reading>,
    facts: Vec<Fact>,
    may_see_evidence: bool,
}

/// One milestone.
struct Step {
    code: &'static str,
    label: &'static str,
    day: String,
    clock: Option<String>,
    standing: Option<Reading>,
    others: Vec<Reading>,
}

/// One reading of it.
struct Reading {
    time: Option<String>,
    written: Option<String>,
    basis: String,
    received: String,
    source: String,
    rank: u8,
    revision: u32,
    lane: Option<String>,
    identifiers: Vec<String>,
    link: Option<(String, String)>,
    is_suspect: bool,
    is_corrected: bool,
    record_id: String,
    /// Whether its source may send pictures.
    has_pictures: bool,
}

struct Fact {
    segment: &'static str,
    title: &'static str,
    start: Option<String>,
    end: Option<String>,
    duration: Option<String>,
    excluded: Option<String>,
    is_skewed: bool,
}

async fn page(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(crossing_id): Path<String>,
    frame: Frame,
) -> Response {
    frame.respond(screen(&app, &caller, &frame, &crossing_id).await)
}

async fn screen(
    app: &App,
    caller: &Caller,
    frame: &Frame,
    crossing_id: &str,
) -> Result<String, Problem> {
    caller.check(Right::SeeStatistics)?;
    let unknown = || {
        Problem::not_found(
            "crossing.unknown",
            format!("there is no crossing {crossing_id}"),
        )
    };
    let id: CrossingId = crossing_id.parse().map_err(|_| unknown())?;
    let crossing = app.store.crossing(id).await?.ok_or_else(unknown)?;
    let facts = app.store.facts_of(&[id]).await?;
    let shown = answers::crossing(&crossing, &facts, Veil::for_caller(caller, &app.keys));
    let registrations = app.registrations.snapshot();
    let gate = registrations.gate(&crossing.gate_id);
    let gate = gate.map_or(crossing.gate_id.to_string(), |g| {
        frame.language.of(&g.name_vi, &g.name_en).to_owned()
    });
    let page = Page {
        id: id.to_string(),
        plate: shown.plate.clone(),
        is_pseudonymous: shown.is_pseudonymous,
        state: frame.t.of_state(crossing.state),
        state_code: crossing.state.code(),
        traits: traits(frame, &shown, gate),
        merged_into: shown.merged_into.map(|id| id.to_string()),
        keys: shown
            .keys
            .iter()
            .map(|key| (frame.t.of_key(key.kind).to_owned(), key.value.clone()))
            .collect(),
        milestones: steps(frame, &registrations, &shown),
        others: shown
            .other_readings
            .iter()
            .map(|r| reading(frame, &registrations, r))
            .collect(),
        facts: shown.facts.iter().map(|f| fact(frame, f)).collect(),
        may_see_evidence: caller.may(Right::SeeVehicles),
        frame,
    };
    render(&page)
}

/// The head's label, value and style of each trait.
fn traits(
    frame: &Frame,
    crossing: &answers::Crossing,
    gate: String,
) -> Vec<(&'static str, String, &'static str)> {
    let t = frame.t;
    let mut traits = vec![
        (t.gate, gate, ""),
        (
            t.direction,
            t.of_direction(crossing.direction).to_owned(),
            "",
        ),
        (
            t.channel,
            t.of_channel(crossing.channel).to_owned(),
            crossing.channel.code(),
        ),
        (
            t.cargo,
            crossing
                .cargo
                .map_or(t.unknown, |cargo| t.of_cargo(cargo))
                .to_owned(),
            "",
        ),
        (
            t.loaded,
            crossing
                .is_loaded
                .map_or(t.unknown, |is| if is { t.yes } else { t.empty_vehicle })
                .to_owned(),
            "",
        ),
        (t.first_reading, display::moment(crossing.first_at), ""),
        (t.last_reading, display::moment(crossing.last_at), ""),
    ];
    if let Some(ended_at) = crossing.ended_at {
        traits.push((t.ended, display::moment(ended_at), ""));
    }
    traits.push((t.revision, crossing.revision.to_string(), ""));
    if crossing.entry_unknown {
        traits.push((t.entry_unknown, "✓".to_owned(), ""));
    }
    traits
}

/// The milestones by time, undated ones last.
fn steps(frame: &Frame, registrations: &Snapshot, crossing: &answers::Crossing) -> Vec<Step> {
    let mut milestones: Vec<&answers::Milestone> = crossing.milestones.iter().collect();
    milestones.sort_by_key(|milestone| (milestone.at.is_none(), milestone.at));
    let step = |milestone: &&answers::Milestone| {
        let known = milestone.milestone.parse::<Milestone>().ok();
        Step {
            code: milestone.milestone,
            label: known.map_or(milestone.milestone, |m| {
                frame.language.of(m.label_vi(), m.label_en())
            }),
            day: milestone.at.map(display::day).unwrap_or_default(),
            clock: milestone.at.map(display::clock),
            standing: milestone
                .standing
                .as_ref()
                .map(|r| reading(frame, registrations, r)),
            others: milestone
                .others
                .iter()
                .map(|r| reading(frame, registrations, r))
                .collect(),
        }
    };
    milestones.iter().map(step).collect()
}

fn reading(frame: &Frame, registrations: &Snapshot, reading: &answers::Reading) -> Reading {
    let t = frame.t;
    let named = |name: &str, values: &[String]| {
        values
            .iter()
            .map(|value| format!("{name} {value}"))
            .collect::<Vec<_>>()
    };
    let plates = [&reading.plate, &reading.to_plate]
        .into_iter()
        .flatten()
        .cloned();
    let mut identifiers: Vec<String> = plates.collect();
    let others = reading.candidates.iter().map(|candidate| &candidate.plate);
    let others = others.filter(|plate| Some(*plate) != reading.plate.as_ref());
    identifiers.extend(others.map(|plate| format!("{} {plate}", t.candidate)));
    identifiers.extend(
        reading
            .trailer_plate
            .iter()
            .map(|plate| format!("{} {plate}", t.trailer)),
    );
    identifiers.extend(
        reading
            .trip_code
            .iter()
            .map(|code| format!("{} {code}", t.trip)),
    );
    identifiers.extend(named(t.container, &reading.containers));
    identifiers.extend(named(t.declaration, &reading.declarations));
    identifiers.extend(named(t.seal, &reading.seals));
    identifiers.extend(named(t.tag, &reading.tags));
    Reading {
        time: reading.occurred_at.map(display::moment),
        written: reading.occurred_text.clone(),
        basis: t.of_basis(reading.basis).to_owned(),
        received: display::moment(reading.received_at),
        source: reading.source_id.to_string(),
        rank: reading.rank,
        revision: reading.revision,
        lane: reading.lane.clone(),
        identifiers,
        link: reading
            .link_key
            .as_ref()
            .map(|key| (t.of_key(key.kind).to_owned(), key.value.clone())),
        is_suspect: reading.is_suspect,
        is_corrected: reading.is_corrected,
        record_id: reading.record_id.to_string(),
        has_pictures: registrations
            .source(&reading.source_id)
            .and_then(|source| bordergate_sources::format(&source.format))
            .is_some_and(|format| format.has_pictures),
    }
}

fn fact(frame: &Frame, fact: &answers::Fact) -> Fact {
    let definition = bordergate_indicators::Indicator::from_id(fact.segment)
        .map(|indicator| indicator.definition());
    Fact {
        segment: fact.segment,
        title: definition.map_or("", |definition| {
            frame.language.of(definition.title_vi, definition.title_en)
        }),
        start: fact.start_at.map(display::moment),
        end: fact.end_at.map(display::moment),
        duration: fact
            .duration_seconds
            .map(|seconds| display::span(seconds, frame.language)),
        excluded: fact
            .excluded
            .map(|code| frame.t.of_exclusion(code).to_owned()),
        is_skewed: fact.is_skewed,
    }
}
