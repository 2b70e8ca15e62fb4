//! How identifiers of vehicles appear to a caller: in clear, as pseudonyms, or not at all.

use bordergate_model::{KeyKind, MatchKey, PlateNumber};
use serde::Serialize;

use crate::access::{Caller, Keys, Right};

/// How plates are shown.
#[derive(Clone, Copy)]
pub enum Veil<'a> {
    /// In clear.
    Clear,
    /// As keyed hashes: equal plates look equal, and nobody without the key finds one.
    Pseudonym(&'a Keys),
    /// Left out.
    Hidden,
}

impl<'a> Veil<'a> {
    /// Returns the veil for a caller: in clear with the right to see vehicles, else pseudonyms.
    #[must_use]
    pub fn for_caller(caller: &Caller, keys: &'a Keys) -> Self {
        if caller.may(Right::SeeVehicles) {
            Self::Clear
        } else {
            Self::Pseudonym(keys)
        }
    }

    /// Tells whether plates are shown in clear.
    #[must_use]
    pub fn is_clear(self) -> bool {
        matches!(self, Self::Clear)
    }

    /// Returns `text` as it may be shown; a pseudonym is `#` and 32 hex digits, and `None` means left out.
    #[must_use]
    pub fn show(self, text: &str) -> Option<String> {
        match self {
            Self::Clear => Some(text.to_owned()),
            Self::Pseudonym(keys) => Some(format!("#{}", keys.pseudonym(text))),
            Self::Hidden => None,
        }
    }

    /// Returns a plate as it may be shown: as read in clear, or the pseudonym of its normal form.
    #[must_use]
    pub fn plate(self, plate: &PlateNumber) -> Option<String> {
        match self {
            Self::Clear => Some(plate.as_read().to_owned()),
            _ => self.show(plate.normal()),
        }
    }

    /// Returns a match key as it may be shown; only plates are veiled.
    #[must_use]
    pub fn key(self, key: &MatchKey) -> Option<Key> {
        let is_plate = matches!(
            key.kind,
            KeyKind::Plate | KeyKind::PlateFolded | KeyKind::Trailer | KeyKind::PlateNear
        );
        let value = if is_plate {
            self.show(&key.value)?
        } else {
            key.value.clone()
        };
        Some(Key {
            kind: key.kind.code(),
            value,
        })
    }
}

/// A match key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// `trip`, `declaration`, `container`, `seal`, `tag`, `plate`, `plate_folded`, `trailer`, `plate_near` or `lane`.
    pub kind: &'static str,
    /// The identifier's match form.
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plates_are_veiled() {
        let key = |kind| MatchKey {
            kind,
            value: "12C12345".to_owned(),
        };
        assert_eq!(Veil::Hidden.key(&key(KeyKind::Plate)), None);
        assert_eq!(Veil::Hidden.key(&key(KeyKind::Trailer)), None);
        assert!(Veil::Hidden.key(&key(KeyKind::Container)).is_some());
        assert_eq!(
            Veil::Clear.key(&key(KeyKind::Plate)).map(|key| key.value),
            Some("12C12345".to_owned())
        );
    }
}
