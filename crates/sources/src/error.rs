//! Why a record could not be read: a stable code and where in the message.

use bordergate_model::Fault;

/// Why a record could not be read.
///
/// One type for every layer and format, because all of them end alike: the record is quarantined under
/// the code, and a person looks at the place the detail names. The detail never quotes what was read
/// (it may be a plate or a name), only field names, positions and counts.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", .0.detail)]
pub struct Error(Box<Why>);

/// What an error says; apart, so that results of fields that are well, which are nearly all, stay small.
#[derive(Debug, PartialEq, Eq)]
struct Why {
    code: &'static str,
    fault: Fault,
    detail: String,
}

impl Error {
    /// Returns an error of the sender's: the same bytes will fail again.
    #[cold]
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self::of(code, Fault::Sender, detail.into())
    }

    /// Returns an error of the hub's own registrations.
    #[cold]
    pub(crate) fn registration(code: &'static str, detail: impl Into<String>) -> Self {
        Self::of(code, Fault::Hub, detail.into())
    }

    fn of(code: &'static str, fault: Fault, detail: String) -> Self {
        Self(Box::new(Why {
            code,
            fault,
            detail,
        }))
    }

    /// Stable label for quarantine rows and metrics, such as `json.duplicate_key`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Who must act: the sender, or for an unusable registration the hub.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.0.fault
    }

    /// What is wrong and where: byte offset, line and column, JSON or XML path. No personal data.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }
}
