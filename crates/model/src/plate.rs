//! Vehicle plates of Viet Nam and China, and the forms in which they are matched (identifiers.md).

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::Fault;
use crate::short::{Alphabet, LEFT_OUT, UNUSUAL, alphabet, is_kept, rewritten};

/// Fewest characters of a text that can name a vehicle; shorter readings fit too many vehicles.
const SHORTEST: usize = 4;
/// Most characters of a plate in normal form.
const LONGEST: usize = 12;
/// Province (and consular) characters that start a Chinese plate.
const CHINA_PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领";
/// Characters that may end a Chinese plate: trailer, learner, police, Hong Kong, Macau, consulate, embassy.
const CHINA_ENDINGS: &str = "挂学警港澳领使";

/// Why a text is no plate.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// Nothing was read, or too little or too much to name a vehicle.
    #[error("plate text of {length} characters is not {SHORTEST} to {LONGEST} letters and digits")]
    Shape {
        /// How many letters and digits it has; the text itself is personal data.
        length: usize,
    },
}

impl Error {
    /// Stable label for quarantine rows and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "plate.shape",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }
}

/// The country whose rules the plate's shape follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Country {
    /// Viet Nam: civil, special series, diplomatic, military or temporary.
    VietNam,
    /// China, with or without its province character.
    China,
    /// Neither shape: another country's, or misread.
    Other,
}

/// Vehicle plate such as `12C-123.45` or `桂E9U115`; personal data, so it prints masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlateNumber {
    as_read: EcoString,
    normal: EcoString,
    folded: EcoString,
}

impl PlateNumber {
    /// Reads the plate as a machine or person wrote it; letter case, separators, line breaks and
    /// full-width forms do not matter.
    ///
    /// # Errors
    /// [`Error::Shape`] when fewer than four or more than twelve letters and digits are left.
    pub fn parse(read: &str) -> Result<Self, Error> {
        let normal = normal_form(read);
        let length = if normal.is_ascii() {
            normal.len()
        } else {
            normal.chars().count()
        };
        if (SHORTEST..=LONGEST).contains(&length) {
            Ok(Self {
                as_read: read.into(),
                folded: fold_short(&normal),
                normal,
            })
        } else {
            Err(Error::Shape { length })
        }
    }

    /// Returns the text as it was read. Personal data.
    #[must_use]
    pub fn as_read(&self) -> &str {
        &self.as_read
    }

    /// Returns the normal form: upper case, no separators, with the province character when it was read.
    #[must_use]
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// Returns the Chinese province character, when it was read.
    #[must_use]
    pub fn province(&self) -> Option<char> {
        province(&self.normal)
    }

    /// Returns the normal form after the province character: the form in which plates are matched,
    /// since cameras and customs texts often lose that character.
    #[must_use]
    pub fn tail(&self) -> &str {
        after_province(&self.normal)
    }

    /// Returns the tail with the OCR confusion classes folded.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Tells whether both texts name a province, and not the same one.
    #[must_use]
    pub fn province_contradicts(&self, other: &Self) -> bool {
        matches!((self.province(), other.province()), (Some(mine), Some(theirs)) if mine != theirs)
    }

    /// Returns the country whose shape the plate has.
    #[must_use]
    pub fn country(&self) -> Country {
        if is_viet_nam(&self.normal) {
            Country::VietNam
        } else if is_china(self.tail(), self.province().is_some()) {
            Country::China
        } else {
            Country::Other
        }
    }

    /// Tells whether the text held characters that only look like letters of plates, or invisible
    /// ones; they were replaced or left out.
    #[must_use]
    pub fn is_suspicious(&self) -> bool {
        !self.as_read.is_ascii()
            && self
                .as_read
                .chars()
                .any(|c| look_alike(c).is_some() || is_invisible(c))
    }

    /// Returns the form that may be shown to anyone.
    #[must_use]
    pub fn masked(&self) -> String {
        mask(&self.normal)
    }
}

impl fmt::Debug for PlateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlateNumber({})", self.masked())
    }
}

