//! The body: lines by position, and how dates, times, classes and weights in them are read.

use bordergate_model::{Basis, Channel, Occurred};
use jiff::civil::{Date, DateTime, Time};

use super::layout::{Layout, Means};
use crate::text::Text;
use crate::{Context, Error};

/// The fields of a message.
pub(super) struct Body<'a> {
    lines: Vec<&'a str>,
    text: Text<'a>,
    layout: &'static Layout,
}

/// A date (with a time) as a message tells it.
pub(super) enum Dated {
    /// Nothing is told: blank, zeros or `99/99/9999` ("no limit").
    Blank,
    /// A moment, or undated when only the day is told: a time of day is never invented.
    Told(Occurred),
}

impl<'a> Body<'a> {
    /// Splits what follows the header line into fields; CRLF, or LF where a transfer turned it.
    pub(super) fn read(
        message: &'a [u8],
        offset: usize,
        layout: &'static Layout,
    ) -> Result<Self, Error> {
        let start = memchr::memchr(b'\n', message).map_or(message.len(), |newline| newline + 1);
        let text = Text::check(&message[start..], offset + start)?;
        Ok(Self {
            lines: text.text.lines().collect(),
            text,
            layout,
        })
    }

    /// Returns every field of a meaning that is not blank, trimmed.
    pub(super) fn values(&self, means: Means) -> impl Iterator<Item = &'a str> {
        let positions = self.layout.positions(means).iter();
        let lines = positions.filter_map(|&position| self.lines.get(position - 1));
        lines
            .map(|line| line.trim())
            .filter(|line| !line.is_empty())
    }

    /// Returns the field of a meaning; empty when it is blank or the message has none.
    pub(super) fn value(&self, means: Means) -> &'a str {
        self.values(means).next().unwrap_or_default()
    }

    /// Puts a date and a time together, in the registered zone.
    ///
    /// # Errors
    /// `vnaccs.time` when one of them is not blank and none: the layout does not fit this message.
    pub(super) fn dated(
        &self,
        context: &Context<'_>,
        date: Means,
        time: Means,
    ) -> Result<Dated, Error> {
        let (date_text, time_text) = (self.value(date), self.value(time));
        if is_no_limit(date_text) {
            return Ok(Dated::Blank);
        }
        let day = day(date_text).ok_or_else(|| self.error(date, "is not ddMMyyyy"))?;
        if time_text.is_empty() {
            return Ok(Dated::Told(context.undated(Some(date_text))));
        }
        let time_of_day =
            time_of_day(time_text).ok_or_else(|| self.error(time, "is not HHmm or HHmmss"))?;
        let text = format!("{date_text} {time_text}");
        let occurred = context.local(
            DateTime::from_parts(day, time_of_day),
            &text,
            Basis::Configured,
        )?;
        occurred
            .map(Dated::Told)
            .ok_or_else(|| self.error(date, "is no date of the years 1 to 9999"))
    }

    /// Returns the channel: the class field, else the digit in the code.
    pub(super) fn channel(&self) -> Option<Channel> {
        let of = |digit: char| match digit {
            '1' => Some(Channel::Green),
            '2' => Some(Channel::Yellow),
            '3' => Some(Channel::Red),
            _ => None,
        };
        let class = self.value(Means::Class).trim_start_matches('0');
        let mut characters = class.chars();
        match (characters.next(), characters.next()) {
            (Some(digit), None) => of(digit).or_else(|| self.layout.digit.and_then(of)),
            _ => self.layout.digit.and_then(of),
        }
    }

    /// Returns the gross weight in kilograms; `None` when it or its unit cannot be read for certain.
    pub(super) fn gross_kg(&self) -> Option<f64> {
        let weight: f64 = self
            .value(Means::GrossWeight)
            .parse()
            .ok()
            .filter(|weight: &f64| weight.is_finite() && *weight >= 0.0)?;
        match self.value(Means::GrossUnit).to_ascii_uppercase().as_str() {
            "KGM" | "KG" => Some(weight),
            "TNE" | "TON" | "T" => Some(weight * 1000.0),
            "GRM" => Some(weight / 1000.0),
            _ => None,
        }
    }

    fn error(&self, means: Means, problem: &str) -> Error {
        let position = self.layout.positions(means).first().copied().unwrap_or(1);
        let line = self
            .lines
            .get(position - 1)
            .map_or(self.text.text.len(), |line| {
                line.as_ptr() as usize - self.text.text.as_ptr() as usize
            });
        Error::new(
            "vnaccs.time",
            format!(
                "field {position} {problem} (byte {})",
                self.text.offset + line
            ),
        )
    }
}

/// Blank, or one of the ways to write that there is no date.
fn is_no_limit(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.len()
        == text
            .chars()
            .filter(|c| !matches!(c, '/' | '-' | ' '))
            .count()
        && (digits.chars().all(|digit| digit == '0') || digits == "99999999")
}

/// Reads `ddMMyyyy` or `dd/MM/yyyy`.
fn day(text: &str) -> Option<Date> {
    let digits: String = text.chars().filter(|c| !matches!(c, '/' | '-')).collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(
        digits[4..].parse().ok()?,
        digits[2..4].parse().ok()?,
        digits[..2].parse().ok()?,
    )
    .ok()
}

/// Reads `HHmm` or `HHmmss`, colons allowed.
fn time_of_day(text: &str) -> Option<Time> {
    let digits: String = text.chars().filter(|&c| c != ':').collect();
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = digits.get(4..6).map_or(Ok(0), str::parse).ok()?;
    Time::new(
        digits[..2].parse().ok()?,
        digits[2..4].parse().ok()?,
        seconds,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_in_each_of_their_lengths() {
        assert_eq!(day("16112026"), day("16/11/2026"));
        assert_eq!(day("16112026"), Date::new(2026, 11, 16).ok());
        assert_eq!(time_of_day("0705"), Time::new(7, 5, 0, 0).ok());
        assert_eq!(time_of_day("070509"), Time::new(7, 5, 9, 0).ok());
        for text in ["", "161126", "32112026", "1611202X", "２０２６１１１６"] {
            assert_eq!(day(text), None, "{text}");
        }
        for text in ["", "705", "2460", "07050", "07:0X"] {
            assert_eq!(time_of_day(text), None, "{text}");
        }
    }

    #[test]
    fn no_limit_is_no_date() {
        for (text, expected) in [
            ("", true),
            ("99/99/9999", true),
            ("99999999", true),
            ("00000000", true),
            ("16112026", false),
            ("X", false),
        ] {
            assert_eq!(is_no_limit(text), expected, "{text}");
        }
    }
}
