//! `GET /v1/sources/clocks` and `/v1/sources/{source_id}/clock`: how much devices' clocks seem off, and the command that
//! registers it.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use bordergate_indicators::ClockEstimate;
use bordergate_model::{Source, SourceId};
use jiff::Timestamp;
use serde::Serialize;

use super::params::{Id, Pairs, Params, bad};
use crate::access::{Caller, Right};
use crate::app::App;
use crate::device_clocks::{Clocks, HOURS, clocks};
use crate::doors::http::Problem;

/// The longest span, in hours: a week.
const MOST_HOURS: u32 = 168;

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/sources/clocks", get(all))
        .route("/v1/sources/{source_id}/clock", get(one))
}

/// What the readings of a span say of devices' clocks.
#[derive(Debug, Serialize)]
struct Answer<T> {
    /// Start of the span, by reception; `null` when nothing was processed yet.
    from: Option<Timestamp>,
    /// Its end: the log time up to which records were processed.
    data_as_of: Option<Timestamp>,
    #[serde(flatten)]
    told: T,
}

/// Every source that is not disabled, by id.
#[derive(Debug, Serialize)]
struct All {
    clocks: Vec<Clock>,
}

/// A device's clock.
#[derive(Debug, Serialize)]
struct Clock {
    source_id: SourceId,
    /// The offset that is registered and taken off every time, in seconds.
    registered_offset_seconds: i64,
    /// What is left beyond it; `null` with too few dated readings, and for what is no device at the place (rank 0).
    estimate: Option<ClockEstimate>,
    /// Whether a person should look at it.
    is_suspect: bool,
    /// The offset to register; `null` when the clock is about right, and when its records may only be long on their way.
    proposed_offset_seconds: Option<i64>,
    /// The command that registers it.
    command: Option<String>,
}

impl Clock {
    fn new(source: &Source, clocks: &Clocks) -> Self {
        let estimate = clocks.estimates.get(&source.source_id).cloned().flatten();
        let correction = estimate
            .as_ref()
            .and_then(ClockEstimate::correction_seconds);
        // Registering a disabled source anew would enable it.
        let proposed = correction
            .filter(|_| !source.is_disabled)
            .map(|more| source.clock_offset_seconds.saturating_add(more));
        Self {
            source_id: source.source_id.clone(),
            registered_offset_seconds: source.clock_offset_seconds,
            is_suspect: estimate.as_ref().is_some_and(ClockEstimate::is_suspect),
            estimate,
            proposed_offset_seconds: proposed,
            command: proposed.map(|offset_seconds| command(source, offset_seconds)),
        }
    }
}

async fn all(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Pairs(pairs): Pairs,
) -> Result<Json<Answer<All>>, Problem> {
    caller.check(Right::SeeStatistics)?;
    let clocks = clocks(app.store.as_ref(), None, hours(pairs)?).await?;
    let registrations = app.registrations.snapshot();
    let sources = registrations.sources().into_iter();
    let enabled = sources.filter(|source| !source.is_disabled);
    let told = All {
        clocks: enabled.map(|source| Clock::new(source, &clocks)).collect(),
    };
    Ok(Json(answer(&clocks, told)))
}

async fn one(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Id(source_id): Id<SourceId>,
    Pairs(pairs): Pairs,
) -> Result<Json<Answer<Clock>>, Problem> {
    caller.check(Right::SeeStatistics)?;
    let hours = hours(pairs)?;
    let registrations = app.registrations.snapshot();
    let source = registrations.source(&source_id).ok_or_else(|| {
        let detail = format!("source {source_id} is not registered");
        Problem::new(StatusCode::NOT_FOUND, "source.unknown", detail)
    })?;
    let clocks = clocks(app.store.as_ref(), source.gate_id.as_ref(), hours).await?;
    Ok(Json(answer(&clocks, Clock::new(source, &clocks))))
}

fn answer<T>(clocks: &Clocks, told: T) -> Answer<T> {
    Answer {
        from: clocks.from,
        data_as_of: clocks.data_as_of,
        told,
    }
}

