//! Handing out user names and passwords to devices that know no tokens: shown once, stored as what checks them.

use bordergate_store::{Login, Role, Store, TokenGrant};
use serde::Serialize;
use uuid::Uuid;

use super::tokens::checked_subject;
use super::{Error, audit, field};
use crate::doors::http::identity::{LONGEST_USERNAME, REALM, ha1, is_username};

/// Characters of a password that is made here: cameras take sixteen at most.
const LENGTH: usize = 16;
/// Thirty-two characters that nobody mistakes for another.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Fewest characters of a password that was chosen.
const SHORTEST: usize = 12;
/// Most characters of one.
const LONGEST: usize = 128;

/// A login just made; a password that was made here cannot be shown again.
#[derive(Clone, Debug, Serialize)]
pub struct NewLogin {
    /// The password that was made; left out when it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// What was stored.
    #[serde(flatten)]
    pub stored: Login,
}

/// Makes a login for a source or recorder; another of the same user name ends. Without a `username` it is the subject,
/// without a `password` one of 80 random bits is made.
///
/// # Errors
/// A role, subject, user name or password that does not fit; a source that is not registered.
pub async fn add_login(
    store: &dyn Store,
    grant: &TokenGrant,
    username: Option<&str>,
    password: Option<&str>,
    actor: &str,
) -> Result<NewLogin, Error> {
    if !matches!(grant.role, Role::Source | Role::Recorder) {
        return Err(Error::Field {
            field: "role",
            reason: "has tokens, not passwords".to_owned(),
            allowed: [Role::Source, Role::Recorder]
                .map(|role| role.code().to_owned())
                .to_vec(),
        });
    }
    let subject = checked_subject(store, grant.role, &grant.subject).await?;
    let username = username.unwrap_or(subject);
    if !is_username(username) {
        return Err(field(
            "username",
            format!(
                "must have 1 to {LONGEST_USERNAME} visible ASCII characters without : \" and \\"
            ),
        ));
    }
    let made = password.is_none().then(new_password);
    let password = password.or(made.as_deref()).unwrap_or_default();
    let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if !(SHORTEST..=LONGEST).contains(&password.len()) || !password.bytes().all(is_plain) {
        return Err(field(
            "password",
            format!("must have {SHORTEST} to {LONGEST} ASCII characters"),
        ));
    }
    let grant = TokenGrant {
        role: grant.role,
        subject: subject.to_owned(),
    };
    let secret = ha1(username, REALM, password);
    let stored = store.add_login(username, &secret, &grant).await?;
    audit(store, actor, "login.add", &stored.login_id.to_string()).await?;
    Ok(NewLogin {
        password: made,
        stored,
    })
}

/// Disables a login from the next request on.
///
/// # Errors
/// `login.unknown`.
pub async fn disable_login(store: &dyn Store, login_id: Uuid, actor: &str) -> Result<Login, Error> {
    let login = store.disable_login(login_id).await?;
    audit(store, actor, "login.disable", &login_id.to_string()).await?;
    Ok(login)
}

/// Returns a new password, every character of it by five random bits.
fn new_password() -> String {
    // Two bytes of a UUID say its version and variant; the others are chance.
    let chance = |id: Uuid| {
        let bytes = *id.as_bytes();
        [&bytes[..6], &bytes[9..]].concat()
    };
    let bytes = [chance(Uuid::new_v4()), chance(Uuid::new_v4())].concat();
    let letters = bytes.iter().take(LENGTH);
    letters
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_into_a_camera_and_is_never_the_same() {
        let (one, other) = (new_password(), new_password());
        assert_eq!((one.len(), other.len()), (LENGTH, LENGTH));
        assert_ne!(one, other);
        assert!(one.bytes().all(|byte| ALPHABET.contains(&byte)));
    }
}
