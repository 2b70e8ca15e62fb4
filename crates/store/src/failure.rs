//! From what the driver says to what the hub does about it: wait, refuse the data, or stop.
//!
//! Reasons name codes and constraints, never values: messages of a database quote rows.

use sqlx::error::DatabaseError;

use crate::Error;

/// Returns what a failed statement means; a failing COMMIT is [`of_commit`]'s.
pub(crate) fn of_statement(error: sqlx::Error) -> Error {
    match error {
        sqlx::Error::Database(error) => of_database(error.as_ref()),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => Error::Unreachable {
            reason: error.to_string(),
        },
        sqlx::Error::Encode(_) | sqlx::Error::InvalidArgument(_) => Error::Refused {
            reason: "a value has no form in the database".to_owned(),
        },
        sqlx::Error::ColumnDecode { index, source } => Error::Corrupt {
            reason: format!("column {index}: {source}"),
        },
        sqlx::Error::Configuration(error) => Error::Conflict {
            code: "store.configuration",
            reason: error.to_string(),
        },
        other => Error::Corrupt {
            reason: other.to_string(),
        },
    }
}

/// Returns what a failed COMMIT means: only a refusal by the database itself says that nothing is stored.
pub(crate) fn of_commit(error: sqlx::Error) -> Error {
    let reason = error.to_string();
    let is_answered = error
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| is_sqlstate(&code) && ["22", "23", "40"].contains(&&code[..2]));
    if is_answered {
        of_statement(error)
    } else {
        Error::CommitUnknown { reason }
    }
}

fn of_database(error: &dyn DatabaseError) -> Error {
    let code = error.code().unwrap_or_default();
    let named = match error.constraint() {
        Some(constraint) => format!("{code} ({constraint})"),
        None => code.to_string(),
    };
    let message = || format!("{code}: {}", error.message());
    if is_sqlstate(&code) {
        return match &code[..2] {
            "22" | "23" => Error::Refused { reason: named },
            "08" | "25" | "40" | "53" | "55" | "57" | "58" => {
                Error::Unreachable { reason: message() }
            }
            "28" => Error::Conflict {
                code: "store.login",
                reason: message(),
            },
            "3D" => Error::Conflict {
                code: "store.database",
                reason: message(),
            },
            "42" => Error::Corrupt { reason: message() },
            _ => Error::Corrupt { reason: named },
        };
    }
    of_sqlite(&code, error)
}

/// SQLite's extended result codes: the lower byte is the kind (sqlite.org/rescode.html).
fn of_sqlite(code: &str, error: &dyn DatabaseError) -> Error {
    let message = format!("SQLite {code}: {}", error.message());
    match code.parse::<i32>().map(|code| code & 0xff) {
        // TOOBIG, CONSTRAINT, MISMATCH: messages name tables and columns only.
        Ok(18..=20) => Error::Refused { reason: message },
        // NOMEM .. FULL, CANTOPEN and PROTOCOL: another moment, or a person who makes room.
        Ok(4..=10 | 13..=15) => Error::Unreachable { reason: message },
        _ => Error::Corrupt { reason: message },
    }
}

/// A SQLSTATE has five letters or digits; SQLite's codes are numbers of at most four digits.
fn is_sqlstate(code: &str) -> bool {
    code.len() == 5 && code.is_ascii()
}

/// Turns a driver's error around in a chain of calls.
pub(crate) trait OrFailure<T> {
    /// Returns the value, or what the failed statement means.
    fn or_failure(self) -> Result<T, Error>;
}

impl<T> OrFailure<T> for Result<T, sqlx::Error> {
    fn or_failure(self) -> Result<T, Error> {
        self.map_err(of_statement)
    }
}
