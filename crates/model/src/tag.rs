//! Seals, RFID tags and trip codes: upper case, blanks removed (identifiers.md).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest seal, tag or trip code kept, in characters; longer texts are no identifiers.
const LONGEST: usize = 64;

macro_rules! plain_identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Reads it as printed, in upper case without blanks; `None` when nothing is left, when
            /// it has a control character or is over 64 characters long.
            #[must_use]
            pub fn parse(printed: &str) -> Option<Self> {
                let text: String = printed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
                let is_plain = !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
                is_plain.then_some(Self(text))
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
