//! Dates of responses: format 304 (`yyyyMMddHHmmss` and a zone), 204 and 203 without one, ISO 8601, and Java's own text.

use bordergate_model::{Basis, Occurred};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::{Context, Error, time_text};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Dates by a text of any of the shapes; undated when it is only a day or its zone is not known, `None` when it is none of them.
///
/// # Errors
/// `source.zone`.
pub(super) fn occurred(context: &Context<'_>, text: &str) -> Result<Option<Occurred>, Error> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Some(context.undated(Some(text))));
    }
    let Some((wall, zone)) = compact(text).or_else(|| java(text)) else {
        return context.iso(text);
    };
    if zone.is_empty() {
        return context.local(wall, text, Basis::Configured);
    }
    // An abbreviation that means several zones is not guessed, and costs no more than the time.
    let Some(offset) = offset(zone) else {
        return Ok(Some(context.undated(Some(text))));
    };
    let at = TimeZone::fixed(offset).to_timestamp(wall).ok();
    Ok(at.and_then(|at| context.dated(at, text, Basis::Explicit)))
}

/// Splits `yyyyMMddHHmm[ss][zone]`.
fn compact(text: &str) -> Option<(DateTime, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (wall, zone) = text.split_at(digits);
    let wall = match digits {
        12 => time_text::compact(&format!("{wall}00")),
        14 => time_text::compact(wall),
        _ => None,
    };
    Some((wall?, zone.trim()))
}

/// Splits `Mon Nov 16 11:58:20 ICT 2026`.
fn java(text: &str) -> Option<(DateTime, &str)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, month, day, clock, zone, year] = words[..] else {
        return None;
    };
    let month = MONTHS
        .iter()
        .position(|name| month.eq_ignore_ascii_case(name))?
        + 1;
    let wall = format!("{year}-{month:0>2}-{day:0>2}T{clock}")
        .parse()
        .ok()?;
    Some((wall, zone))
}

/// Reads `Z`, `UTC`, `GMT+07:00`, `+07`, `+0700`, and the one abbreviation that means one thing here (ICT).
fn offset(zone: &str) -> Option<Offset> {
    let plain = zone
        .trim_start_matches("GMT")
        .trim_start_matches("UTC")
        .trim_start_matches('Z');
    if zone == "ICT" {
        return Offset::from_hours(7).ok();
    }
    let (sign, digits) = match plain.split_at_checked(1) {
        None if plain.is_empty() => return Some(Offset::UTC),
        Some(("+", digits)) => (1, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if !matches!(digits.len(), 1 | 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = if digits.len() == 4 {
        digits.split_at(2)
    } else {
        (digits.as_str(), "0")
    };
    let seconds = hours.parse::<i32>().ok()? * 3_600 + minutes.parse::<i32>().ok()? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_and_unknown_ones_are_not_guessed() {
        for (zone, hours) in [
            ("Z", 0),
            ("UTC", 0),
            ("+07", 7),
            ("+0700", 7),
            ("GMT+07:00", 7),
            ("ICT", 7),
        ] {
            assert_eq!(offset(zone), Offset::from_hours(hours).ok(), "{zone}");
        }
        for zone in ["CST", "+", "+7x", "é"] {
            assert_eq!(offset(zone), None, "{zone}");
        }
    }
}
