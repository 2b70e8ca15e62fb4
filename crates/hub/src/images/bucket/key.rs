//! What a picture is called in a bucket: its hash, and the day it came.
//!
//! The day keeps the sweeper and the doors apart. A picture that comes again is written under the day on which it does,
//! and what is removed lies under a day long over: no order of the two can take a picture away that a record was just
//! given. Within a day the same picture is one object.

use std::time::{Duration, SystemTime};

use bordergate_model::detached::Hash;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use object_store::path::Path;

/// By how much the clocks of hubs may differ, and a picture be under way, at midnight.
const LEEWAY: Duration = Duration::from_secs(3600);

/// The name of one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// SHA-256 of the picture.
    pub(super) sha256: Hash,
    /// The day it came, in UTC.
    pub(super) day: Date,
}

impl Key {
    /// Returns the name of a picture that came at `now`.
    pub(super) fn new(sha256: Hash, now: SystemTime) -> Self {
        let now = Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            sha256,
            day: now.to_zoned(TimeZone::UTC).date(),
        }
    }

    /// Returns the folder of all objects of a picture.
    pub(super) fn folder(prefix: &Path, sha256: &Hash) -> Path {
        prefix.clone().join(hex::encode(sha256))
    }

    /// Returns where it lies.
    pub(super) fn path(&self, prefix: &Path) -> Path {
        Self::folder(prefix, &self.sha256).join(self.day.to_string())
    }

    /// Reads a name; `None` for what is no picture of a hub's.
    pub(super) fn parse(prefix: &Path, path: &Path) -> Option<Self> {
        let mut parts = path.prefix_match(prefix)?;
        let (hash, day) = (parts.next()?, parts.next()?);
        let mut sha256 = Hash::default();
        hex::decode_to_slice(hash.as_ref(), &mut sha256).ok()?;
        let key = Self {
            sha256,
            day: day.as_ref().parse().ok()?,
        };
        (key.path(prefix) == *path).then_some(key)
    }

    /// Returns since when it is kept, given the time at which the object store says it was written: the later of that
    /// and of its day, so that neither a store's nor a hub's clock that was behind lets a picture go early.
    pub(super) fn kept_since(&self, written_at: SystemTime) -> SystemTime {
        let day = self.day.to_zoned(TimeZone::UTC);
        let day = day.map_or(SystemTime::UNIX_EPOCH, |day| day.timestamp().into());
        written_at.max(day + LEEWAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SystemTime {
        text.parse::<Timestamp>().expect("a time").into()
    }

    #[test]
    fn a_picture_has_one_name_a_day_and_reads_back() {
        let hash = [0xab; 32];
        for prefix in ["", "gates/pictures"] {
            let prefix = Path::from(prefix);
            let morning = Key::new(hash, at("2026-11-29T00:00:00Z"));
            let evening = Key::new(hash, at("2026-11-29T23:59:59Z"));
            let next = Key::new(hash, at("2026-11-30T00:00:00Z"));
            assert_eq!(morning.path(&prefix), evening.path(&prefix));
            assert_ne!(morning.path(&prefix), next.path(&prefix));
            assert_eq!(Key::parse(&prefix, &next.path(&prefix)), Some(next));
        }
        let path = Key::new(hash, at("2026-11-29T00:00:00Z")).path(&Path::from("gates"));
        assert_eq!(
            path.as_ref(),
            format!("gates/{}/2026-11-29", "ab".repeat(32))
        );
    }

    #[test]
    fn what_others_keep_in_the_bucket_is_no_picture() {
        let prefix = Path::from("gates");
        let hash = "ab".repeat(32);
        for other in [
            "gates/.swept".to_owned(),
            format!("gates/{hash}"),
            format!("gates/{hash}/2026-11-31"),
            format!("gates/{hash}/2026-11-29/copy"),
            format!("gates/{}/2026-11-29", "AB".repeat(32)),
            format!("gates/{}/2026-11-29", "ab".repeat(31)),
            format!("gates/more/{hash}/2026-11-29"),
            format!("{hash}/2026-11-29"),
        ] {
            assert_eq!(
                Key::parse(&prefix, &Path::from(other.as_str())),
                None,
                "{other}"
            );
        }
    }

    #[test]
    fn a_clock_that_was_behind_lets_no_picture_go_early() {
        let key = Key::new([0; 32], at("2026-11-29T12:00:00Z"));
        for (written_at, since) in [
            ("2026-11-29T12:00:01Z", "2026-11-29T12:00:01Z"),
            ("2026-12-05T12:00:01Z", "2026-12-05T12:00:01Z"),
            ("2016-11-29T12:00:01Z", "2026-11-29T01:00:00Z"),
        ] {
            assert_eq!(key.kept_since(at(written_at)), at(since), "{written_at}");
        }
    }
}
