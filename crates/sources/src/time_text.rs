//! Time texts of devices: ISO 8601 with and without offset, and the ways devices bend it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::text::trimmed;

/// Longest text that can be a time, in bytes.
const LONGEST: usize = 48;
/// Powers of ten, for the digits that a fraction of a second lacks.
const POWERS: [i32; 9] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];
/// Widest offset that is read without the general parser.
const MOST_SECONDS_EAST: i32 = 18 * 3600;

/// What an ISO 8601 text tells.
#[derive(Debug, PartialEq)]
pub(crate) enum Iso {
    /// A moment: the text carries its offset.
    Moment(Timestamp),
    /// A wall clock of a zone the text does not name.
    Wall(DateTime),
}

/// Reads `yyyy-MM-ddTHH:mm:ss[.fff][offset]`; `None` when it is no date with a time.
///
/// A blank for the `T`, blanks before the offset, `/` in the date, `:fff` for the fraction and offsets of one
/// hour digit (`+7:00`) are read too: devices write them.
pub(crate) fn iso(text: &str) -> Option<Iso> {
    let text = trimmed(text);
    if text.len() > LONGEST || !text.is_ascii() {
        return None;
    }
    if let Some(plain) = plain(text) {
        return Some(plain);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(Iso::Moment(moment));
    }
    let (date, clock) = text.split_at_checked(10)?;
    let clock = clock.strip_prefix(['T', 't', ' '])?.trim();
    let offset_at = clock.find(['+', '-', 'Z', 'z']).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(offset_at);
    let (clock, offset) = (clock.trim(), offset.trim());
    if clock.matches(':').count() == 0 {
        return None;
    }
    let plain = format!("{}T{}", date.replace('/', "-"), with_dotted_fraction(clock));
    if offset.is_empty() {
        return plain.parse().ok().map(Iso::Wall);
    }
    format!("{plain}{}", with_two_hour_digits(offset))
        .parse()
        .ok()
        .map(Iso::Moment)
}

/// Reads the forms in which most devices write a time, `yyyy-MM-ddTHH:mm[:ss[.f...]](Z|+HH:mm|-HH:mm|)` with a `T` or a
/// blank, without what a general parser has to look for; `None` for any other, and for what is not plainly right.
fn plain(text: &str) -> Option<Iso> {
    let (clock, rest) = text.as_bytes().split_first_chunk()?;
    #[rustfmt::skip]
    let [
        c1, c2, y1, y2, b'-', m1, m2, b'-', d1, d2, b'T' | b' ', h1, h2, b':', i1, i2,
    ] = clock else {
        return None;
    };
    let year = two(c1, c2)? as i16 * 100 + two(y1, y2)? as i16;
    let (month, day) = (two(m1, m2)? as i8, two(d1, d2)? as i8);
    let (hour, minute) = (two(h1, h2)? as i8, two(i1, i2)? as i8);
    let (second, nanoseconds, zone) = match rest {
        [b':', s1, s2, rest @ ..] => {
            let (nanoseconds, zone) = fraction(rest)?;
            (two(s1, s2)? as i8, nanoseconds, zone)
        }
        zone => (0, 0, zone),
    };
    let clock = DateTime::new(year, month, day, hour, minute, second, nanoseconds).ok()?;
    let seconds_east = match zone {
        b"" => return Some(Iso::Wall(clock)),
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two(h1, h2)?, Some(two(m1, m2)?).filter(|m| *m < 60)?);
            let seconds = (hours * 60 + minutes) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let offset = Offset::from_seconds(seconds_east).ok()?;
    let moment = offset.to_timestamp(clock).ok()?;
    (seconds_east.abs() <= MOST_SECONDS_EAST).then_some(Iso::Moment(moment))
}

/// Reads a point with one to nine digits, if there is one: returns the nanoseconds and what is behind.
fn fraction(rest: &[u8]) -> Option<(i32, &[u8])> {
    let [b'.', rest @ ..] = rest else {
        return Some((0, rest));
    };
    let (mut number, mut behind) = (0_i32, rest);
    while let [digit @ b'0'..=b'9', after @ ..] = behind {
        number = number
            .wrapping_mul(10)
            .wrapping_add(i32::from(digit - b'0'));
        behind = after;
    }
    let missing = 9_usize.checked_sub(rest.len() - behind.len())?;
    Some((number * POWERS.get(missing)?, behind))
}

