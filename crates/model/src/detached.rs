//! What a door took out of a body on its way into the log: pictures, each kept elsewhere under its hash.
//!
//! Which parts are taken out, and how a body is put together again, is decided in `sources`; here is how the log
//! says it. In the place of each part stands a reference of one length (DESIGN.md, "Shards and keys"); only this list
//! makes it one, so that a body in which such a text came by itself is not mistaken.

use std::fmt;
use std::str::FromStr;

/// What a reference begins with; 64 hexadecimal digits follow.
const SCHEME: &str = "sha256:";
/// Length of every reference, in bytes.
pub const REFERENCE_BYTES: usize = SCHEME.len() + 64;

/// SHA-256 of some bytes.
pub type Hash = [u8; 32];

/// What was taken out of one body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached {
    /// SHA-256 of the body as it came: whether two records have the same bytes is judged by it.
    pub body_sha256: Hash,
    /// The parts taken out, by their places; one at least.
    pub parts: Vec<DetachedPart>,
}

/// One part taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DetachedPart {
    /// Where its reference stands in the body as the log has it.
    pub at: usize,
    /// How many bytes were there.
    pub bytes: usize,
}

impl DetachedPart {
    /// Returns the hash that stands in the part's place in `body`; `None` when there is no reference.
    #[must_use]
    pub fn sha256(&self, body: &[u8]) -> Option<Hash> {
        let reference = body.get(self.at..self.at.checked_add(REFERENCE_BYTES)?)?;
        let mut hash = Hash::default();
        hex::decode_to_slice(reference.strip_prefix(SCHEME.as_bytes())?, &mut hash).ok()?;
        Some(hash)
    }
}

/// Returns the reference that stands in the place of bytes with this hash: what [`DetachedPart::sha256`] reads.
#[must_use]
pub fn reference(sha256: &Hash) -> String {
    format!("{SCHEME}{}", hex::encode(sha256))
}

/// The text of the log's header: the body's hash, then `at+bytes` of each part, with blanks between.
impl fmt::Display for Detached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.body_sha256))?;
        let mut parts = self.parts.iter();
        parts.try_for_each(|part| write!(f, " {}+{}", part.at, part.bytes))
    }
}

/// A text that is no list of detached parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a hash and places of detached parts")]
pub struct Malformed;

impl FromStr for Detached {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut words = text.split(' ');
        let mut body_sha256 = Hash::default();
        hex::decode_to_slice(words.next().unwrap_or_default(), &mut body_sha256)
            .map_err(|_| Malformed)?;
        let part = |word: &str| {
            let (at, bytes) = word.split_once('+')?;
            Some(DetachedPart {
                at: at.parse().ok()?,
                bytes: bytes.parse().ok()?,
            })
        };
        let parts: Option<Vec<DetachedPart>> = words.map(part).collect();
        let parts = parts.filter(|parts| !parts.is_empty()).ok_or(Malformed)?;
        Ok(Self { body_sha256, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_back_as_it_was_written() {
        let detached = Detached {
            body_sha256: [0xa5; 32],
            parts: vec![
                DetachedPart {
                    at: 412,
                    bytes: 20_480,
                },
                DetachedPart {
                    at: 913,
                    bytes: 31_744,
                },
            ],
        };
        let text = detached.to_string();
        assert_eq!(text, format!("{} 412+20480 913+31744", "a5".repeat(32)));
        assert_eq!(text.parse(), Ok(detached));
        for wrong in [
            "",
            "a5",
            &"a5".repeat(32),
            &format!("{} 1+", "a5".repeat(32)),
        ] {
            assert_eq!(wrong.parse::<Detached>(), Err(Malformed), "{wrong:?}");
        }
    }

    #[test]
    fn a_reference_is_read_where_it_stands_and_nowhere_else() {
        let hash = [7; 32];
        let body = [b"head ", reference(&hash).as_bytes(), b" tail"].concat();
        assert_eq!(reference(&hash).len(), REFERENCE_BYTES);
        for (at, expected) in [(5, Some(hash)), (4, None), (6, None), (usize::MAX, None)] {
            assert_eq!(
                DetachedPart { at, bytes: 9 }.sha256(&body),
                expected,
                "{at}"
            );
        }
    }
}
