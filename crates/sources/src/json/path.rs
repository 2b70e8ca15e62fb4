//! Paths to fields that a reader keeps as details, prepared when the program is built.

use super::names::{head, slot};
use crate::text::last_step;

/// A path such as `camera_info.SerialNumber`, and the name under which what is there is kept.
#[derive(Clone, Copy)]
pub(crate) struct Path {
    pub(super) text: &'static str,
    /// As of a name that is all of the path.
    pub(super) head: u64,
    pub(super) slot: usize,
    pub(super) has_steps: bool,
    /// The name of the detail.
    pub(crate) name: &'static str,
}

impl Path {
    /// Takes a path whose last step, without an attribute's `@`, names the detail.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self::named(text, last_step(text, b'.'))
    }

    /// Takes a path and the name of the detail.
    pub(crate) const fn named(text: &'static str, name: &'static str) -> Self {
        let bytes = text.as_bytes();
        let (mut at, mut has_steps) = (0, false);
        while at < bytes.len() {
            has_steps |= matches!(bytes[at], b'.' | b'[');
            at += 1;
        }
        Self {
            text,
            head: head(bytes),
            slot: slot(head(bytes), bytes.len()),
            has_steps,
            name,
        }
    }
}

/// Returns each path with its last step as the detail's name.
pub(crate) const fn paths<const N: usize>(texts: [&'static str; N]) -> [Path; N] {
    let mut paths = [Path::new(""); N];
    let mut index = 0;
    while index < N {
        paths[index] = Path::new(texts[index]);
        index += 1;
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_has_the_name_of_the_last_step() {
        for (text, name) in [
            ("carID", "carID"),
            ("camera_info.SerialNumber", "SerialNumber"),
            ("Attributes.Vehicle Type", "Vehicle Type"),
            ("@id", "id"),
            ("", ""),
        ] {
            assert_eq!(Path::new(text).name, name);
        }
    }
}
