//! What a service does instead of answering, and what else keeps a question from being asked.

use std::time::Duration;

use crate::doors::lease::{Hindrance, Kind};
use crate::doors::refusal::Refusal;

/// Why there is no answer. None is marked as answered, and each counts towards the circuit breaker.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// No connection, or one that broke; also a certificate that is not trusted.
    #[error("the service cannot be reached: {reason}")]
    Unreachable {
        /// What the client library says.
        reason: String,
    },
    /// The time for an answer is over.
    #[error("the service did not answer in time")]
    Timeout,
    /// The credentials are missing or wrong.
    #[error("the service refuses the hub's credentials: HTTP {status}")]
    Refused {
        /// 401 or 403.
        status: u16,
    },
    /// An HTTP status that is no answer, a redirect among them.
    #[error("the service answers HTTP {status}")]
    Status {
        /// Which.
        status: u16,
        /// When the service wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// A SOAP fault.
    #[error("the service answers with a fault: {words}")]
    Fault {
        /// Its code and text.
        words: String,
    },
    /// Not the SOAP message that an answer is: a page of a portal, half a message.
    #[error("what the service sends is no answer: {reason}")]
    Content {
        /// What is wrong.
        reason: &'static str,
    },
    /// Larger than a record may be.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// An answer that can never be accepted.
    #[error(transparent)]
    Declined(Refusal),
}

impl Failure {
    /// Stable label for the door's state, its log and its counter.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "gdc.unreachable",
            Self::Timeout => "gdc.timeout",
            Self::Refused { .. } => "gdc.refused",
            Self::Status { .. } => "gdc.status",
            Self::Fault { .. } => "gdc.fault",
            Self::Content { .. } => "gdc.content",
            Self::TooLarge { .. } => "gdc.too_large",
            Self::Declined(refusal) => refusal.code(),
        }
    }

    /// Tells whether the service did answer, and its answer about this declaration was none: others come first then.
    pub(super) fn is_of_question(&self) -> bool {
        matches!(
            self,
            Self::Fault { .. } | Self::Content { .. } | Self::TooLarge { .. } | Self::Declined(_)
        )
    }

    /// Returns how long the service wants to be left alone, where it says so.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// A service is asked by one hub.
pub(super) const SERVICE: Kind = Kind {
    held: "gdc.held",
    lost: "gdc.lost",
};

/// Why nothing is asked now, though nothing is wrong with the service.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// A file of the settings cannot be used.
    #[error("it cannot work as configured: {reason}")]
    Configuration {
        /// What is wrong.
        reason: String,
    },
    /// Something of ours.
    #[error(transparent)]
    Ours(#[from] Hindrance),
}

impl Trouble {
    /// Stable label for the door's state.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Configuration { .. } => "gdc.configuration",
            Self::Ours(hindrance) => hindrance.code(),
        }
    }
}
