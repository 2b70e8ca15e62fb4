//! Logins as rows, read.

use uuid::Uuid;

use super::word;
use crate::moment::{Moment, optional};
use crate::{Error, Ha1, Login, Role, TokenGrant};

/// The columns of [`Login`]'s fields, in order.
pub(crate) type LoginTuple<T> = (Uuid, String, String, String, T, Option<T>);

/// The same, then H(A1) by MD5 and by SHA-256.
pub(crate) type SecretTuple<T> = (Uuid, String, String, String, T, Option<T>, Vec<u8>, Vec<u8>);

/// Reads a login.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn login<T: Moment>(row: LoginTuple<T>) -> Result<Login, Error> {
    let (login_id, username, role, subject, created_at, disabled_at) = row;
    Ok(Login {
        login_id,
        username,
        grant: TokenGrant {
            role: word("logins.role", Role::from_code(&role))?,
            subject,
        },
        created_at: created_at.timestamp()?,
        disabled_at: optional(disabled_at)?,
    })
}

/// Reads a login and its hashes.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn with_secret<T: Moment>(row: SecretTuple<T>) -> Result<(Login, Ha1), Error> {
    let (login_id, username, role, subject, created_at, disabled_at, md5, sha256) = row;
    let ha1 = Ha1 {
        md5: word("logins.md5_ha1", md5.try_into().ok())?,
        sha256: word("logins.sha256_ha1", sha256.try_into().ok())?,
    };
    let row = (login_id, username, role, subject, created_at, disabled_at);
    Ok((login(row)?, ha1))
}

/// Returns the error for a login that is not there.
pub(crate) fn unknown_login(login_id: Uuid) -> Error {
    Error::Conflict {
        code: "login.unknown",
        reason: format!("there is no login {login_id}"),
    }
}
