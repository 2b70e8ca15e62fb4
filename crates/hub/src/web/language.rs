//! The two languages of the page.

use super::texts::{EN, Texts, VI};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese, unless someone chooses.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// Returns the BCP 47 tag.
    pub fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Reads a tag back.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Vi, Self::En]
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// Returns its words.
    pub fn texts(self) -> &'static Texts {
        match self {
            Self::Vi => &VI,
            Self::En => &EN,
        }
    }

    /// Returns the one of two that is in this language.
    pub fn of<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }
}
