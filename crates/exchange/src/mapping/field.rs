//! What can be wrong with a field of a message from a peer.

use bordergate_model::Fault;

/// Why a message is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A field without which the message means nothing is absent.
    #[error("{field} is missing")]
    Missing {
        /// The field's name.
        field: &'static str,
    },
    /// A field has a value it cannot have.
    #[error("{field} {reason}")]
    Value {
        /// The field's name.
        field: &'static str,
        /// What is wrong, without personal data.
        reason: String,
    },
    /// The bytes are no such message.
    #[error("the bytes are no message of this kind: {reason}")]
    Bytes {
        /// What the decoder says.
        reason: String,
    },
}

impl Error {
    /// Stable label for statuses and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "message.missing",
            Self::Value { .. } => "message.value",
            Self::Bytes { .. } => "message.bytes",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }

    /// Returns the name of the field at fault; empty when it is none.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Missing { field } | Self::Value { field, .. } => field,
            Self::Bytes { .. } => "",
        }
    }
}

/// Returns the value of a field that must be there.
pub(super) fn need<T>(field: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or(Error::Missing { field })
}

/// Reads a field with `read`, naming the field when that fails.
pub(super) fn read<T, E: std::fmt::Display>(
    field: &'static str,
    result: Result<T, E>,
) -> Result<T, Error> {
    result.map_err(|error| Error::Value {
        field,
        reason: format!("cannot be read: {error}"),
    })
}
