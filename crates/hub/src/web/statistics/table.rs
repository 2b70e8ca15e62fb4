//! One table of figures: a row per group, its exclusions, and the ways to CSV, JSON and the crossings behind.

use bordergate_indicators::{Answer, Dimension, Exclusion, Group, KeyPart};
use bordergate_model::Channel;

use crate::registrations::Snapshot;
use crate::web::charts::{Bars, Series};
use crate::web::display;
use crate::web::frame::{Frame, address};

/// Most hours in the table by hour; the CSV has all.
const HOURS_SHOWN: usize = 48;

pub(super) struct Table {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) head: &'static str,
    pub(super) rows: Vec<Row>,
    pub(super) chart: Option<String>,
    pub(super) csv: String,
    pub(super) json: String,
    pub(super) is_cut: bool,
}

/// The figures of one group.
pub(super) struct Row {
    pub(super) key: String,
    pub(super) channel: Option<&'static str>,
    pub(super) n: String,
    pub(super) n_plain: u64,
    pub(super) median: Option<String>,
    pub(super) median_seconds: String,
    pub(super) mean: Option<String>,
    pub(super) p95: Option<String>,
    pub(super) max: Option<String>,
    pub(super) excluded: String,
    pub(super) reasons: Vec<String>,
    pub(super) skewed: Option<String>,
    pub(super) crossings: String,
}

/// Returns the table of an answer split by one dimension; `id` is that dimension's word.
pub(super) fn table(
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

/// Returns the figures of one group.
pub(super) fn row(frame: &Frame, registrations: &Snapshot, answer: &Answer, group: &Group) -> Row {
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

fn key_text(frame: &Frame, registrations: &Snapshot, key: &KeyPart) -> String {
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
