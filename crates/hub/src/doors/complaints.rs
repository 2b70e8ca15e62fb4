//! Saying once what would otherwise be said with every message: a device that sends wrongly does so all day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the same complaint is not said again.
const QUIET: Duration = Duration::from_secs(60);
/// Most complaints remembered; all are forgotten beyond, and said anew.
const MOST: usize = 1000;

/// What was said of late, by subject and code.
#[derive(Debug, Default)]
pub struct Complaints(Mutex<HashMap<(String, &'static str), Said>>);

#[derive(Debug)]
struct Said {
    last: Instant,
    /// How many times it came up since.
    unsaid: u64,
}

impl Complaints {
    /// Returns how many times the complaint came up since it was said last, this one included, when it is time to say
    /// it; `None` while it has been said of late. `now` is on the monotonic clock.
    #[must_use]
    pub fn due(&self, subject: &str, code: &'static str, now: Instant) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = said.get_mut(&(subject.to_owned(), code)) {
            before.unsaid += 1;
            if now.duration_since(before.last) < QUIET {
                return None;
            }
            before.last = now;
            return Some(std::mem::take(&mut before.unsaid));
        }
        if said.len() >= MOST {
            said.clear();
        }
        let first = Said {
            last: now,
            unsaid: 0,
        };
        said.insert((subject.to_owned(), code), first);
        Some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_said_at_once_then_once_a_minute_with_its_count() {
        let complaints = Complaints::default();
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        for (seconds, code, expected) in [
            (0, "source.unknown", Some(1)),
            (1, "source.unknown", None),
            (2, "source.disabled", Some(1)),
            (59, "source.unknown", None),
            (60, "source.unknown", Some(3)),
            (61, "source.unknown", None),
        ] {
            assert_eq!(
                complaints.due("x", code, at(seconds)),
                expected,
                "{seconds}"
            );
        }
    }
}
