//! Names of gates, sources, records, crossings and places in the log.

use std::fmt;
use std::str::FromStr;

use ecow::EcoString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Fault;

/// A partition of the raw log, 0 or more; a gate is never split over two shards.
pub type Shard = u16;

/// A record's place in its shard, 0 or more, growing; holes occur on Kafka.
pub type Offset = i64;

/// Why a name was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// The text is empty, too long or has a character that names do not have.
    #[error(
        "{what} {text:?} must be 1 to 64 characters of a-z, A-Z, 0-9, '-', '_', '.' and start with a letter or digit"
    )]
    Shape {
        /// What the text should have named: `gate id` or `source id`.
        what: &'static str,
        /// The refused text.
        text: String,
    },
}

impl Error {
    /// Stable label for problems and quarantine rows.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "id.shape",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }
}

fn check_name(what: &'static str, text: &str) -> Result<(), Error> {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if starts_well && plain && text.len() <= 64 {
        Ok(())
    } else {
        Err(Error::Shape {
            what,
            text: text.chars().take(80).collect(),
        })
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(EcoString);

        impl $name {
            /// Checks and takes the name as written.
            ///
            /// # Errors
            /// [`Error::Shape`] when it is empty, over 64 characters or has a character other than
            /// letters, digits, `-`, `_` and `.`.
            pub fn parse(text: &str) -> Result<Self, Error> {
                check_name($what, text)?;
                Ok(Self(text.into()))
            }

            /// Returns the name as written.
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

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self, Error> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self, Error> {
                check_name($what, &text)?;
                Ok(Self(text.into()))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }
    };
}

name!(
    /// Name of a border gate such as `huu-nghi`; the key of the raw log.
    GateId,
    "gate id"
);
name!(
    /// Name of a registered source such as `hn-cam-in-1`: one device or one feed at one gate.
    SourceId,
    "source id"
);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// Name of a raw record: UUIDv5 of source and sender's key, else UUIDv7 (DESIGN.md, Identities).
    RecordId
);
uuid_id!(
    /// Name of a crossing: UUIDv5 of gate, opening record and index of the observation.
    CrossingId
);

/// Namespace under which record ids are derived from a sender's key.
const RECORDS: Uuid = Uuid::from_u128(0x6d1f_3d0c_52f4_5b7e_9f0a_3a5e_0d5b_7c11);
/// Namespace under which crossing ids are derived from their opening observation.
const CROSSINGS: Uuid = Uuid::from_u128(0x1c0b_9a72_8e3d_5f46_a2d7_64f1_90ce_b835);

impl RecordId {
    /// Returns the id of the record that `source_id` sent under its own `key`: the same for every retry.
    #[must_use]
    pub fn from_key(source_id: &SourceId, key: &str) -> Self {
        Self(Uuid::new_v5(
            &RECORDS,
            format!("{source_id}\n{key}").as_bytes(),
        ))
    }
}

impl CrossingId {
    /// Returns the id of the crossing at `gate_id` opened by observation `index` of record `record_id`.
    #[must_use]
    pub fn opened_by(gate_id: &GateId, record_id: RecordId, index: u16) -> Self {
        Self(Uuid::new_v5(
            &CROSSINGS,
            format!("{gate_id}\n{record_id}\n{index}").as_bytes(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_letters_digits_and_few_marks() {
        for (text, good) in [
            ("huu-nghi", true),
            ("hn.cam_1", true),
            ("", false),
            ("a/b", false),
            ("-x", false),
            ("ü", false),
        ] {
            assert_eq!(GateId::parse(text).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn a_retry_under_the_same_key_gets_the_same_record_id() {
        let camera = SourceId::parse("cam-1").expect("a plain name");
        let other = SourceId::parse("cam-2").expect("a plain name");
        assert_eq!(
            RecordId::from_key(&camera, "k"),
            RecordId::from_key(&camera, "k")
        );
        assert_ne!(
            RecordId::from_key(&camera, "k"),
            RecordId::from_key(&other, "k")
        );
    }
}
