//! Seals, RFID tags and trip codes: upper case, blanks removed (identifiers.md).

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::short::{Alphabet, LEFT_OUT, UNUSUAL, alphabet, rewritten};

/// Longest seal, tag or trip code kept, in characters; longer texts are no identifiers.
const LONGEST: usize = 64;

/// Upper case without blanks; control characters are unusual.
const GRAPHIC: Alphabet = alphabet!(graphic);

const fn graphic(byte: u8) -> u8 {
    match byte {
        b' ' | b'\t'..=b'\r' => LEFT_OUT,
        b'!'..=b'~' => byte.to_ascii_uppercase(),
        _ => UNUSUAL,
    }
}

fn normal_form(printed: &str) -> Option<EcoString> {
    if let Some(text) = rewritten(printed, &GRAPHIC) {
        return (!text.is_empty()).then_some(text);
    }
    let kept = printed.chars().filter(|c| !c.is_whitespace());
    let text: String = kept.flat_map(char::to_uppercase).collect();
    let is_plain = !text.chars().any(char::is_control);
    let is_short = text.chars().count() <= LONGEST;
    (is_plain && is_short && !text.is_empty()).then(|| text.into())
}

macro_rules! plain_identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(EcoString);

        impl $name {
            /// Reads it as printed, in upper case without blanks; `None` when nothing is left, when
            /// it has a control character or is over 64 characters long.
            #[must_use]
            pub fn parse(printed: &str) -> Option<Self> {
                normal_form(printed).map(Self)
            }

            /// Returns the normal form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

plain_identifier!(
    /// Number of a mechanical or electronic seal.
    Seal
);
plain_identifier!(
    /// Identity of an RFID tag, EPC in hexadecimal.
    Tag
);
plain_identifier!(
    /// Declaration code of the digital border-gate platform: the strongest link.
    TripCode
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_case_do_not_matter() {
        for (printed, expected) in [
            (" hq 123\u{b}456\t", Some("HQ123456")),
            ("niêm phong\u{a0}7", Some("NIÊMPHONG7")),
            (" \n", None),
            ("a\u{1}", None),
        ] {
            let seal = Seal::parse(printed);
            assert_eq!(seal.as_ref().map(Seal::as_str), expected, "{printed:?}");
        }
        assert!(Tag::parse(&"e".repeat(65)).is_none());
    }
}
