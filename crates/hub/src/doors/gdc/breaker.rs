//! How fast a service may be asked: the polite pace, longer and longer pauses after failures, and the circuit breaker.
//!
//! Pure, and a function of the failures in a row alone, which are kept in the database: a hub that starts anew goes on
//! with the pause where the last one was.

use std::time::Duration;

use crate::config::Gdc;

/// Longest pause.
const LONGEST: Duration = Duration::from_secs(3600);

/// The rule of one service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Breaker {
    pace: Duration,
    open_after: u32,
    open_for: Duration,
}

impl Breaker {
    /// Takes the rule from the settings.
    pub(super) fn new(entry: &Gdc) -> Self {
        Self {
            pace: Duration::from_secs(60) / entry.requests_per_minute.max(1),
            open_after: entry.open_after_failures,
            open_for: Duration::from_secs(entry.open_seconds),
        }
    }

    /// Returns the time between two requests when all is well.
    pub(super) fn pace(&self) -> Duration {
        self.pace
    }

    /// Tells whether the circuit is open after so many failures in a row: one request, when the pause is over, tries
    /// whether the service answers again.
    pub(super) fn is_open(&self, failure_count: u32) -> bool {
        failure_count >= self.open_after
    }

    /// Returns the pause after so many failures in a row: twice the pace and doubled with each, up to the time for
    /// which the circuit is open; from then on that time, doubled with each request that failed, up to an hour.
    pub(super) fn pause(&self, failure_count: u32) -> Duration {
        let doubled = |pause: Duration, times: u32| {
            let factor = 1_u32.checked_shl(times).unwrap_or(u32::MAX);
            pause.saturating_mul(factor).min(LONGEST)
        };
        let pause = match failure_count.checked_sub(self.open_after) {
            Some(tries) => doubled(self.open_for, tries),
            None => doubled(self.pace, failure_count).min(self.open_for),
        };
        pause.max(self.pace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(breaker: &Breaker, failure_count: u32) -> u64 {
        breaker.pause(failure_count).as_secs()
    }

    #[test]
    fn pauses_grow_with_each_failure_and_the_circuit_opens_after_the_fifth() {
        let breaker = Breaker::new(&Gdc::default());
        let pauses: Vec<u64> = (0..10).map(|count| seconds(&breaker, count)).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 300, 600, 1200, 2400, 3600]);
        assert_eq!(seconds(&breaker, u32::MAX), 3600);
        assert!(!breaker.is_open(4) && breaker.is_open(5) && breaker.is_open(6));
    }

    #[test]
    fn no_pause_is_shorter_than_the_pace() {
        let slow = Breaker::new(&Gdc {
            requests_per_minute: 1,
            open_seconds: 1,
            open_after_failures: 1,
            ..Gdc::default()
        });
        let pauses: Vec<u64> = [0, 1, 2, 8].map(|count| seconds(&slow, count)).into();
        assert_eq!(pauses, [60, 60, 60, 128]);
    }
}
