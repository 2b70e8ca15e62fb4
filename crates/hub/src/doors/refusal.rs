//! Why a door refuses a record: one stable code each, the same on every protocol.

use bordergate_model::Fault;

use crate::access::Denied;

/// A refusal; nothing of the record was kept.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The source is not registered.
    #[error("source {source_id:?} is not registered")]
    UnknownSource {
        /// The name given.
        source_id: String,
    },
    /// Nothing that came with the record names a registered source.
    #[error("{reason}")]
    NoSource {
        /// What was looked for, and what to do.
        reason: String,
    },
    /// What came with the record names several sources.
    #[error("{reason}")]
    Ambiguous {
        /// By what which is named.
        reason: String,
    },
    /// The source or its gate is disabled.
    #[error("source {source_id} or its gate is disabled")]
    Disabled {
        /// The source.
        source_id: String,
    },
    /// The caller is not known or may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The caller's credentials are for another source, recorder or partner.
    #[error("the caller may not send for source {source_id}")]
    NotYours {
        /// The source.
        source_id: String,
    },
    /// There is nothing in the body.
    #[error("the body is empty")]
    Empty,
    /// The body is over the limit.
    #[error("the body is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The source's format is never sent with this content type.
    #[error("format {format} is not sent as {content_type:?}; accepted: {accepted}")]
    ContentType {
        /// The registered format.
        format: String,
        /// The content type sent.
        content_type: String,
        /// The accepted ones.
        accepted: String,
    },
    /// The body is packed in a way the hub does not unpack.
    #[error("the body is sent with content-encoding {encoding:?}; accepted: gzip")]
    ContentEncoding {
        /// What packed it, as sent.
        encoding: String,
    },
    /// The source is registered with another format than the door cuts or fetches.
    #[error("source {source_id} is registered as {format}, but the door brings {cut}")]
    Format {
        /// The source.
        source_id: String,
        /// The registered format.
        format: String,
        /// The door's.
        cut: &'static str,
    },
    /// The source is province-wide, but the door asks on behalf of one gate.
    #[error("source {source_id} is registered without a gate, but the door asks on behalf of one")]
    NoGate {
        /// The source.
        source_id: String,
    },
    /// A field beside the body is wrong.
    #[error("{field}: {reason}")]
    Field {
        /// The header's or field's name.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The log does not acknowledge; the same record may be sent again.
    #[error("the log does not acknowledge now")]
    LogAway,
    /// Pictures cannot be kept or found; the same record may be sent again.
    #[error("pictures cannot be kept or found now")]
    ImagesAway {
        /// Stable code of the cause.
        code: &'static str,
    },
    /// The database does not answer; the same request may be made again.
    #[error("the database does not answer now")]
    StoreAway,
    /// The hub is stopping.
    #[error("the hub is stopping")]
    Stopping,
    /// The hub itself is at fault.
    #[error("the hub cannot do this: {code}")]
    Internal {
        /// Stable code of the cause.
        code: &'static str,
    },
}

impl Refusal {
    /// Stable code for problems, gRPC reasons and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownSource { .. } | Self::NoSource { .. } => "source.unknown",
            Self::Ambiguous { .. } => "source.conflict",
            Self::Disabled { .. } => "source.disabled",
            Self::Denied(denied) => denied.code(),
            Self::NotYours { .. } => "source.not_yours",
            Self::Empty => "record.empty",
            Self::TooLarge { .. } => "record.too_large",
            Self::ContentType { .. } => "record.content_type",
            Self::ContentEncoding { .. } => "record.content_encoding",
            Self::Format { .. } => "source.format",
            Self::NoGate { .. } => "source.no_gate",
            Self::Field { .. } => "request.field",
            Self::LogAway => "log.unreachable",
            Self::StoreAway => "store.unreachable",
            Self::Stopping => "hub.stopping",
            Self::ImagesAway { code } | Self::Internal { code } => code,
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::LogAway | Self::ImagesAway { .. } | Self::StoreAway | Self::Stopping => {
                Fault::Upstream
            }
            Self::Internal { .. } => Fault::Hub,
            _ => Fault::Sender,
        }
    }

    /// Tells whether the record itself is refused, whatever else is mended: offered again, it would be refused again.
    #[must_use]
    pub fn is_of_record(&self) -> bool {
        matches!(
            self,
            Self::Empty
                | Self::TooLarge { .. }
                | Self::ContentType { .. }
                | Self::ContentEncoding { .. }
                | Self::Field { .. }
                // By what it carries beside its body.
                | Self::Internal {
                    code: "log.too_large"
                }
        )
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownSource { .. } | Self::NoSource { .. } => 404,
            Self::Denied(denied) => denied.status(),
            Self::Disabled { .. } | Self::NotYours { .. } => 403,
            Self::Ambiguous { .. }
            | Self::Empty
            | Self::Field { .. }
            | Self::Format { .. }
            | Self::NoGate { .. } => 400,
            Self::TooLarge { .. } => 413,
            Self::ContentType { .. } | Self::ContentEncoding { .. } => 415,
            Self::LogAway | Self::ImagesAway { .. } | Self::StoreAway | Self::Stopping => 503,
            Self::Internal { .. } => 500,
        }
    }

    /// Returns after how many seconds the same request may be made again; `None` when it would fail again.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::Denied(Denied::Paused { seconds }) => Some(*seconds),
            _ => (self.fault() == Fault::Upstream).then_some(5),
        }
    }
}

impl From<bordergate_store::Error> for Refusal {
    fn from(error: bordergate_store::Error) -> Self {
        match error.fault() {
            Fault::Upstream => Self::StoreAway,
            _ => Self::Internal { code: error.code() },
        }
    }
}

impl From<bordergate_eventlog::Error> for Refusal {
    fn from(error: bordergate_eventlog::Error) -> Self {
        match error.fault() {
            Fault::Upstream => Self::LogAway,
            _ => Self::Internal { code: error.code() },
        }
    }
}
