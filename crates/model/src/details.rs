//! What else a message says: named texts of an observation, in the order of their names.
//!
//! All names and values of one observation lie in one buffer: an observation has a dozen of them, and a map of
//! strings would cost reading more than the message's own grammar does.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names with their values; each name once, in the order of the names' bytes. Serialised as a map.
#[derive(Clone, Default)]
pub struct Details {
    /// Names and values behind one another; a value that was replaced stays as a gap.
    buffer: String,
    /// Where each lies, in the order of names.
    entries: Vec<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    /// The name's first bytes, big end first: they decide most comparisons of names.
    start: u64,
    name_at: u32,
    name_bytes: u32,
    value_at: u32,
    value_bytes: u32,
}

impl Details {
    /// Names and bytes that room is made for with the first entry: those of a usual observation.
    const USUAL: (usize, usize) = (16, 384);

    /// Keeps `value` under `name`, in the place of an earlier one.
    ///
    /// # Panics
    /// Above 4 GiB of names and values, which no record reaches (`limits.record_bytes`).
    pub fn insert(&mut self, name: &str, value: &str) {
        if self.entries.is_empty() {
            self.entries.reserve(Self::USUAL.0);
            self.buffer.reserve(Self::USUAL.1);
        }
        let start = start(name);
        let found = self.find(name, start);
        let (name_at, name_bytes) = match found {
            Ok(place) => (self.entries[place].name_at, self.entries[place].name_bytes),
            Err(_) => self.append(name),
        };
        let (value_at, value_bytes) = self.append(value);
        let entry = Entry {
            start,
            name_at,
            name_bytes,
            value_at,
            value_bytes,
        };
        match found {
            Ok(place) => self.entries[place] = entry,
            Err(place) => self.entries.insert(place, entry),
        }
    }

    /// Returns the value of a name; `None` when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let place = self.find(name, start(name)).ok()?;
        Some(self.value(&self.entries[place]))
    }

    /// Returns each name with its value, in the order of names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let pair = |entry| (self.name(entry), self.value(entry));
        self.entries.iter().map(pair)
    }

    /// Tells whether nothing was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn find(&self, name: &str, start: u64) -> Result<usize, usize> {
        let order = |entry: &Entry| match entry.start.cmp(&start) {
            Ordering::Equal => self.name(entry).cmp(name),
            unequal => unequal,
        };
        // From the end: readers keep most in about the order of their names.
        for (place, entry) in self.entries.iter().enumerate().rev() {
            match order(entry) {
                Ordering::Less => return Err(place + 1),
                Ordering::Equal => return Ok(place),
                Ordering::Greater => {}
            }
        }
        Err(0)
    }

    fn name(&self, entry: &Entry) -> &str {
        self.text(entry.name_at, entry.name_bytes)
    }

    fn value(&self, entry: &Entry) -> &str {
        self.text(entry.value_at, entry.value_bytes)
    }

    fn text(&self, at: u32, bytes: u32) -> &str {
        &self.buffer[at as usize..][..bytes as usize]
    }

    fn append(&mut self, text: &str) -> (u32, u32) {
        let at = self.buffer.len();
        self.buffer.push_str(text);
        u32::try_from(self.buffer.len()).expect("a record's details are below 4 GiB");
        (at as u32, text.len() as u32)
    }
}

/// Returns a number that orders names as their first eight bytes do; a shorter name comes first.
fn start(name: &str) -> u64 {
    if let Some(first) = name.as_bytes().first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let mut bytes = [0; 8];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    u64::from_be_bytes(bytes)
}

impl PartialEq for Details {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Details {}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> Extend<(N, V)> for Details {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
        for (name, value) in pairs {
            self.insert(name.as_ref(), value.as_ref());
        }
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Details {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut details = Self::default();
        details.extend(pairs);
        details
    }
}

impl Serialize for Details {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Details {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Details;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of names to texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Details, A::Error> {
                let mut details = Details::default();
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    details.insert(&name, &value);
                }
                Ok(details)
            }
        }
        deserializer.deserialize_map(Names)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_later_value_takes_the_place_of_an_earlier() {
        let details: Details = [("b", "1"), ("a", "2"), ("b", "3")].into_iter().collect();
        assert_eq!(details.get("b"), Some("3"));
        assert_eq!(details.get("c"), None);
        assert_eq!(details, [("a", "2"), ("b", "3")].into_iter().collect());
        assert_ne!(details, [("a", "2"), ("b", "1")].into_iter().collect());
    }

    proptest! {
        #[test]
        fn details_are_a_map_of_strings(pairs in proptest::collection::vec((".{0,3}", ".{0,9}"), 0..30)) {
            let map: BTreeMap<String, String> = pairs.iter().cloned().collect();
            let details: Details = pairs.into_iter().collect();
            prop_assert!(details.iter().eq(map.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
            let json = serde_json::to_string(&details).expect("plain texts");
            prop_assert_eq!(&json, &serde_json::to_string(&map).expect("plain texts"));
            prop_assert_eq!(serde_json::from_str::<Details>(&json).expect("its own text"), details);
        }
    }
}
