//! Tokens as rows, read.

use uuid::Uuid;

use super::word;
use crate::moment::{Moment, optional};
use crate::{Error, Role, Token, TokenGrant};

/// The columns of [`Token`]'s fields, in order.
pub(crate) type TokenTuple<T> = (Uuid, String, String, T, Option<T>);

/// Reads a token.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn token<T: Moment>(row: TokenTuple<T>) -> Result<Token, Error> {
    let (token_id, role, subject, created_at, disabled_at) = row;
    Ok(Token {
        token_id,
        grant: TokenGrant {
            role: word("tokens.role", Role::from_code(&role))?,
            subject,
        },
        created_at: created_at.timestamp()?,
        disabled_at: optional(disabled_at)?,
    })
}

/// Returns the error for a token that is not there.
pub(crate) fn unknown_token(token_id: Uuid) -> Error {
    Error::Conflict {
        code: "token.unknown",
        reason: format!("there is no token {token_id}"),
    }
}
