//! Where the time of day comes from: a value handed in, so that no rule reads a clock by itself.

use jiff::Timestamp;

/// Tells the time of day; the hub's real clock and a test's fixed one both are this.
pub trait Clock: Send + Sync + 'static {
    /// Returns the present moment in UTC.
    fn now(&self) -> Timestamp;
}

impl<F> Clock for F
where
    F: Fn() -> Timestamp + Send + Sync + 'static,
{
    fn now(&self) -> Timestamp {
        self()
    }
}