impl fmt::Display for PlateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl TryFrom<String> for PlateNumber {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<PlateNumber> for String {
    fn from(plate: PlateNumber) -> Self {
        plate.as_read.into()
    }
}

/// Returns `text` with all but its first two and last two characters hidden.
#[must_use]
pub fn mask(text: &str) -> String {
    let length = text.chars().count();
    if length <= 4 {
        return "****".to_owned();
    }
    text.chars()
        .enumerate()
        .map(|(place, c)| {
            if place < 2 || place + 2 >= length {
                c
            } else {
                '*'
            }
        })
        .collect()
}

fn province(normal: &str) -> Option<char> {
    let first = normal.chars().next()?;
    (!first.is_ascii() && CHINA_PROVINCES.contains(first)).then_some(first)
}

fn after_province(normal: &str) -> &str {
    let skipped = province(normal).map_or(0, char::len_utf8);
    &normal[skipped..]
}

/// Returns `text` with each OCR confusion class replaced by its digit: equal results may be one plate.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(folded).collect()
}

/// Returns [`fold`] of what is behind the province character.
fn fold_short(normal: &EcoString) -> EcoString {
    if is_kept(normal, &FOLDED) {
        return normal.clone();
    }
    let tail = after_province(normal);
    rewritten(tail, &FOLDED).unwrap_or_else(|| tail.chars().map(folded).collect())
}

/// Each confusion class as its digit.
const FOLDED: Alphabet = alphabet!(folded_byte);

const fn folded_byte(byte: u8) -> u8 {
    folded(byte as char) as u8
}

const fn folded(c: char) -> char {
    match c {
        'O' | 'D' | 'Q' => '0',
        'I' | 'L' => '1',
        'Z' => '2',
        'S' => '5',
        'B' => '8',
        'G' => '6',
        other => other,
    }
}

/// Upper case without separators.
const LETTERS_AND_DIGITS: Alphabet = alphabet!(letter_or_digit);

const fn letter_or_digit(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() {
        byte.to_ascii_uppercase()
    } else {
        LEFT_OUT
    }
}

fn normal_form(read: &str) -> EcoString {
    if let Some(normal) = rewritten(read, &LETTERS_AND_DIGITS) {
        return normal;
    }
    // Upper case first: some characters become several, of which not all are letters.
    read.chars()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_uppercase)
        .map(|c| look_alike(c).unwrap_or(c))
        .filter(|c| c.is_alphanumeric())
        .map(|c| if c == 'Đ' { 'D' } else { c })
        .collect()
}

/// Full-width forms, and Cyrillic and Greek letters with the shape of a Latin one.
fn look_alike(c: char) -> Option<char> {
    let plain = match c {
        '\u{ff01}'..='\u{ff5e}' => return char::from_u32(u32::from(c) - 0xfee0),
        'А' | 'а' | 'Α' => 'A',
        'В' | 'в' | 'Β' => 'B',
        'С' | 'с' => 'C',
        'Е' | 'е' | 'Ε' => 'E',
        'Н' | 'н' | 'Η' => 'H',
        'К' | 'к' | 'Κ' => 'K',
        'М' | 'м' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'о' | 'Ο' => 'O',
        'Р' | 'р' | 'Ρ' => 'P',
        'Т' | 'т' | 'Τ' => 'T',
        'Х' | 'х' | 'Χ' => 'X',
        'У' | 'у' | 'Υ' => 'Y',
        'Ζ' => 'Z',
        _ => return None,
    };
    Some(plain)
}

/// Zero-width and direction-changing characters.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

/// A city letter, then five characters (the last may be a Chinese ending), or six of a new-energy plate.
fn is_china(tail: &str, has_province: bool) -> bool {
    let characters: Vec<char> = tail.chars().collect();
    let Some((city, rest)) = characters.split_first() else {
        return false;
    };
    let body_length = match rest.last() {
        Some(last) if CHINA_ENDINGS.contains(*last) => rest.len() - 1,
        _ => rest.len(),
    };
    let is_long_enough = rest.len() == 5 || (rest.len() == 6 && (has_province || body_length == 6));
    city.is_ascii_uppercase()
        && is_long_enough
        && rest[..body_length].iter().all(char::is_ascii_alphanumeric)
}

