//! Match keys: what two readings must share to belong to one crossing (identifiers.md).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::GateId;

/// Kind of a match key, strongest link first; the order of variants is the order of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// Declaration code of the digital border-gate platform.
    Trip,
    /// First eleven digits of a customs declaration.
    Declaration,
    /// Container number.
    Container,
    /// Seal number.
    Seal,
    /// RFID tag.
    Tag,
    /// Plate in its normal form, without a leading Chinese province character.
    Plate,
    /// Plate with the OCR confusion classes folded; links only when no open crossing has the plate itself.
    PlateFolded,
    /// Trailer plate, in the same form as `Plate`.
    Trailer,
    /// A plate one substitution or one lost character away, decided afterwards; never stored as a key.
    PlateNear,
    /// The lane on which one vehicle was seen about then, decided afterwards; never stored as a key.
    Lane,
}

impl KeyKind {
    /// Returns the stable label used in tables and interfaces.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Trip => "trip",
            Self::Declaration => "declaration",
            Self::Container => "container",
            Self::Seal => "seal",
            Self::Tag => "tag",
            Self::Plate => "plate",
            Self::PlateFolded => "plate_folded",
            Self::Trailer => "trailer",
            Self::PlateNear => "plate_near",
            Self::Lane => "lane",
        }
    }

    /// Reads a label back; `None` when it is none of [`Self::code`]'s.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        const ALL: [KeyKind; 10] = [
            KeyKind::Trip,
            KeyKind::Declaration,
            KeyKind::Container,
            KeyKind::Seal,
            KeyKind::Tag,
            KeyKind::Plate,
            KeyKind::PlateFolded,
            KeyKind::Trailer,
            KeyKind::PlateNear,
            KeyKind::Lane,
        ];
        ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A value that two readings may share: looked up in the database by gate, kind and value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MatchKey {
    /// What the value names.
    pub kind: KeyKind,
    /// The identifier's match form.
    pub value: String,
}

impl std::fmt::Debug for MatchKey {
    /// Masks plates: they are personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            KeyKind::Plate | KeyKind::PlateFolded | KeyKind::Trailer | KeyKind::PlateNear => {
                write!(
                    f,
                    "{}:{}",
                    self.kind.code(),
                    crate::plate::mask(&self.value)
                )
            }
            _ => write!(f, "{}:{}", self.kind.code(), self.value),
        }
    }
}

/// A key, and the span of time in which crossings that carry it matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyWindow {
    /// The gate.
    pub gate_id: GateId,
    /// The key.
    pub key: MatchKey,
    /// Start of the span, inclusive.
    pub from: Timestamp,
    /// End of the span, inclusive.
    pub until: Timestamp,
}

/// A lane, and the span of time in which what was read there matters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LaneWindow {
    /// The gate.
    pub gate_id: GateId,
    /// The lane, as readings name it.
    pub lane: String,
    /// Start of the span, inclusive.
    pub from: Timestamp,
    /// End of the span, inclusive.
    pub until: Timestamp,
}
