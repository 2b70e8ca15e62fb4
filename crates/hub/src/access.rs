//! Who is calling, and what they may do: deny by default (DESIGN.md, Security).

use std::net::IpAddr;

use bordergate_model::SourceId;
use bordergate_store::{Role, Store, TokenGrant};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Someone on this machine without a token, where that is allowed: may do everything.
    Loopback,
    /// The holder of a token, login or client certificate.
    Holder(TokenGrant),
}

/// What a caller wants to do; each has its row in [`Caller::may`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Send records under this source.
    Send,
    /// Exchange records as an LGSP partner.
    Exchange,
    /// Read crossings, observations, records and the board, plates in clear.
    SeeVehicles,
    /// Find a vehicle by its plate.
    SearchPlate,
    /// Read statistics.
    SeeStatistics,
    /// Change registrations and tokens, redrive, see quarantined input.
    Administer,
}

/// Why a caller is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No credentials where some are needed, or such as are wrong, unknown or disabled.
    #[error("valid credentials are needed")]
    Unauthenticated,
    /// The password is right, but the nonce no longer holds or this use of it is not the first.
    #[error("the password is right, but the nonce is not: calculate again")]
    Stale,
    /// The header with the password cannot be understood.
    #[error("authorization {0}")]
    Malformed(&'static str),
    /// Too many wrong passwords of this name from this address.
    #[error("too many wrong passwords: wait {seconds} s")]
    Paused {
        /// Until when, from now.
        seconds: u32,
    },
    /// The certificate's names of ours are several, or none that is known.
    #[error("the client certificate names its holder in no way that is understood")]
    Certificate,
    /// Two credentials came that are not of the same caller.
    #[error("the client certificate and the token or login are not of the same caller")]
    Conflict,
    /// The caller's role has no right to this.
    #[error("the caller's role has no right to this")]
    Forbidden,
}

impl Denied {
    /// Stable code for problems.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "access.unauthenticated",
            Self::Stale => "access.stale",
            Self::Malformed(_) => "access.malformed",
            Self::Paused { .. } => "access.paused",
            Self::Certificate => "access.certificate",
            Self::Conflict => "access.conflict",
            Self::Forbidden => "access.forbidden",
        }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Unauthenticated | Self::Stale => 401,
            Self::Certificate | Self::Conflict | Self::Forbidden => 403,
            Self::Paused { .. } => 429,
        }
    }
}

impl Caller {
    /// Returns the caller for whom the configuration vouches: a door that it names together with a source has the
    /// rights of that source, and no other.
    #[must_use]
    pub fn source(source_id: &SourceId) -> Self {
        Self::Holder(TokenGrant {
            role: Role::Source,
            subject: source_id.to_string(),
        })
    }

    /// Tells whether the caller has the right. A new right without a row here does not compile; a
    /// role without the right is denied.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        let grant = match self {
            Self::Loopback => return true,
            Self::Holder(grant) => grant,
        };
        match right {
            Right::Send => matches!(
                grant.role,
                Role::Source | Role::Recorder | Role::Administrator
            ),
            Right::Exchange => grant.role == Role::Partner,
            Right::SeeVehicles | Right::SearchPlate => {
                matches!(grant.role, Role::Operator | Role::Administrator)
            }
            Right::SeeStatistics => matches!(
                grant.role,
                Role::Operator | Role::Analyst | Role::Administrator | Role::Partner
            ),
            Right::Administer => grant.role == Role::Administrator,
        }
    }

    /// Checks the right.
    ///
    /// # Errors
    /// [`Denied::Forbidden`].
    pub fn check(&self, right: Right) -> Result<(), Denied> {
        if self.may(right) {
            Ok(())
        } else {
            Err(Denied::Forbidden)
        }
    }

    /// Returns the name under which acts are recorded, such as `operator:gate-desk`.
    #[must_use]
    pub fn actor(&self) -> String {
        match self {
            Self::Loopback => "loopback".to_owned(),
            Self::Holder(grant) => format!("{}:{}", grant.role.code(), grant.subject),
        }
    }
}

