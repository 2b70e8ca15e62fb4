//! The way back: the path that lists the crossings, or observations, behind a figure (rule 12).

use jiff::Timestamp;

use super::split::Slot;
use crate::definition::{Indicator, Needs};
use crate::{Dimension, Query};

/// Returns the path with the filters of the query and of the group's key that the list knows: gate,
/// direction, channel and time for crossings; gate and time for observations.
pub(super) fn to_rows(query: &Query, key: &[Slot]) -> String {
    let word = |dimension: Dimension, asked: Option<String>| {
        key.iter()
            .find(|slot| slot.dimension == dimension)
            .map(|slot| slot.value.clone())
            .or(asked)
    };
    let gate = word(
        Dimension::Gate,
        query.gate_id.as_ref().map(ToString::to_string),
    );
    let (from, to) = range(query, key);
    let times = [
        ("from", from.map(|at| at.to_string())),
        ("to", to.map(|at| at.to_string())),
    ];
    if query.needs() == Needs::Readings {
        return path(
            "/v1/observations",
            [("gate", gate)].into_iter().chain(times),
        );
    }
    let direction = word(
        Dimension::Direction,
        query.direction.map(|one| one.to_string()),
    );
    let channel = word(Dimension::Channel, query.channel.map(|one| one.to_string()));
    let state = (query.indicator == Indicator::Q1).then(|| "closed".to_owned());
    let filters = [
        ("gate", gate),
        ("direction", direction),
        ("channel", channel),
        ("state", state),
    ];
    path("/v1/crossings", filters.into_iter().chain(times))
}

/// Returns the query's range cut to the group's; none for a backlog, whose crossings may be filed long
/// after its moment.
fn range(query: &Query, key: &[Slot]) -> (Option<Timestamp>, Option<Timestamp>) {
    if query.indicator == Indicator::T3 {
        return (None, None);
    }
    let Some((from, to)) = key.iter().find_map(|slot| slot.range) else {
        return (query.from, query.to);
    };
    (
        Some(query.from.map_or(from, |asked| asked.max(from))),
        Some(query.to.map_or(to, |asked| asked.min(to))),
    )
}

/// Joins path and filters. Values are names, words and UTC times, none of which needs an escape.
fn path(list: &str, filters: impl Iterator<Item = (&'static str, Option<String>)>) -> String {
    let pairs: Vec<String> = filters
        .filter_map(|(name, value)| Some(format!("{name}={}", value?)))
        .collect();
    match pairs.is_empty() {
        true => list.to_owned(),
        false => format!("{list}?{}", pairs.join("&")),
    }
}
