//! How a call fails: a gRPC code, a stable reason, the field at fault, and whether to try again.
//!
//! Every failure leaves as `google.rpc.Status` with `ErrorInfo` (domain [`DOMAIN`]), with `BadRequest` when a
//! field is at fault and with `RetryInfo` when the same call may work later.

use std::collections::HashMap;
use std::time::Duration;

use bordergate_indicators::QueryError;
use bordergate_model::Fault;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{cursor, mapping};

/// The domain in every `ErrorInfo`.
pub const DOMAIN: &str = "bordergate";

/// After how long a caller should try again when a system behind the hub does not answer.
pub const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a call failed, before it becomes a [`Status`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The gRPC code.
    pub code: Code,
    /// Stable reason, such as `cursor.invalid`; never reworded once released.
    pub reason: String,
    /// What is wrong, in words, without personal data.
    pub message: String,
    /// Path of the field at fault in the request; `None` when it is none.
    pub field: Option<String>,
    /// After how long the same call may work; `None` when it would fail again.
    pub retry_after: Option<Duration>,
    /// What else a program may want to know, by name.
    pub metadata: Vec<(&'static str, String)>,
}

impl Failure {
    /// Returns a failure without a field, and without a hope of trying again.
    #[must_use]
    pub fn new(code: Code, reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            message: message.into(),
            field: None,
            retry_after: None,
            metadata: Vec::new(),
        }
    }

    /// Returns the failure of a fault: `INVALID_ARGUMENT` of the sender, `UNAVAILABLE` (try again in
    /// [`RETRY_AFTER`]) of what is behind the hub, `INTERNAL` of the hub itself.
    #[must_use]
    pub fn of(fault: Fault, reason: impl Into<String>, message: impl Into<String>) -> Self {
        match fault {
            Fault::Sender => Self::new(Code::InvalidArgument, reason, message),
            Fault::Upstream => {
                Self::new(Code::Unavailable, reason, message).retry_after(RETRY_AFTER)
            }
            Fault::Hub => Self::new(Code::Internal, reason, message),
        }
    }

    /// Names the field at fault.
    #[must_use]
    pub fn field(mut self, path: impl Into<String>) -> Self {
        self.field = Some(path.into());
        self
    }

    /// Says after how long the same call may work.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// Adds a named value for programs.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.metadata.push((name, value.to_string()));
        self
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let metadata: HashMap<String, String> = failure
            .metadata
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let mut details = ErrorDetails::with_error_info(failure.reason, DOMAIN, metadata);
        if let Some(field) = failure.field {
            details.add_bad_request_violation(field, failure.message.clone());
        }
        if let Some(delay) = failure.retry_after {
            details.set_retry_info(Some(delay));
        }
        Self::with_error_details(failure.code, failure.message, details)
    }
}

impl From<cursor::Error> for Failure {
    fn from(error: cursor::Error) -> Self {
        let code = match error {
            cursor::Error::NotYours => Code::PermissionDenied,
            cursor::Error::EpochChanged { .. } => Code::OutOfRange,
            _ => Code::InvalidArgument,
        };
        let failure = Self::new(code, error.code(), error.to_string()).field("cursor");
        match error {
            cursor::Error::EpochChanged { epoch } => failure.with("feed_epoch", epoch),
            cursor::Error::Ahead {
                shard,
                last_sequence,
            } => failure
                .with("shard", shard)
                .with("last_sequence", last_sequence),
            _ => failure,
        }
    }
}

impl From<mapping::Error> for Failure {
    fn from(error: mapping::Error) -> Self {
        Self::of(error.fault(), error.code(), error.to_string()).field(error.field())
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        let field = crate::query::field_of(error.parameter());
        Self::of(error.fault(), error.code(), error.to_string())
            .field(field)
            .with("allowed", error.allowed().join(", "))
    }
}

/// Returns the stable reason a peer gave for a failed call; `None` when it gave none.
#[must_use]
pub fn reason(status: &Status) -> Option<String> {
    status.get_details_error_info().map(|info| info.reason)
}

/// Returns after how long the peer says the same call may work; `None` when it does not say.
#[must_use]
pub fn retry_after(status: &Status) -> Option<Duration> {
    status.get_details_retry_info()?.retry_delay
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_status_carries_reason_field_and_retry() {
        let failure = Failure::of(Fault::Upstream, "log.unreachable", "the log is away")
            .field("records[3].body")
            .with("shard", 4);
        let status = Status::from(failure);
        assert_eq!(status.code(), Code::Unavailable);
        assert_eq!(reason(&status).as_deref(), Some("log.unreachable"));
        assert_eq!(retry_after(&status), Some(RETRY_AFTER));
        let info = status.get_details_error_info().expect("always there");
        assert_eq!(info.domain, DOMAIN);
        assert_eq!(info.metadata["shard"], "4");
        let bad = status
            .get_details_bad_request()
            .expect("a field is at fault");
        assert_eq!(bad.field_violations[0].field, "records[3].body");
    }

    #[test]
    fn only_what_is_behind_the_hub_is_worth_trying_again() {
        for (fault, code, again) in [
            (Fault::Sender, Code::InvalidArgument, false),
            (Fault::Upstream, Code::Unavailable, true),
            (Fault::Hub, Code::Internal, false),
        ] {
            let status = Status::from(Failure::of(fault, "x", "x"));
            assert_eq!(status.code(), code);
            assert_eq!(retry_after(&status).is_some(), again);
        }
    }

    #[test]
    fn every_refused_cursor_has_its_code() {
        let epoch = Uuid::from_u128(7);
        for (error, code) in [
            (cursor::Error::Invalid, Code::InvalidArgument),
            (cursor::Error::NotYours, Code::PermissionDenied),
            (cursor::Error::OtherFilter, Code::InvalidArgument),
            (cursor::Error::EpochChanged { epoch }, Code::OutOfRange),
            (
                cursor::Error::Ahead {
                    shard: 1,
                    last_sequence: 5,
                },
                Code::InvalidArgument,
            ),
        ] {
            let reason = error.code();
            let status = Status::from(Failure::from(error));
            assert_eq!(status.code(), code, "{reason}");
            assert_eq!(super::reason(&status).as_deref(), Some(reason));
        }
    }
}
