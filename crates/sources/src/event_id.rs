//! Event ids: the device's own, or one derived from what makes an event that event (formats.md).

use sha2::{Digest, Sha256};

/// Longest id of a device that is kept as it is, in bytes.
const LONGEST: usize = 200;
/// How an id that is a hash starts.
const PREFIX: &str = "sha256:";

/// Returns the device's own id, trimmed; `None` when it is empty or a placeholder of zeros. One that is
/// too long for a key, or has control characters, is replaced by its hash.
pub(crate) fn own(id: &str) -> Option<String> {
    let id = id.trim();
    if id.chars().all(|c| matches!(c, '0' | '-')) {
        return None;
    }
    let is_plain = id.len() <= LONGEST && !id.chars().any(char::is_control);
    Some(if is_plain {
        id.to_owned()
    } else {
        derived(&[id])
    })
}

/// Returns an id derived from `fields`, in order; equal fields give equal ids, and a border between two
/// fields counts (each is hashed behind its length).
pub(crate) fn derived(fields: &[&str]) -> String {
    let length = fields
        .iter()
        .map(|field| size_of::<u64>() + field.len())
        .sum();
    let mut message = Vec::with_capacity(length);
    for field in fields {
        message.extend_from_slice(&(field.len() as u64).to_be_bytes());
        message.extend_from_slice(field.as_bytes());
    }
    let mut digits = [0; 32];
    hex::encode_to_slice(&Sha256::digest(&message)[..16], &mut digits)
        .expect("16 bytes are 32 digits");
    let mut id = String::with_capacity(PREFIX.len() + digits.len());
    id.push_str(PREFIX);
    id.push_str(std::str::from_utf8(&digits).expect("digits are ASCII"));
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_id_is_kept_and_a_placeholder_is_none() {
        assert_eq!(own(" 4f2a-01 "), Some("4f2a-01".to_owned()));
        assert_eq!(own("00000000-0000-0000-0000-000000000000"), None);
        assert_eq!(own("  "), None);
        assert!(own(&"x".repeat(1000)).is_some_and(|id| id.len() < 50));
    }

    #[test]
    fn borders_between_fields_count() {
        assert_eq!(derived(&["a", "bc"]), derived(&["a", "bc"]));
        assert_ne!(derived(&["a", "bc"]), derived(&["ab", "c"]));
        assert_ne!(derived(&["a"]), derived(&["a", ""]));
    }
}
