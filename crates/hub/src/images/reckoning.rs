//! What time it is for the sweeper: the database's clock, followed no faster than twice the time that really passed.
//!
//! A clock that jumps years ahead would make every picture old at once. Held back like this, it removes at most those
//! that would have been due within the hours it stood wrong (FAULTS A11); after a long standstill it catches up.

use std::time::{Duration, SystemTime};

/// Returns the text in which a time that was swept by is kept: seconds since 1970.
pub(super) fn kept(swept_by: SystemTime) -> String {
    let seconds = swept_by.duration_since(SystemTime::UNIX_EPOCH);
    seconds.unwrap_or_default().as_secs().to_string()
}

/// Reads the text of [`kept`]; `None` when it is none.
pub(super) fn read(kept: &str) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(kept.parse().ok()?))
}

/// Returns the time to sweep by: `clock`, but at most twice `passed` later than `before`, the time swept by last;
/// `None` there: nothing was swept yet. `passed` is on the monotonic clock, and zero when that is not known.
#[must_use]
pub fn reckon(before: Option<SystemTime>, passed: Duration, clock: SystemTime) -> SystemTime {
    match before {
        Some(before) => clock.min(before + passed * 2),
        None => clock,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_ahead_is_followed_slowly_and_one_set_back_at_once() {
        let hours = |count: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(3600 * count);
        let hour = Duration::from_secs(3600);
        for (before, passed, clock, expected) in [
            (None, Duration::ZERO, 500_000, 500_000),
            (Some(500_000), hour, 500_001, 500_001),
            (Some(500_000), hour, 587_600, 500_002),
            (Some(500_000), Duration::ZERO, 500_100, 500_000),
            (Some(500_000), hour, 499_000, 499_000),
        ] {
            let reckoned = reckon(before.map(hours), passed, hours(clock));
            assert_eq!(reckoned, hours(expected), "{before:?} {clock}");
        }
    }
}
