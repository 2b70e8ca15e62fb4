//! What SQLite's failures mean for the caller.
//!
//! Primary result codes as in <https://www.sqlite.org/rescode.html>.

use crate::Error;

const SQLITE_PERM: i32 = 3;
const SQLITE_READONLY: i32 = 8;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;

/// Returns what a failure means: a file that cannot be a log is a matter of configuration; a full disk,
/// a locked file or a failing device may be better at the next call.
pub(super) fn of(error: &sqlx::Error) -> Error {
    let reason = error.to_string();
    match primary_code(error) {
        Some(SQLITE_PERM | SQLITE_READONLY | SQLITE_CORRUPT | SQLITE_CANTOPEN | SQLITE_NOTADB) => {
            Error::Configuration { reason }
        }
        _ => Error::Unreachable { reason },
    }
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let extended: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}
