//! The board: per gate who is inside, the longest wait, traffic of the last hours, and the feeds.
//!
//! "Now" is the log time, never this machine's clock, so a replayed day looks as it did.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::response::Response;
use axum::routing::get;
use bordergate_indicators::{Answer, Dimension, Indicator, Query, calendar};
use bordergate_model::{Gate, GateId, Source};
use bordergate_store::{GateNow, SourceSeen};
use jiff::{SignedDuration, Timestamp};

use super::charts::{Bars, Series};
use super::display;
use super::frame::{Frame, render};
use super::unrouted::{self, Waiting};
use crate::access::{Caller, Right};
use crate::api::evaluate::{self, evaluate};
use crate::app::App;
use crate::doors::http::Problem;
use crate::registrations::Snapshot;

/// Hours of traffic shown.
const HOURS: i64 = 12;
/// A source is silent, not only late, after this many times its registered limit.
const SILENT_TIMES: i64 = 2;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/", get(board))
}

/// The screen.
#[derive(Template)]
#[template(path = "board.html")]
struct Board<'a> {
    frame: &'a Frame,
    now: Now,
}

/// Its live part.
#[derive(Template)]
#[template(path = "board_live.html")]
struct Live<'a> {
    frame: &'a Frame,
    now: Now,
}

/// What the board shows.
struct Now {
    as_of: Option<String>,
    /// What waits for its gate; `None` when nothing does, and for those who may not see records.
    waiting: Option<Waiting>,
    gates: Vec<GateCard>,
}

struct GateCard {
    gate_id: String,
    name: String,
    inside: String,
    unconfirmed: Option<String>,
    wait: Option<Wait>,
    hours: Vec<Hour>,
    export_total: String,
    import_total: String,
    chart: String,
    feeds: Vec<Feed>,
    quiet_count: usize,
}

struct Wait {
    crossing_id: String,
    span: String,
    since: String,
}

struct Hour {
    label: String,
    export: u64,
    import: u64,
}

struct Feed {
    source_id: String,
    lane: String,
    format: String,
    status: &'static str,
    label: &'static str,
    last: Option<String>,
    ago: Option<String>,
    hour_count: String,
}

async fn board(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    frame: Frame,
) -> Response {
    let screen = async {
        caller.check(Right::SeeStatistics)?;
        render(&Board {
            now: now(&app, &caller, &frame).await?,
            frame: &frame,
        })
    };
    frame.respond(screen.await)
}

/// Renders the live part, as the page shows it and events renew it.
pub(super) async fn live_part(
    app: &App,
    caller: &Caller,
    frame: &Frame,
) -> Result<String, Problem> {
    render(&Live {
        now: now(app, caller, frame).await?,
        frame,
    })
}

async fn now(app: &App, caller: &Caller, frame: &Frame) -> Result<Now, Problem> {
    let registrations = app.registrations.snapshot();
    let as_of = app.store.data_as_of().await?;
    let at_gates: HashMap<GateId, GateNow> = app
        .store
        .gates_now()
        .await?
        .into_iter()
        .map(|now| (now.gate_id.clone(), now))
        .collect();
    let seen: HashMap<_, _> = app
        .store
        .sources_seen()
        .await?
        .into_iter()
        .map(|s| (s.source_id.clone(), s))
        .collect();
    let traffic = traffic(app, &registrations, as_of).await?;
    let waiting = match caller.may(Right::SeeVehicles) {
        true => unrouted::waiting(app, frame, as_of).await?,
        false => None,
    };
    let gates = registrations
        .gates()
        .into_iter()
        .filter(|gate| !gate.is_disabled || at_gates.contains_key(&gate.gate_id));
    let gates = gates.map(|gate| {
        let sources = registrations.sources();
        let sources = sources
            .into_iter()
            .filter(|source| source.gate_id.as_ref() == Some(&gate.gate_id) && !source.is_disabled);
        let feeds = feeds(frame, sources, &seen, as_of);
        card(
            frame,
            gate,
            at_gates.get(&gate.gate_id),
            traffic.get(gate.gate_id.as_str()),
            feeds,
        )
    });
    Ok(Now {
        as_of: as_of.map(display::moment),
        waiting,
        gates: gates.collect(),
    })
}

/// Crossings of the last hours by gate, then hour: T1, so that the bars are the figures of the API.
async fn traffic(
    app: &App,
    registrations: &Snapshot,
    as_of: Option<Timestamp>,
) -> Result<HashMap<String, Vec<Hour>>, evaluate::Error> {
    let Some(as_of) = as_of else {
        return Ok(HashMap::new());
    };
    let newest = calendar::bucket(as_of, calendar::Period::Hour);
    let mut query = Query::of(Indicator::T1);
    query.from = newest
        .from
        .checked_sub(SignedDuration::from_hours(HOURS - 1))
        .ok();
    query.to = Some(newest.to);
    query.by = vec![Dimension::Gate, Dimension::Direction, Dimension::Hour];
    let answer = evaluate(app.store.as_ref(), registrations, &query).await?;
    let labels: Vec<String> = (0..HOURS)
        .rev()
        .filter_map(|hours| {
            newest
                .from
                .checked_sub(SignedDuration::from_hours(hours))
                .ok()
        })
        .map(|at| calendar::bucket(at, calendar::Period::Hour).label)
        .collect();
    let gates = registrations.gates().into_iter().map(|gate| {
        let gate_id = gate.gate_id.as_str();
        let hours = labels.iter().map(|label| Hour {
            label: display::hour(label, false),
            export: figure(&answer, gate_id, "export", label),
            import: figure(&answer, gate_id, "import", label),
        });
        (gate_id.to_owned(), hours.collect())
    });
    Ok(gates.collect())
}

