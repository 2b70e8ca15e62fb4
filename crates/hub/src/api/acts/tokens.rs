//! Handing out tokens: shown once, stored as a hash.

use bordergate_store::{Role, Store, Token, TokenGrant};
use serde::Serialize;
use uuid::Uuid;

use super::{Error, audit, field};
use crate::access::token_sha256;

/// Longest name of a person or partner, in characters.
const LONGEST_SUBJECT: usize = 64;

/// A token just made; its text cannot be shown again.
#[derive(Clone, Debug, Serialize)]
pub struct NewToken {
    /// The text to send as `Authorization: Bearer ...`.
    pub token: String,
    /// What was stored.
    #[serde(flatten)]
    pub stored: Token,
}

/// Makes a token of 244 random bits for a role and its subject.
///
/// # Errors
/// A subject that is empty or too long; for the role `source`, one that is not registered.
pub async fn add_token(
    store: &dyn Store,
    role: Role,
    subject: &str,
    actor: &str,
) -> Result<NewToken, Error> {
    let subject = checked_subject(store, role, subject).await?;
    let token = format!("bg_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let grant = TokenGrant {
        role,
        subject: subject.to_owned(),
    };
    let stored = store.add_token(token_sha256(&token), &grant).await?;
    audit(store, actor, "token.add", &stored.token_id.to_string()).await?;
    Ok(NewToken { token, stored })
}

/// Returns for whom a token or login is made, without blanks around.
///
/// # Errors
/// As [`add_token`].
pub(super) async fn checked_subject<'s>(
    store: &dyn Store,
    role: Role,
    subject: &'s str,
) -> Result<&'s str, Error> {
    let subject = subject.trim();
    if subject.is_empty()
        || subject.chars().count() > LONGEST_SUBJECT
        || subject.chars().any(char::is_control)
    {
        return Err(field(
            "subject",
            format!("must have 1 to {LONGEST_SUBJECT} visible characters"),
        ));
    }
    if role == Role::Source {
        let known = store.sources().await?;
        if !known
            .iter()
            .any(|source| source.source_id.as_str() == subject)
        {
            return Err(field(
                "subject",
                format!("{subject:?} is not a registered source"),
            ));
        }
    }
    Ok(subject)
}

/// Disables a token from the next request on.
///
/// # Errors
/// `token.unknown`.
pub async fn disable_token(store: &dyn Store, token_id: Uuid, actor: &str) -> Result<Token, Error> {
    let token = store.disable_token(token_id).await?;
    audit(store, actor, "token.disable", &token_id.to_string()).await?;
    Ok(token)
}