/// Finds out who is calling from the peer's address and the `Authorization` header.
///
/// # Errors
/// `Ok(Err(Denied::Unauthenticated))` for a missing or wrong token; the outer error is the store's.
pub async fn identify(
    store: &dyn Store,
    peer: IpAddr,
    authorization: Option<&str>,
    tokens_on_loopback: bool,
) -> Result<Result<Caller, Denied>, bordergate_store::Error> {
    let Some(authorization) = authorization else {
        let is_open = peer.is_loopback() && !tokens_on_loopback;
        return Ok(if is_open {
            Ok(Caller::Loopback)
        } else {
            Err(Denied::Unauthenticated)
        });
    };
    let Some(token) = authorization
        .strip_prefix("Bearer ")
        .or_else(|| authorization.strip_prefix("bearer "))
    else {
        return Ok(Err(Denied::Unauthenticated));
    };
    let found = store.token(token_sha256(token.trim())).await?;
    Ok(found
        .map(|token| Caller::Holder(token.grant))
        .ok_or(Denied::Unauthenticated))
}

/// Returns the hash under which a token is stored. Tokens are random, so a plain hash cannot be searched.
#[must_use]
pub fn token_sha256(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Secret keys of this database, made once and kept in `hub_state`.
#[derive(Clone)]
pub struct Keys {
    secret: [u8; 32],
}

impl Keys {
    /// Reads the secret, making it at the first start.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn open(store: &dyn Store) -> Result<Self, bordergate_store::Error> {
        let kept = match store.hub_state("secret").await? {
            Some(kept) => kept,
            None => {
                let fresh = [
                    *uuid::Uuid::new_v4().as_bytes(),
                    *uuid::Uuid::new_v4().as_bytes(),
                ]
                .concat();
                store.init_hub_state("secret", &hex::encode(fresh)).await?
            }
        };
        let mut secret = [0; 32];
        hex::decode_to_slice(&kept, &mut secret).map_err(|_| bordergate_store::Error::Corrupt {
            reason: "hub_state secret is not 64 hex digits".to_owned(),
        })?;
        Ok(Self { secret })
    }

    /// Returns a keyed hash of `text` for one `purpose`; without the key it cannot be searched.
    #[must_use]
    pub fn sign(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.secret)
            .expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text);
        mac.finalize().into_bytes().into()
    }

    /// Returns the pseudonym under which an identifier appears in the audit trail.
    #[must_use]
    pub fn pseudonym(&self, identifier: &str) -> String {
        hex::encode(&self.sign("pseudonym", identifier.as_bytes())[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(role: Role) -> Caller {
        Caller::Holder(TokenGrant {
            role,
            subject: "x".to_owned(),
        })
    }

    #[test]
    fn each_role_has_its_rights_and_no_other() {
        let rights = [
            Right::Send,
            Right::Exchange,
            Right::SeeVehicles,
            Right::SearchPlate,
            Right::SeeStatistics,
            Right::Administer,
        ];
        for (role, allowed) in [
            (Role::Source, [true, false, false, false, false, false]),
            (Role::Recorder, [true, false, false, false, false, false]),
            (Role::Partner, [false, true, false, false, true, false]),
            (Role::Operator, [false, false, true, true, true, false]),
            (Role::Analyst, [false, false, false, false, true, false]),
            (Role::Administrator, [true, false, true, true, true, true]),
        ] {
            assert_eq!(
                rights.map(|right| holder(role).may(right)),
                allowed,
                "{role:?}"
            );
        }
        let source = Caller::source(&SourceId::parse("hn-scale-1").expect("a name"));
        assert_eq!(
            rights.map(|right| source.may(right)),
            [true, false, false, false, false, false]
        );
    }
}