fn figure(answer: &Answer, gate_id: &str, direction: &str, hour: &str) -> u64 {
    let wanted = [
        (Dimension::Gate, gate_id),
        (Dimension::Direction, direction),
        (Dimension::Hour, hour),
    ];
    let is_wanted = |group: &&bordergate_indicators::Group| {
        wanted.iter().all(|(dimension, value)| {
            group
                .key
                .iter()
                .any(|p| p.dimension == *dimension && p.value == *value)
        })
    };
    answer
        .groups
        .iter()
        .find(is_wanted)
        .map_or(0, |group| group.n)
}

fn card(
    frame: &Frame,
    gate: &Gate,
    now: Option<&GateNow>,
    hours: Option<&Vec<Hour>>,
    feeds: Vec<Feed>,
) -> GateCard {
    let whole = |count: i64| display::count(u64::try_from(count).unwrap_or(0));
    let wait = now.and_then(|now| {
        let (crossing_id, since) = now.longest_inside?;
        let span = display::between(since, now.log_time?, frame.language);
        Some(Wait {
            crossing_id: crossing_id.to_string(),
            span,
            since: display::moment(since),
        })
    });
    let hours: Vec<Hour> = hours
        .into_iter()
        .flatten()
        .map(|hour| Hour {
            label: hour.label.clone(),
            ..*hour
        })
        .collect();
    GateCard {
        gate_id: gate.gate_id.to_string(),
        name: frame.language.of(&gate.name_vi, &gate.name_en).to_owned(),
        inside: whole(now.map_or(0, |now| now.inside_count)),
        unconfirmed: now
            .filter(|now| now.unconfirmed_count > 0)
            .map(|now| whole(now.unconfirmed_count)),
        wait,
        export_total: display::count(hours.iter().map(|hour| hour.export).sum()),
        import_total: display::count(hours.iter().map(|hour| hour.import).sum()),
        chart: stacked(&hours),
        hours,
        quiet_count: feeds
            .iter()
            .filter(|feed| feed.status != "well" && feed.status != "free")
            .count(),
        feeds,
    }
}

/// Imports stand on exports: the export bar is drawn at full height first, the import's part over it.
#[allow(clippy::cast_precision_loss, reason = "vehicles of an hour are few")]
fn stacked(hours: &[Hour]) -> String {
    let bars = Bars {
        labels: hours
            .iter()
            .map(|hour| hour.label[..2].to_owned())
            .collect(),
        series: vec![
            Series {
                colour: "export",
                heights: hours
                    .iter()
                    .map(|h| Some((h.export + h.import) as f64))
                    .collect(),
            },
            Series {
                colour: "import",
                heights: hours.iter().map(|h| Some(h.import as f64)).collect(),
            },
        ],
    };
    bars.json()
}

/// The feeds of a gate, those in trouble first.
fn feeds<'a>(
    frame: &Frame,
    sources: impl Iterator<Item = &'a Source>,
    seen: &HashMap<bordergate_model::SourceId, SourceSeen>,
    as_of: Option<Timestamp>,
) -> Vec<Feed> {
    let t = frame.t;
    let mut feeds: Vec<Feed> = sources
        .map(|source| {
            let heard = seen.get(&source.source_id);
            let quiet = heard
                .zip(as_of)
                .map(|(heard, as_of)| as_of.duration_since(heard.last_received_at).as_secs());
            let status = status(source.silent_after_seconds, quiet);
            let label = match status {
                "silent" => t.feed_silent,
                "never" => t.feed_never,
                "late" => t.feed_late,
                "free" => t.feed_free,
                _ => t.feed_well,
            };
            Feed {
                source_id: source.source_id.to_string(),
                lane: source.lane.clone().unwrap_or_default(),
                format: source.format.clone(),
                status,
                label,
                last: heard.map(|heard| display::moment(heard.last_received_at)),
                ago: heard
                    .zip(as_of)
                    .map(|(h, as_of)| display::between(h.last_received_at, as_of, frame.language)),
                hour_count: display::count(
                    heard.map_or(0, |h| u64::try_from(h.last_hour_count).unwrap_or(0)),
                ),
            }
        })
        .collect();
    let order = ["silent", "never", "late", "well", "free"];
    feeds.sort_by_key(|feed| order.iter().position(|status| *status == feed.status));
    feeds
}

/// Late past the registered limit (as the indicators say), silent past twice that.
fn status(limit_seconds: Option<u32>, quiet_seconds: Option<i64>) -> &'static str {
    match (limit_seconds.map(i64::from), quiet_seconds) {
        (Some(_), None) => "never",
        (Some(limit), Some(quiet)) if quiet > limit.saturating_mul(SILENT_TIMES) => "silent",
        (Some(limit), Some(quiet)) if quiet > limit => "late",
        (Some(_), Some(_)) => "well",
        (None, Some(_)) => "well",
        (None, None) => "free",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_late_past_its_limit_and_silent_past_twice_that() {
        for (limit, quiet, expected) in [
            (Some(600), Some(600), "well"),
            (Some(600), Some(601), "late"),
            (Some(600), Some(1201), "silent"),
            (Some(600), None, "never"),
            (None, Some(1_000_000), "well"),
            (None, None, "free"),
        ] {
            assert_eq!(status(limit, quiet), expected, "{limit:?} {quiet:?}");
        }
    }
}
