//! Split messages: one part of one, as its reader found it, and the whole put together again.
//!
//! Which parts belong together, what is missing and how long to wait is decided where they are kept; here is what
//! follows from bytes alone.

use bytes::Bytes;

use crate::format;

/// Outcome code of a part that waits for the others, or was put together with them.
pub const WAITS: &str = "vnaccs.part";
/// Outcome code of a part that came before with the same bytes.
pub const DUPLICATE: &str = "vnaccs.part_duplicate";
/// Quarantine code of a part that contradicts another one of its message.
pub const CONFLICT: &str = "vnaccs.part_conflict";
/// Quarantine code of parts whose message was not completed in time.
pub const MISSING: &str = "vnaccs.part_missing";
/// Quarantine code of a part with which its message would be larger than [`MOST_JOINED_BYTES`].
pub const TOO_LARGE: &str = "vnaccs.parts_too_large";

/// Largest message that is put together, in bytes: what `limits.record_bytes` allows one record unless told otherwise.
/// Not a setting, since a verification years later must give the same answer.
pub const MOST_JOINED_BYTES: usize = 8 * 1024 * 1024;

/// One part of a split message; a message has at most 999 of them, since the number has three digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Names the message among those of its source: data id and output code. No personal data, no control characters.
    pub message_key: String,
    /// Its place in the message, from 1.
    pub number: u16,
    /// Whether the message ends with it.
    pub is_last: bool,
    /// The part as its format has it, without what wrapped it on the way: these bytes are joined and compared.
    pub bytes: Bytes,
}

/// Puts a message together: one value per part, all of them, in the order of their numbers; `None` when messages of
/// the format are never split. What comes out is read like a message that came whole.
#[must_use]
pub fn join(format_name: &str, parts: &[Bytes]) -> Option<Bytes> {
    let join = format(format_name)?.join?;
    Some(Bytes::from(join(parts)))
}
