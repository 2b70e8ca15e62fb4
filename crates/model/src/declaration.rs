//! Customs declaration numbers: twelve digits, linked on the first eleven (identifiers.md).

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::{Direction, Fault};

/// Why a declaration number was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// The text is not eleven or twelve digits.
    #[error("declaration number {text:?} is not eleven or twelve digits")]
    Shape {
        /// The refused text.
        text: String,
    },
}

impl Error {
    /// Stable label for quarantine rows.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "declaration.shape",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }
}

/// Customs declaration number such as `103456789010`; the twelfth digit counts amendments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeclarationNumber(EcoString);

impl DeclarationNumber {
    /// Reads the number as printed; blanks do not matter. Authorities also write the first eleven only.
    ///
    /// # Errors
    /// [`Error::Shape`] when the text is not eleven or twelve digits.
    pub fn parse(printed: &str) -> Result<Self, Error> {
        let is_number = |text: &str| {
            matches!(text.len(), 11 | 12) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        // Most are printed without blanks.
        if is_number(printed) {
            return Ok(Self(printed.into()));
        }
        let text: EcoString = printed.chars().filter(|c| !c.is_whitespace()).collect();
        if is_number(&text) {
            Ok(Self(text))
        } else {
            Err(Error::Shape {
                text: printed.chars().take(40).collect(),
            })
        }
    }

    /// Returns the number as printed, eleven or twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first eleven digits, on which declarations are linked.
    #[must_use]
    pub fn link_part(&self) -> &str {
        &self.0[..11]
    }

    /// Returns the direction its first digits tell: imports start with 10, exports with 30.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        match &self.0[..2] {
            "10" => Some(Direction::Import),
            "30" => Some(Direction::Export),
            _ => None,
        }
    }
}

impl fmt::Display for DeclarationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amendments_link_to_the_same_declaration() {
        let first = DeclarationNumber::parse("103456789010").expect("twelve digits");
        let amended = DeclarationNumber::parse(" 103456789011 ").expect("twelve digits");
        let short = DeclarationNumber::parse("10345678901").expect("eleven digits");
        assert_eq!(first.link_part(), amended.link_part());
        assert_eq!(first.link_part(), short.link_part());
        assert_eq!(first.direction(), Some(Direction::Import));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "1034567890",
            "1034567890123",
            "10345678901A",
            "１０３４５６７８９０１２",
        ] {
            assert!(DeclarationNumber::parse(text).is_err(), "{text:?}");
        }
    }
}
