//! Seconds since the epoch, and how devices write them.
//!
//! Inside this crate a moment is whole seconds since the epoch (receptions: milliseconds). Viet Nam keeps UTC+7 the
//! whole year, so local texts need no table of zones.

use bordergate_model::SourceId;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz};

/// Seconds that local time is ahead of UTC.
pub(crate) const AHEAD_SECONDS: i64 = 7 * 3600;
/// One minute in seconds.
pub(crate) const MINUTE: i64 = 60;
/// One hour in seconds.
pub(crate) const HOUR: i64 = 3600;

/// Returns the moment of a local time of day.
pub(crate) fn local(day: Date, hour: i64, minute: i64) -> i64 {
    let midnight = day
        .to_datetime(jiff::civil::Time::midnight())
        .to_zoned(tz::TimeZone::UTC)
        .expect("UTC has every moment of every day");
    midnight.timestamp().as_second() - AHEAD_SECONDS + hour * HOUR + minute * MINUTE
}

/// Returns the moment as the model has it.
pub(crate) fn timestamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a moment within a few days of a calendar day")
}

/// Returns the moment of a reception as the model has it.
pub(crate) fn timestamp_ms(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(millisecond).expect("a moment within a few days of a calendar day")
}

fn wall(second: i64) -> DateTime {
    tz::Offset::UTC.to_datetime(timestamp(second + AHEAD_SECONDS))
}

/// Writes local time with its offset: `2026-11-23T08:15:00+07:00`.
pub(crate) fn iso(second: i64) -> String {
    let at = wall(second);
    let (date, time) = (at.date(), at.time());
    format!(
        "{date}T{:02}:{:02}:{:02}+07:00",
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Writes UTC with milliseconds: `2026-11-23T01:15:00.250Z`.
pub(crate) fn utc_iso(second: i64, millisecond: i64) -> String {
    let text = &iso(second - AHEAD_SECONDS)[..19];
    format!("{text}.{millisecond:03}Z")
}

/// Returns the moment of a local time of day, on the local day of `second`.
pub(crate) fn on_day_of(second: i64, hour: i64, minute: i64) -> i64 {
    const DAY_SECONDS: i64 = 24 * HOUR;
    let midnight = (second + AHEAD_SECONDS).div_euclid(DAY_SECONDS) * DAY_SECONDS - AHEAD_SECONDS;
    midnight + hour * HOUR + minute * MINUTE
}

/// Writes local time without a zone: `2026-11-23 08:15:00`.
pub(crate) fn spaced(second: i64) -> String {
    iso(second)[..19].replace('T', " ")
}

/// Writes local time as digits: `20261123081500`.
pub(crate) fn compact(second: i64) -> String {
    iso(second)[..19]
        .chars()
        .filter(char::is_ascii_digit)
        .collect()
}

/// Writes the local day as customs does: `23112026`.
pub(crate) fn customs_day(second: i64) -> String {
    let at = wall(second);
    format!("{:02}{:02}{:04}", at.day(), at.month(), at.year())
}

/// Writes the local time of day as customs does: `081500`.
pub(crate) fn customs_time(second: i64) -> String {
    compact(second)[8..].to_owned()
}

/// Returns a name that is known to be a good one.
pub(crate) fn source_id(name: &str) -> SourceId {
    SourceId::parse(name).expect("letters and hyphens")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_moment_is_written_as_each_device_writes_it() {
        let at = local(date(2026, 11, 23), 8, 15) + 7;
        assert_eq!(timestamp(at).to_string(), "2026-11-23T01:15:07Z");
        assert_eq!(iso(at), "2026-11-23T08:15:07+07:00");
        assert_eq!(utc_iso(at, 50), "2026-11-23T01:15:07.050Z");
        assert_eq!(on_day_of(at, 21, 55), local(date(2026, 11, 23), 21, 55));
        assert_eq!(spaced(at), "2026-11-23 08:15:07");
        assert_eq!(compact(at), "20261123081507");
        assert_eq!(
            (customs_day(at), customs_time(at)),
            ("23112026".to_owned(), "081507".to_owned())
        );
    }
}
