//! Which failures pass, and how long to wait before trying again.

use std::error::Error as _;
use std::time::Duration;

use tonic::{Code, Status};

use crate::errors;

/// How a call is tried again: waits double from `first` to `longest`, unless the hub names a longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often a call is made at most, 1 or more.
    pub attempts: u32,
    /// Wait after the first failure.
    pub first: Duration,
    /// Longest wait.
    pub longest: Duration,
}

impl Default for Retry {
    /// Twelve attempts over about four minutes.
    fn default() -> Self {
        Self {
            attempts: 12,
            first: Duration::from_millis(100),
            longest: Duration::from_secs(30),
        }
    }
}

impl Retry {
    /// Returns the wait after failure number `failure_count` (1 or more); what the hub asks for counts when it is longer.
    #[must_use]
    pub fn wait(&self, failure_count: u32, asked: Option<Duration>) -> Duration {
        let doublings = failure_count.saturating_sub(1).min(20);
        let doubled = self.first.saturating_mul(1 << doublings);
        doubled.max(asked.unwrap_or_default()).min(self.longest)
    }

    /// Makes a call until it succeeds, fails for good, or was tried often enough.
    pub(super) async fn call<T, F>(&self, call: impl Fn() -> F) -> Result<T, Status>
    where
        F: Future<Output = Result<T, Status>>,
    {
        let mut failure_count = 0;
        loop {
            let status = match call().await {
                Ok(answer) => return Ok(answer),
                Err(status) => status,
            };
            failure_count += 1;
            if !passes(&status) || failure_count >= self.attempts {
                return Err(status);
            }
            tracing::debug!(
                "a call failed with {:?}, attempt {failure_count} of {}",
                status.code(),
                self.attempts
            );
            let wait = self.wait(failure_count, errors::retry_after(&status));
            tokio::time::sleep(wait).await;
        }
    }
}

/// Tells whether the same call may work later: the hub says so, or the connection broke.
#[must_use]
pub fn passes(status: &Status) -> bool {
    // A status from the hub has no source; one that stands for a broken connection has. `Cancelled`
    // is what tonic makes of a call that took too long, on either side.
    matches!(
        status.code(),
        Code::Unavailable | Code::Aborted | Code::DeadlineExceeded | Code::Cancelled
    ) || errors::retry_after(status).is_some()
        || status.source().is_some()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const QUICK: Retry = Retry {
        attempts: 4,
        first: Duration::from_millis(1),
        longest: Duration::from_millis(4),
    };

    #[test]
    fn waits_double_up_to_the_longest_and_heed_the_hub() {
        let retry = Retry::default();
        let asked = Some(Duration::from_secs(5));
        assert_eq!(retry.wait(1, None), Duration::from_millis(100));
        assert_eq!(retry.wait(3, None), Duration::from_millis(400));
        assert_eq!(retry.wait(1, asked), Duration::from_secs(5));
        assert_eq!(retry.wait(u32::MAX, None), retry.longest);
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        for (code, again) in [
            (Code::Unavailable, true),
            (Code::Aborted, true),
            (Code::DeadlineExceeded, true),
            (Code::Cancelled, true),
            (Code::InvalidArgument, false),
            (Code::PermissionDenied, false),
            (Code::Internal, false),
        ] {
            assert_eq!(passes(&Status::new(code, "x")), again, "{code:?}");
        }
        let broken = Status::from_error(Box::new(std::io::Error::other("connection reset")));
        assert!(passes(&broken), "a broken connection passes");
    }

    #[tokio::test]
    async fn a_call_is_made_until_it_works_or_was_tried_often_enough() {
        for (fails, works) in [(0, true), (3, true), (4, false)] {
            let made = AtomicU32::new(0);
            let call = || async {
                let failed = made.fetch_add(1, Ordering::Relaxed) < fails;
                if failed {
                    Err(Status::unavailable("x"))
                } else {
                    Ok(())
                }
            };
            assert_eq!(QUICK.call(call).await.is_ok(), works, "{fails} failures");
        }
    }
}
