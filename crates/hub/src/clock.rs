//! The one place that asks the system for the time of day.

use bordergate_model::{Clock, RecordId};
use jiff::Timestamp;
use uuid::Uuid;

/// The system's clock, to the microsecond: what the databases keep, so that every moment reads back as itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one clock of the hub"
    )]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// Returns a new record id (UUIDv7) that carries `received_at`, for senders that give no key of their own.
#[must_use]
pub fn new_record_id(received_at: Timestamp) -> RecordId {
    let seconds = u64::try_from(received_at.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(received_at.subsec_nanosecond()).unwrap_or(0);
    RecordId(Uuid::new_v7(uuid::Timestamp::from_unix(
        uuid::NoContext,
        seconds,
        nanoseconds,
    )))
}
