//! User names and passwords of devices that know no tokens (RFC 7616, RFC 7617).

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, TokenGrant};

/// A login as stored, without what its password is checked by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Its public name.
    pub login_id: Uuid,
    /// The user name; one login of a name works at a time.
    pub username: String,
    /// What it grants; the role is `source` or `recorder`.
    pub grant: TokenGrant,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was disabled; `None` while it works.
    pub disabled_at: Option<Timestamp>,
}

/// RFC 7616, H(A1): the hash of user name, realm and password by each algorithm. Whoever has one can log in with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ha1 {
    /// By MD5.
    pub md5: [u8; 16],
    /// By SHA-256.
    pub sha256: [u8; 32],
}

impl std::fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ha1(..)")
    }
}

/// Logins of devices.
#[async_trait]
pub trait Logins: Send + Sync + 'static {
    /// Stores a login; one of the same user name that works is disabled in the same step.
    ///
    /// # Errors
    /// [`Error::Refused`] for a role that has no logins.
    async fn add_login(
        &self,
        username: &str,
        ha1: &Ha1,
        grant: &TokenGrant,
    ) -> Result<Login, Error>;

    /// Returns the login of a user name with what its password is checked by; `None` when none works.
    async fn login(&self, username: &str) -> Result<Option<(Login, Ha1)>, Error>;

    /// Returns all logins by creation.
    async fn logins(&self) -> Result<Vec<Login>, Error>;

    /// Disables a login; [`Error::Conflict`] `login.unknown` without one.
    async fn disable_login(&self, login_id: Uuid) -> Result<Login, Error>;
}
