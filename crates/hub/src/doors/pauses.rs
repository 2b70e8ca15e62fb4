//! Pauses between tries that grow, so that what is away is asked less and less often.

use std::time::Duration;

/// Pauses from the shortest to the longest, each twice the one before.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    shortest: Duration,
    longest: Duration,
    next: Duration,
}

impl Pauses {
    /// Begins with the shortest.
    #[must_use]
    pub const fn new(shortest: Duration, longest: Duration) -> Self {
        Self {
            shortest,
            longest,
            next: shortest,
        }
    }

    /// Returns the pause that is due now; the one after it is longer.
    pub fn take(&mut self) -> Duration {
        let due = self.next;
        self.next = (due * 2).min(self.longest);
        due
    }

    /// Begins with the shortest again.
    pub fn begin_anew(&mut self) {
        self.next = self.shortest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew() {
        let seconds = Duration::from_secs;
        let mut pauses = Pauses::new(seconds(1), seconds(5));
        let taken: Vec<u64> = (0..5).map(|_| pauses.take().as_secs()).collect();
        assert_eq!(taken, [1, 2, 4, 5, 5]);
        pauses.begin_anew();
        assert_eq!(pauses.take(), seconds(1));
    }
}