fn hours(pairs: Vec<(String, String)>) -> Result<u32, Problem> {
    let params = Params::read(pairs, &["hours"])?;
    let Some(text) = params.text("hours") else {
        return Ok(HOURS);
    };
    let hours = text
        .parse()
        .ok()
        .filter(|hours| (1..=MOST_HOURS).contains(hours));
    hours.ok_or_else(|| bad("hours", "is no number of hours", ["1 to 168"]))
}

/// Returns the command that registers a source anew with another offset and everything else as it is.
fn command(source: &Source, clock_offset_seconds: i64) -> String {
    // Every field is named, so that one that is added later cannot be forgotten here.
    let Source {
        source_id,
        format,
        gate_id,
        lane,
        readings,
        rank,
        zone,
        silent_after_seconds,
        is_replay,
        partner_id,
        recorder_id,
        device_serial,
        version: _,
        clock_offset_seconds: _,
        is_disabled: _,
        registered_at: _,
    } = source;
    let name = quoted(source_id.as_str());
    let mut words = vec![format!("bordergate sources add {name}")];
    let mut option = |name: &str, value: &str| words.push(format!("--{name} {}", quoted(value)));
    option("format", format);
    if let Some(gate_id) = gate_id {
        option("gate", gate_id.as_str());
    }
    if let Some(lane) = lane {
        option("lane", lane);
    }
    for (word, milestone) in readings {
        option("reading", &format!("{word}={milestone}"));
    }
    option("rank", &rank.to_string());
    option("zone", zone);
    option("clock-offset-seconds", &clock_offset_seconds.to_string());
    if let Some(seconds) = silent_after_seconds {
        option("silent-after-seconds", &seconds.to_string());
    }
    if let Some(partner) = partner_id {
        option("partner", partner);
    }
    if let Some(recorder) = recorder_id {
        option("recorder", recorder);
    }
    if let Some(serial) = device_serial {
        option("device-serial", serial.as_str());
    }
    if *is_replay {
        words.push("--replay".to_owned());
    }
    words.join(" ")
}

/// Quotes a word for a POSIX shell, when it needs it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bordergate_model::{DeviceSerial, GateId, Milestone};

    use super::*;

    #[test]
    fn the_command_keeps_everything_but_the_offset() {
        let source = Source {
            source_id: SourceId::parse("hn-scale-1").expect("a plain name"),
            version: 3,
            format: "weighbridge-json".to_owned(),
            gate_id: GateId::parse("huu-nghi").ok(),
            lane: Some("lane 1".to_owned()),
            readings: BTreeMap::from([("*".to_owned(), Milestone::Weighed)]),
            rank: 0,
            zone: "Asia/Shanghai".to_owned(),
            clock_offset_seconds: 7,
            silent_after_seconds: Some(600),
            is_replay: true,
            partner_id: Some("lgsp".to_owned()),
            recorder_id: Some("nvr-1".to_owned()),
            device_serial: DeviceSerial::parse("A1B2C3D4").ok(),
            is_disabled: false,
            registered_at: None,
        };
        assert_eq!(
            command(&source, -90),
            "bordergate sources add hn-scale-1 --format weighbridge-json --gate huu-nghi --lane 'lane 1' \
             --reading '*=WEIGHED' --rank 0 --zone Asia/Shanghai --clock-offset-seconds -90 \
             --silent-after-seconds 600 --partner lgsp --recorder nvr-1 --device-serial A1B2C3D4 --replay"
        );
    }

    #[test]
    fn a_word_is_quoted_when_a_shell_would_read_it_otherwise() {
        for (word, expected) in [
            ("forward=GATE_IN", "forward=GATE_IN"),
            ("Asia/Ho_Chi_Minh", "Asia/Ho_Chi_Minh"),
            ("*=WEIGHED", "'*=WEIGHED'"),
            ("lane 1", "'lane 1'"),
            ("d'or", r"'d'\''or'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), expected, "{word}");
        }
    }
}
