//! What administrators do: register, hand out tokens, seed, look into quarantine and redrive, send waiting records to a gate.
//!
//! Free of HTTP: the running hub's admin routes and the command line (with no hub running) call the
//! same functions. Each act that changes something leaves a row in the audit trail.

mod logins;
mod quarantine;
mod register;
mod seed;
mod tokens;
mod unrouted;

use bordergate_store::{AuditEntry, Store};

pub use logins::{NewLogin, add_login, disable_login};
pub use quarantine::{Redrive, RedriveReport, quarantined, redrive};
pub use register::{NewGate, NewSource, add_gate, add_source, disable_gate, disable_source};
pub use seed::{NewReference, seed};
pub use tokens::{NewToken, add_token, disable_token};
pub use unrouted::{AssignReport, Assignment, assign};

/// Why an act was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field of the request is wrong.
    #[error("{field} {reason}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
        /// What it may be; empty when anything of a shape may be.
        allowed: Vec<String>,
    },
    /// Nothing of that name exists.
    #[error("{reason}")]
    Unknown {
        /// Stable code, such as `quarantine.unknown`.
        code: &'static str,
        /// What was looked for.
        reason: String,
    },
    /// The database refused or did not answer.
    #[error(transparent)]
    Store(#[from] bordergate_store::Error),
    /// The log refused or did not answer.
    #[error(transparent)]
    Log(#[from] bordergate_eventlog::Error),
}

impl Error {
    /// Stable label for problems and exit messages.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field { .. } => "request.field",
            Self::Unknown { code, .. } => code,
            Self::Store(error) => error.code(),
            Self::Log(error) => error.code(),
        }
    }
}

fn field(field: &'static str, reason: impl Into<String>) -> Error {
    Error::Field {
        field,
        reason: reason.into(),
        allowed: Vec::new(),
    }
}

async fn audit(store: &dyn Store, actor: &str, action: &str, subject: &str) -> Result<(), Error> {
    let entry = AuditEntry {
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        purpose: String::new(),
    };
    Ok(store.audit(&entry).await?)
}
