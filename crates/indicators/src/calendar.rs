//! The local calendar of the border: hours, days, ISO weeks and months in Asia/Ho_Chi_Minh.
//!
//! Every period is half open: 23:59:59.999 belongs to its day, the next midnight does not
//! (indicators.md, rule 7). The only place that turns instants into local days.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The zone in which days and hours are counted.
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::get("Asia/Ho_Chi_Minh").expect("the zone database is built into the program")
});

/// Local hour at which the daily backlog is taken (indicators.md, T3).
pub const BACKLOG_HOUR: i8 = 20;

/// A kind of local period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// One hour of one day.
    Hour,
    /// Midnight to midnight.
    Day,
    /// Monday to Monday (ISO 8601).
    Week,
    /// First to first.
    Month,
}

/// One local period: its label and its half-open range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// `2026-11-16T07`, `2026-11-16`, `2026-W47` or `2026-11`.
    pub label: String,
    /// Its first moment, inclusive.
    pub from: Timestamp,
    /// Its end, exclusive.
    pub to: Timestamp,
}

/// Returns the local period that holds `at`.
#[must_use]
pub fn bucket(at: Timestamp, period: Period) -> Bucket {
    let local = at.to_zoned(ZONE.clone()).datetime();
    let date = local.date();
    let (start, end) = match period {
        Period::Hour => {
            let start = date.at(local.hour(), 0, 0, 0);
            (start, start.checked_add(1.hour()))
        }
        Period::Day => (midnight(date), midnight(date).checked_add(1.day())),
        Period::Week => {
            let days = i64::from(date.weekday().to_monday_zero_offset());
            let monday = date.checked_sub(days.days()).unwrap_or(Date::MIN);
            (midnight(monday), midnight(monday).checked_add(7.days()))
        }
        Period::Month => {
            let first = midnight(date.first_of_month());
            (first, first.checked_add(1.month()))
        }
    };
    Bucket {
        label: label(start, period),
        from: instant(start).unwrap_or(Timestamp::MIN),
        to: end.ok().and_then(instant).unwrap_or(Timestamp::MAX),
    }
}

/// Returns the first moment of a local day; `None` at the far ends of the calendar only.
#[must_use]
pub fn start_of_day(date: Date) -> Option<Timestamp> {
    instant(midnight(date))
}

/// Returns 20:00 of a local day, when its backlog is taken; `None` at the far ends of the calendar only.
#[must_use]
pub fn backlog_time(date: Date) -> Option<Timestamp> {
    instant(date.at(BACKLOG_HOUR, 0, 0, 0))
}

/// Returns the latest daily backlog time at or before `at`.
#[must_use]
pub fn latest_backlog_time(at: Timestamp) -> Option<Timestamp> {
    let today = local_date(at);
    let candidates = [Some(today), today.yesterday().ok()];
    candidates
        .into_iter()
        .flatten()
        .filter_map(backlog_time)
        .find(|taken| *taken <= at)
}

/// Returns the local day that holds `at`.
#[must_use]
pub fn local_date(at: Timestamp) -> Date {
    at.to_zoned(ZONE.clone()).date()
}

/// Returns `at` as local time with its offset, precise to the second unless it has a fraction:
/// `2026-11-16T20:00:00+07:00`.
#[must_use]
pub fn local_text(at: Timestamp) -> String {
    at.display_with_offset(ZONE.to_offset(at)).to_string()
}

/// Returns every daily backlog time in `[from, to)`, ascending, up to `limit` of them.
#[must_use]
pub fn backlog_times(from: Timestamp, to: Timestamp, limit: usize) -> Vec<Timestamp> {
    let first = local_date(from);
    first
        .series(1.day())
        .map_while(backlog_time)
        .skip_while(|taken| *taken < from)
        .take_while(|taken| *taken < to)
        .take(limit)
        .collect()
}

fn midnight(date: Date) -> DateTime {
    date.at(0, 0, 0, 0)
}

fn instant(local: DateTime) -> Option<Timestamp> {
    ZONE.to_timestamp(local).ok()
}

fn label(start: DateTime, period: Period) -> String {
    let (year, month, day) = (start.year(), start.month(), start.day());
    match period {
        Period::Hour => format!("{year:04}-{month:02}-{day:02}T{:02}", start.hour()),
        Period::Day => format!("{year:04}-{month:02}-{day:02}"),
        Period::Week => {
            let week = start.date().iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        Period::Month => format!("{year:04}-{month:02}"),
    }
}

/// Returns the span of whole microseconds from `start` to `end`; negative when `end` is earlier.
#[must_use]
pub(crate) fn elapsed_us(start: Timestamp, end: Timestamp) -> i64 {
    let elapsed: SignedDuration = end.duration_since(start);
    i64::try_from(elapsed.as_micros()).unwrap_or(if elapsed.is_negative() {
        i64::MIN
    } else {
        i64::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn the_last_millisecond_belongs_to_its_local_day_and_midnight_to_the_next() {
        for (at, period, label) in [
            ("2026-11-16T23:59:59.999+07:00", Period::Day, "2026-11-16"),
            ("2026-11-17T00:00:00+07:00", Period::Day, "2026-11-17"),
            ("2026-11-15T17:00:00Z", Period::Day, "2026-11-16"),
            (
                "2026-11-16T07:59:59.999+07:00",
                Period::Hour,
                "2026-11-16T07",
            ),
            ("2026-11-16T08:00:00+07:00", Period::Hour, "2026-11-16T08"),
            ("2026-11-16T12:00:00+07:00", Period::Week, "2026-W47"),
            ("2026-11-15T23:59:59+07:00", Period::Week, "2026-W46"),
            ("2027-01-01T00:00:00+07:00", Period::Week, "2026-W53"),
            ("2026-11-30T23:59:59+07:00", Period::Month, "2026-11"),
            ("2026-11-30T17:00:00Z", Period::Month, "2026-12"),
        ] {
            assert_eq!(bucket(moment(at), period).label, label, "{at}");
        }
    }

    #[test]
    fn a_period_is_half_open_and_the_next_begins_where_it_ends() {
        for period in [Period::Hour, Period::Day, Period::Week, Period::Month] {
            let one = bucket(moment("2026-12-31T20:15:00+07:00"), period);
            let next = bucket(one.to, period);
            assert_eq!(next.from, one.to);
            assert_ne!(next.label, one.label);
            let last = one.to - SignedDuration::from_nanos(1);
            assert_eq!(bucket(last, period), one);
        }
    }

    #[test]
    fn the_backlog_is_taken_at_eight_in_the_evening_local_time() {
        for (at, expected) in [
            ("2026-11-16T13:00:00Z", "2026-11-16T20:00:00+07:00"),
            ("2026-11-16T12:59:59Z", "2026-11-15T20:00:00+07:00"),
            ("2026-11-16T20:00:00Z", "2026-11-16T20:00:00+07:00"),
        ] {
            let taken = latest_backlog_time(moment(at)).expect("an ordinary day");
            assert_eq!(local_text(taken), expected, "{at}");
        }
        let range = backlog_times(
            moment("2026-11-16T20:00:00+07:00"),
            moment("2026-11-18T20:00:00+07:00"),
            10,
        );
        assert_eq!(range.len(), 2, "the first evening is in, the last is not");
    }

    #[test]
    fn the_far_ends_of_time_have_a_period_too() {
        for at in [Timestamp::MIN, Timestamp::MAX] {
            for period in [Period::Hour, Period::Day, Period::Week, Period::Month] {
                let found = bucket(at, period);
                assert!(found.from <= found.to);
            }
        }
    }
}