fn two(tens: &u8, ones: &u8) -> Option<i32> {
    (tens.is_ascii_digit() && ones.is_ascii_digit())
        .then(|| i32::from((tens - b'0') * 10 + ones - b'0'))
}

/// Reads a compact wall clock `yyyyMMddHHmmss[fff]`; `None` when it is none.
pub(crate) fn compact(text: &str) -> Option<DateTime> {
    let text = trimmed(text);
    if !(14..=17).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, until: usize| text[from..until].parse::<i16>().ok();
    let small = |from, until| number(from, until).and_then(|value| i8::try_from(value).ok());
    let nanoseconds = match &text[14..] {
        "" => 0,
        fraction => fraction.parse::<i32>().ok()? * 10_i32.pow(9 - fraction.len() as u32),
    };
    DateTime::new(
        number(0, 4)?,
        small(4, 6)?,
        small(6, 8)?,
        small(8, 10)?,
        small(10, 12)?,
        small(12, 14)?,
        nanoseconds,
    )
    .ok()
}

fn with_dotted_fraction(clock: &str) -> String {
    match clock.rsplit_once(':') {
        Some((whole, fraction)) if whole.matches(':').count() == 2 => format!("{whole}.{fraction}"),
        _ => clock.to_owned(),
    }
}

fn with_two_hour_digits(offset: &str) -> String {
    match offset.as_bytes() {
        [sign, hour, b':', rest @ ..] if hour.is_ascii_digit() => {
            format!(
                "{}0{}:{}",
                char::from(*sign),
                char::from(*hour),
                String::from_utf8_lossy(rest)
            )
        }
        _ => offset.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_with_an_offset_are_moments() {
        let expected: Timestamp = "2024-01-19T03:17:19Z".parse().expect("RFC 3339");
        for text in [
            "2024-01-19T11:17:19+08:00",
            "2024-01-19T03:17:19Z",
            "2024-01-19 11:17:19 +08:00",
            "2024-01-19T11:17:19+8:00",
            "2024-01-19T11:17:19+0800",
            "2024/01/19 03:17:19Z",
        ] {
            assert_eq!(iso(text), Some(Iso::Moment(expected)), "{text}");
        }
        for text in ["2024-01-19T11:17:19+08:00", "2024-01-19T03:17:19.000Z"] {
            assert_eq!(plain(text), Some(Iso::Moment(expected)), "{text}");
        }
    }

    #[test]
    fn texts_without_an_offset_are_wall_clocks() {
        for (text, expected) in [
            ("2024-01-19 11:17:19", "2024-01-19T11:17:19"),
            ("2024-01-19T11:17:19.654", "2024-01-19T11:17:19.654"),
            ("2024-01-19 11:17:19:654", "2024-01-19T11:17:19.654"),
        ] {
            assert_eq!(
                iso(text),
                Some(Iso::Wall(expected.parse().expect("ISO 8601"))),
                "{text}"
            );
        }
        assert_eq!(
            compact("20240119111719654"),
            Some("2024-01-19T11:17:19.654".parse().expect("ISO 8601"))
        );
        assert_eq!(
            compact("20240119111719"),
            Some("2024-01-19T11:17:19".parse().expect("ISO 8601"))
        );
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "",
            "2024-01-19",
            "yesterday",
            "2024-13-19T11:17:19Z",
            "2024-01-19T25:17:19",
            "１",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
        for text in ["", "20241319111719", "2024011911171", "202401191117196540"] {
            assert_eq!(compact(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_moment_is_read_as_jiff_reads_it(
            clock in "(20|19|00|99)[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]",
            fraction in "([.][0-9]{0,10})?",
            zone in "Z|[-+][0-2][0-9]:[0-6][0-9]|",
        ) {
            let text = format!("{clock}{fraction}{zone}");
            let by_jiff = match zone.as_str() {
                "" => text.parse().ok().map(Iso::Wall),
                _ => text.parse().ok().map(Iso::Moment),
            };
            if let Some(plain) = plain(&text) {
                prop_assert_eq!(by_jiff, Some(plain), "{}", text);
            }
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,40}", digits in "[0-9 :T+.-]{0,30}") {
            let _ = (iso(&text), compact(&text), iso(&digits), compact(&digits));
        }
    }
}
