//! Figures as people read them: durations, local times, counts, shares. Rounding happens here only.

use bordergate_indicators::{calendar, rounded};
use jiff::{SignedDuration, Timestamp};

use super::language::Language;

/// A moment in local time: `16/11/2026 07:05:09`.
pub fn moment(at: Timestamp) -> String {
    format!("{} {}", day(at), clock(at))
}

/// The local day of a moment: `16/11/2026`.
pub fn day(at: Timestamp) -> String {
    let text = calendar::local_text(at);
    match (text.get(0..4), text.get(5..7), text.get(8..10)) {
        (Some(year), Some(month), Some(day)) => format!("{day}/{month}/{year}"),
        _ => text,
    }
}

/// The local time of day: `07:05:09`.
pub fn clock(at: Timestamp) -> String {
    let text = calendar::local_text(at);
    text.get(11..19).map(str::to_owned).unwrap_or(text)
}

/// A span of time with two units at most: `45 s`, `12 min`, `3 h 07 min`, `2 d 05 h`; in Vietnamese
/// `giây`, `phút`, `giờ`, `ngày`.
pub fn span(seconds: f64, language: Language) -> String {
    let (d, h, min, s) = match language {
        Language::Vi => ("ngày", "giờ", "phút", "giây"),
        Language::En => ("d", "h", "min", "s"),
    };
    let whole: u64 = rounded(seconds.max(0.0), 0).parse().unwrap_or(0);
    if whole < 60 {
        return format!("{whole} {s}");
    }
    let minutes: u64 = rounded(seconds / 60.0, 0).parse().unwrap_or(0);
    match minutes {
        0..60 => format!("{minutes} {min}"),
        60..2880 => format!("{} {h} {:02} {min}", minutes / 60, minutes % 60),
        _ => format!("{} {d} {:02} {h}", minutes / 1440, minutes % 1440 / 60),
    }
}

/// The time between two moments, as [`span`]; an earlier end counts as zero.
pub fn between(from: Timestamp, to: Timestamp, language: Language) -> String {
    let elapsed: SignedDuration = to.duration_since(from);
    span(elapsed.as_secs_f64(), language)
}

/// A count with thousands set apart: `12 345`, by a space that does not break.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// The label of an hour as indicators give it, `2026-11-16T07`, as `07:00`, with the day when asked.
pub fn hour(label: &str, with_day: bool) -> String {
    let (Some((date, hour)), true) = (label.split_once('T'), label.len() == 13) else {
        return label.to_owned();
    };
    if !with_day {
        return format!("{hour}:00");
    }
    format!("{}/{} {hour}:00", &date[8..10], &date[5..7])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_two_units_at_most_and_is_rounded_half_up() {
        for (seconds, en, vi) in [
            (0.4, "0 s", "0 giây"),
            (59.4, "59 s", "59 giây"),
            (59.5, "1 min", "1 phút"),
            (90.0, "2 min", "2 phút"),
            (3_570.0, "1 h 00 min", "1 giờ 00 phút"),
            (11_220.0, "3 h 07 min", "3 giờ 07 phút"),
            (190_800.0, "2 d 05 h", "2 ngày 05 giờ"),
        ] {
            assert_eq!(span(seconds, Language::En), en, "{seconds}");
            assert_eq!(span(seconds, Language::Vi), vi, "{seconds}");
        }
    }

    #[test]
    fn times_are_shown_as_viet_nam_reads_them() {
        let at: Timestamp = "2026-11-16T17:05:09Z".parse().expect("a moment");
        assert_eq!(moment(at), "17/11/2026 00:05:09");
        assert_eq!(hour("2026-11-16T07", false), "07:00");
        assert_eq!(hour("2026-11-16T07", true), "16/11 07:00");
        assert_eq!(hour("undated", true), "undated");
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
