//! Freight container numbers (ISO 6346).

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::Fault;

/// Why a container number was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// The printed number was misread or mistyped.
    #[error("container number {text:?} is not three letters, U, J or Z, and seven digits")]
    Shape {
        /// The refused text.
        text: String,
    },
}

impl Error {
    /// Stable label for quarantine rows and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "container.shape",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Shape { .. } => Fault::Sender,
        }
    }
}

/// Freight container number such as `CSQU3054383` (ISO 6346).
///
/// Keeps the text as read. A number whose check digit fails is kept, since gates see misread boxes;
/// it is corrected only when exactly one substitution within an OCR confusion class makes it valid.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContainerNumber {
    as_read: EcoString,
    number: EcoString,
}

/// Characters that readers take for one another (identifiers.md, OCR confusion).
const CONFUSED: [&str; 6] = ["0ODQ", "1IL", "2Z", "5S", "8B", "6G"];

impl ContainerNumber {
    /// Reads the number as printed; blanks, separators and letter case do not matter.
    ///
    /// # Errors
    /// [`Error::Shape`] when the text is not three letters, U, J or Z, and seven digits, and no
    /// single OCR substitution makes it a valid number.
    pub fn parse(printed: &str) -> Result<Self, Error> {
        let as_read = EcoString::from(printed);
        // Most come in upper case without blanks and separators.
        let (number, is_shaped) = if has_shape(printed) {
            (as_read.clone(), true)
        } else {
            let is_kept = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '.' | '/');
            let kept = printed.chars().filter(is_kept);
            let number: EcoString = kept.map(|c| c.to_ascii_uppercase()).collect();
            let is_shaped = has_shape(&number);
            (number, is_shaped)
        };
        if is_shaped && check_digit_fits(&number) {
            return Ok(Self { as_read, number });
        }
        match only_correction(&number) {
            Some(corrected) => Ok(Self {
                as_read,
                number: corrected.into(),
            }),
            None if is_shaped => Ok(Self { as_read, number }),
            None => Err(Error::Shape {
                text: printed.chars().take(40).collect(),
            }),
        }
    }

    /// Returns the text as it was read.
    #[must_use]
    pub fn as_read(&self) -> &str {
        &self.as_read
    }

    /// Returns the number in normal form, eleven characters, corrected where that is certain.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// Returns the form in which containers are matched.
    #[must_use]
    pub fn match_form(&self) -> &str {
        &self.number
    }

    /// Tells whether the check digit fits the number.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        check_digit_fits(&self.number)
    }

    /// Tells whether the number differs from the text as read by an OCR correction.
    #[must_use]
    pub fn is_corrected(&self) -> bool {
        let plain: String = self
            .as_read
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        plain.to_ascii_uppercase() != self.number
    }
}

impl fmt::Display for ContainerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)
    }
}

fn has_shape(text: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| match place {
        0..3 => byte.is_ascii_uppercase(),
        3 => matches!(byte, b'U' | b'J' | b'Z'),
        _ => byte.is_ascii_digit(),
    };
    text.len() == 11 && text.bytes().enumerate().all(fits)
}

/// Letters count from 10 for A upwards, leaving out the multiples of 11; position i weighs 2^i; the
/// sum modulo 11, and 10 as 0, is the check digit. Source: ISO 6346, annex A.
fn check_digit_fits(text: &str) -> bool {
    let Some((digit, identity)) = text.as_bytes().split_last() else {
        return false;
    };
    let weighed = identity.iter().enumerate();
    let sum = weighed.fold(0, |sum, (place, byte)| {
        sum + (u32::from(VALUES[usize::from(*byte)]) << (place & 15))
    });
    u32::from(digit.wrapping_sub(b'0')) == sum % 11 % 10
}

/// What each character counts; those that no container number has count nothing.
const VALUES: [u8; 256] = {
    let mut values = [0; 256];
    let mut digit = 0;
    while digit < 10 {
        values[b'0' as usize + digit] = digit as u8;
        digit += 1;
    }
    let (mut letter, mut value) = (b'A', 10);
    while letter <= b'Z' {
        values[letter as usize] = value;
        value += if (value + 1).is_multiple_of(11) { 2 } else { 1 };
        letter += 1;
    }
    values
};

fn only_correction(text: &str) -> Option<String> {
    if text.len() != 11 || !text.is_ascii() {
        return None;
    }
    let mut found = None;
    for (place, read) in text.chars().enumerate() {
        for class in CONFUSED.iter().filter(|class| class.contains(read)) {
            for candidate in class.chars().filter(|&candidate| candidate != read) {
                let mut corrected = text.to_owned();
                corrected.replace_range(place..=place, candidate.encode_utf8(&mut [0; 4]));
                if has_shape(&corrected) && check_digit_fits(&corrected) {
                    if found.is_some() {
                        return None;
                    }
                    found = Some(corrected);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_failing_check_digit_is_kept_and_flagged() {
        for (printed, consistent) in [
            ("CSQU 305438 3", true),
            ("csqu3054383", true),
            ("CSQU3054384", false),
        ] {
            let number =
                ContainerNumber::parse(printed).expect("has the shape of a container number");
            assert_eq!(number.is_consistent(), consistent, "{printed:?}");
        }
    }

    #[test]
    fn one_certain_misreading_is_corrected_and_the_text_kept() {
        let number = ContainerNumber::parse("CSQU3O54383").expect("the letter O stands for a zero");
        assert_eq!(
            (number.as_str(), number.as_read()),
            ("CSQU3054383", "CSQU3O54383")
        );
        assert!(number.is_corrected());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "CSQU305438",
            "CSQA3054383",
            "CSQU30543834",
            "12QU3054383",
            "ĂSQU3054383",
        ] {
            assert!(ContainerNumber::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,16}") {
            let _ = ContainerNumber::parse(&text);
        }

        #[test]
        fn a_valid_number_stands_as_it_is(owner in "[A-Z]{3}[UJZ]", serial in "[0-9]{6}") {
            let valid = (0..10)
                .map(|digit| format!("{owner}{serial}{digit}"))
                .find(|text| check_digit_fits(text))
                .expect("one of ten digits is the check digit");
            let number = ContainerNumber::parse(&valid).expect("valid");
            prop_assert_eq!(number.as_str(), valid);
            prop_assert!(!number.is_corrected());
        }
    }
}