/// Two digits of province, a series of one or two letters (or a special one), four or five digits;
/// diplomatic `80...NG...`; military two letters and digits; temporary with `T`.
fn is_viet_nam(normal: &str) -> bool {
    const SPECIAL: [&str; 10] = ["LD", "DA", "KT", "HC", "TD", "MK", "MD", "R", "NG", "NN"];
    let digits = |text: &str, least: usize, most: usize| {
        (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let series = |text: &str| {
        SPECIAL.contains(&text)
            || (matches!(text.len(), 1 | 2)
                && text.bytes().all(|b| b"ABCDEFGHKLMNPSTUVXYZ".contains(&b)))
    };
    if !normal.is_ascii() {
        return false;
    }
    if let Some(temporary) = normal.strip_prefix('T') {
        return digits(temporary, 5, 8) || (temporary.len() >= 6 && is_viet_nam(temporary));
    }
    if let Some((province, rest)) = normal.split_at_checked(2) {
        if digits(province, 2, 2) {
            let letters_at = rest
                .bytes()
                .position(|b| b.is_ascii_uppercase())
                .unwrap_or(rest.len());
            let (before, tail) = rest.split_at(letters_at);
            let letters = tail.bytes().take_while(u8::is_ascii_uppercase).count();
            let (series_text, number) = tail.split_at(letters);
            return match before {
                "" => series(series_text) && digits(number, 4, 5),
                _ => {
                    digits(before, 1, 3)
                        && matches!(series_text, "NG" | "NN" | "QT")
                        && digits(number, 2, 3)
                }
            };
        }
        return province.bytes().all(|b| b.is_ascii_uppercase()) && digits(rest, 4, 4);
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plate(read: &str) -> PlateNumber {
        PlateNumber::parse(read).expect("a plate")
    }

    #[test]
    fn separators_lines_and_case_do_not_matter() {
        for read in [
            "12C-123.45",
            "12c 12345",
            "12C1\n2345",
            "12C-1 23.45",
            "１２Ｃ１２３４５",
        ] {
            assert_eq!(plate(read).normal(), "12C12345", "{read:?}");
        }
    }

    #[test]
    fn each_country_shape_is_known() {
        for (read, country) in [
            ("12C-123.45", Country::VietNam),
            ("29LD-1234", Country::VietNam),
            ("12R-012.34", Country::VietNam),
            ("80-123-NG-45", Country::VietNam),
            ("AA1234", Country::VietNam),
            ("T12-345.67", Country::VietNam),
            ("99B1 1234", Country::VietNam),
            ("桂E9U115", Country::China),
            ("E9U115", Country::China),
            ("桂AD12345", Country::China),
            ("桂F1234挂", Country::China),
            ("PECT600", Country::China),
            ("1234", Country::Other),
        ] {
            assert_eq!(plate(read).country(), country, "{read}");
        }
    }

    #[test]
    fn a_lost_province_character_leaves_the_same_tail() {
        assert_eq!(plate("桂E9U115").tail(), plate("E9U115").tail());
        assert!(plate("桂E9U115").province_contradicts(&plate("粤E9U115")));
        assert!(!plate("桂E9U115").province_contradicts(&plate("E9U115")));
    }

    #[test]
    fn confused_characters_are_equal_in_the_folded_form_only() {
        assert_ne!(plate("12C12345").tail(), plate("I2C1Z34S").tail());
        assert_eq!(plate("12C12345").folded(), plate("I2C1Z34S").folded());
    }

    #[test]
    fn look_alikes_and_invisible_characters_are_replaced_and_flagged() {
        let read = plate("12\u{202e}С\u{200b}12345");
        assert_eq!(read.normal(), "12C12345");
        assert!(read.is_suspicious());
        assert!(!plate("12C12345").is_suspicious());
    }

    #[test]
    fn plates_print_masked() {
        assert_eq!(
            format!("{0} {0:?}", plate("12C-123.45")),
            "12****45 PlateNumber(12****45)"
        );
    }

    #[test]
    fn too_short_or_too_long_texts_name_no_vehicle() {
        for text in ["", "12C", "---", "1234567890123"] {
            assert!(PlateNumber::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,20}") {
            if let Ok(plate) = PlateNumber::parse(&text) {
                let _ = (plate.country(), plate.tail().len(), plate.folded(), plate.masked());
            }
        }

        #[test]
        fn the_normal_form_is_stable(text in ".{0,20}") {
            if let Ok(plate) = PlateNumber::parse(&text) {
                let again = PlateNumber::parse(plate.normal()).expect("a normal form is a plate");
                prop_assert_eq!(again.normal(), plate.normal());
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in "[A-Z0-9]{4,10}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
