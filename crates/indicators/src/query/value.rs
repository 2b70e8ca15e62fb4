//! The value of one parameter: from text to the border's words, or an error that lists what is allowed.

use bordergate_model::{CargoClass, Channel, Direction, GateId};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{MOMENTS_LIMIT, QueryError};
use crate::{Dimension, Segment, calendar};

/// The most percentiles one query may ask for.
const PERCENTILES_LIMIT: usize = 20;

pub(super) fn bad(
    parameter: &'static str,
    value: &str,
    allowed: impl IntoIterator<Item = &'static str>,
) -> QueryError {
    QueryError::BadValue {
        parameter,
        value: value.chars().take(80).collect(),
        allowed: allowed.into_iter().map(str::to_owned).collect(),
    }
}

pub(super) fn too_many_days(from: Timestamp) -> QueryError {
    QueryError::BadValue {
        parameter: "from",
        value: calendar::local_text(from),
        allowed: vec![format!("a range of at most {MOMENTS_LIMIT} days")],
    }
}

pub(super) fn segment(text: &str) -> Result<Segment, QueryError> {
    Segment::from_code(&text.to_ascii_uppercase())
        .ok_or_else(|| bad("segment", text, Segment::ALL.iter().map(|word| word.code())))
}

pub(super) fn gate(text: &str) -> Result<GateId, QueryError> {
    GateId::parse(text).map_err(|_| bad("gate", text, ["the id of a registered gate"]))
}

pub(super) fn direction(text: &str) -> Result<Direction, QueryError> {
    Direction::from_code(&text.to_ascii_lowercase()).ok_or_else(|| {
        bad(
            "direction",
            text,
            Direction::ALL.iter().map(|word| word.code()),
        )
    })
}

pub(super) fn channel(text: &str) -> Result<Channel, QueryError> {
    Channel::from_code(&text.to_ascii_lowercase())
        .ok_or_else(|| bad("channel", text, Channel::ALL.iter().map(|word| word.code())))
}

pub(super) fn cargo(text: &str) -> Result<CargoClass, QueryError> {
    CargoClass::from_code(&text.to_ascii_lowercase()).ok_or_else(|| {
        bad(
            "cargo",
            text,
            CargoClass::ALL.iter().map(|word| word.code()),
        )
    })
}

pub(super) fn loaded(text: &str) -> Result<bool, QueryError> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(bad("loaded", text, ["true", "false"])),
    }
}

/// Reads a moment: RFC 3339 with an offset, or a local day, which is its midnight (`at`: its 20:00).
pub(super) fn moment(parameter: &'static str, text: &str) -> Result<Timestamp, QueryError> {
    let day = || {
        let date: Date = strict_date(text)?;
        if parameter == "at" {
            calendar::backlog_time(date)
        } else {
            calendar::start_of_day(date)
        }
    };
    day()
        .or_else(|| strict_moment(text))
        .filter(|at| has_calendar(*at))
        .ok_or_else(|| {
            bad(
                parameter,
                text,
                [
                    "a local day such as 2026-11-16",
                    "RFC 3339 with an offset such as 2026-11-16T07:00:00+07:00 or 2026-11-16T00:00:00Z (in an address write + as %2B)",
                ],
            )
        })
}

/// Reads `by`: words of `allowed` with commas, each once, at most one of them a period of time.
pub(super) fn dimensions(
    text: &str,
    allowed: &'static [Dimension],
) -> Result<Vec<Dimension>, QueryError> {
    let refused = |word: &str| bad("by", word, allowed.iter().map(|dimension| dimension.code()));
    let mut dimensions = Vec::new();
    for word in text.split(',').map(str::trim) {
        let dimension = Dimension::from_code(&word.to_ascii_lowercase())
            .filter(|dimension| allowed.contains(dimension))
            .ok_or_else(|| refused(word))?;
        if dimensions.contains(&dimension) {
            return Err(bad("by", text, ["each dimension once"]));
        }
        dimensions.push(dimension);
    }
    let periods = dimensions.iter().filter_map(|d| d.period()).count();
    if periods > 1 {
        return Err(bad("by", text, ["at most one of hour, day, week, month"]));
    }
    Ok(dimensions)
}

/// Reads `p`: plain numbers above 0 and below 100 with commas; returns them ascending, each once.
pub(super) fn percentiles(text: &str) -> Result<Vec<f64>, QueryError> {
    let allowed = ["up to 20 numbers above 0 and below 100 such as 50,95,99.9"];
    let mut percentiles = Vec::new();
    for word in text.split(',').map(str::trim) {
        let is_plain = word.chars().all(|c| c.is_ascii_digit() || c == '.');
        let number: f64 = Some(word)
            .filter(|_| is_plain)
            .and_then(|word| word.parse().ok())
            .filter(|number| *number > 0.0 && *number < 100.0)
            .ok_or_else(|| bad("p", word, allowed))?;
        percentiles.push(number);
    }
    percentiles.sort_by(f64::total_cmp);
    percentiles.dedup();
    if percentiles.len() > PERCENTILES_LIMIT {
        return Err(bad("p", text, allowed));
    }
    Ok(percentiles)
}

/// Reads `YYYY-MM-DD` and nothing else.
fn strict_date(text: &str) -> Option<Date> {
    let looks_like_one = text.len() == 10 && text.bytes().filter(|b| *b == b'-').count() == 2;
    looks_like_one.then(|| text.parse().ok()).flatten()
}

/// Reads RFC 3339: date, `T`, time and offset.
fn strict_moment(text: &str) -> Option<Timestamp> {
    let looks_like_one = text.is_ascii()
        && text.len() >= 20
        && text.as_bytes()[4] == b'-'
        && matches!(text.as_bytes()[10], b'T' | b't')
        && !text.contains('[');
    looks_like_one.then(|| text.parse().ok()).flatten()
}

/// Tells whether a moment lies in the years 1900 to 2999, beyond which no figure can lie.
fn has_calendar(at: Timestamp) -> bool {
    (1900..3000).contains(&calendar::local_date(at).year())
}
