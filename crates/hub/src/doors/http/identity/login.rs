//! Logging in with user name and password: digest authentication, or Basic where nobody can listen.
//!
//! Only H(A1) is stored, so a right answer proves the password without the hub knowing it. An unknown name is calculated
//! like a known one and answered like a wrong password. A right answer under a nonce that no longer holds, or under a
//! count that was used before, is `stale`: the client calculates again, and somebody who sends an overheard header a
//! second time cannot. Source: RFC 7616, 3.4 and 5; RFC 7617; `tries` for wrong passwords.

use std::time::{Duration, Instant};

use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bordergate_store::Ha1;
use subtle::ConstantTimeEq as _;

use super::Signs;
use super::digest::{Algorithm, Credentials, REALM, ha1};
use super::nonce::Nonces;
use super::tries::Tries;
use crate::access::{Caller, Denied};
use crate::app::App;

/// Longest user name, in characters.
pub const LONGEST_USERNAME: usize = 64;

/// What logging in remembers between requests.
pub struct Logins {
    nonces: Nonces,
    tries: Tries,
    begun: Instant,
}

impl Default for Logins {
    fn default() -> Self {
        Self {
            nonces: Nonces::new(),
            tries: Tries::default(),
            begun: Instant::now(),
        }
    }
}

impl Logins {
    /// Returns a nonce for a challenge.
    pub(super) fn nonce(&self) -> String {
        self.nonces.make(self.age())
    }

    fn age(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// Tells whether a text can be a user name: visible ASCII without what would end it in a header or in H(A1).
#[must_use]
pub fn is_username(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b':' | b'"' | b'\\');
    (1..=LONGEST_USERNAME).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Tells whether an `Authorization` is one by password.
pub(super) fn is_password(authorization: &str) -> bool {
    let scheme = authorization.split(' ').next().unwrap_or_default();
    ["Digest", "Basic"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
}

/// What a client says.
enum Said {
    Digest(Credentials),
    Basic { username: String, password: String },
}

/// Finds out who is calling by user name and password.
///
/// # Errors
/// `Ok(Err(_))` says why nobody is known; the outer error is the store's.
pub(super) async fn caller(
    app: &App,
    signs: &Signs,
    authorization: &str,
) -> Result<Result<Caller, Denied>, bordergate_store::Error> {
    let said = match said(app, signs, authorization) {
        Ok(said) => said,
        Err(denied) => return Ok(Err(denied)),
    };
    let (Said::Digest(Credentials { username, .. }) | Said::Basic { username, .. }) = &said;
    let (logins, peer) = (&app.logins, signs.connection.peer.ip());
    if let Some(seconds) = logins.tries.pause_seconds(username, peer, logins.age()) {
        return Ok(Err(Denied::Paused { seconds }));
    }
    let found = app.store.login(username).await?;
    // Calculated for every name, so that an unknown one takes the time of a known one.
    let nobodys = nobodys(app, username);
    let secret = found.as_ref().map_or(nobodys, |(_, secret)| *secret);
    let is_right = match &said {
        Said::Digest(said) => said.is_right(&secret, signs.method.as_str()),
        Said::Basic { username, password } => {
            let given = ha1(username, REALM, password);
            given.sha256.ct_eq(&secret.sha256).into()
        }
    };
    let Some((login, _)) = found.filter(|_| is_right) else {
        if logins.tries.failed(username, peer, logins.age()) {
            tracing::warn!(
                "login {username:?} from {peer}: too many wrong passwords, it has to wait"
            );
        }
        return Ok(Err(Denied::Unauthenticated));
    };
    logins.tries.succeeded(username, peer);
    if let Said::Digest(said) = &said
        && !logins
            .nonces
            .take(&said.nonce, said.nonce_count, logins.age())
    {
        return Ok(Err(Denied::Stale));
    }
    Ok(Ok(Caller::Holder(login.grant)))
}

/// Reads what the client says, by a scheme and algorithm that are offered on this connection.
fn said(app: &App, signs: &Signs, authorization: &str) -> Result<Said, Denied> {
    let said = match authorization.split_once(' ') {
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("Basic") => {
            if !signs.is_private() {
                return Err(Denied::Unauthenticated);
            }
            basic(encoded).ok_or(Denied::Malformed("is no user name and password (RFC 7617)"))?
        }
        _ => {
            let said = Credentials::parse(authorization).map_err(Denied::Malformed)?;
            if !offered(app).any(|one| one == said.algorithm) {
                return Err(Denied::Malformed("names an algorithm that was not offered"));
            }
            if !is_target(&said.uri, &signs.uri) {
                return Err(Denied::Malformed(
                    "is for another target than the request's",
                ));
            }
            Said::Digest(said)
        }
    };
    let (Said::Digest(Credentials { username, .. }) | Said::Basic { username, .. }) = &said;
    // What can be no name is nobody's, and is not kept among the wrong tries.
    if is_username(username) {
        Ok(said)
    } else {
        Err(Denied::Unauthenticated)
    }
}

fn basic(encoded: &str) -> Option<Said> {
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (username, password) = text.split_once(':')?;
    Some(Said::Basic {
        username: username.to_owned(),
        password: password.to_owned(),
    })
}

/// Returns the algorithms to offer, the preferred first.
pub(super) fn offered(app: &App) -> impl Iterator<Item = Algorithm> {
    let names = app.settings.access.digest_algorithms.split(',');
    names.filter_map(|name| Algorithm::from_name(name.trim()))
}

/// Tells whether a target named in a header is that of the request, written as path or as whole address.
fn is_target(named: &str, requested: &Uri) -> bool {
    let target = requested
        .path_and_query()
        .map_or("", |target| target.as_str());
    named == target
        || named.parse::<Uri>().is_ok_and(|uri| {
            uri.host().is_some()
                && uri
                    .path_and_query()
                    .is_some_and(|uri| uri.as_str() == target)
        })
}

/// Returns a secret that no password has.
fn nobodys(app: &App, username: &str) -> Ha1 {
    let sha256 = app.keys.sign("login of nobody", username.as_bytes());
    let mut md5 = [0; 16];
    md5.copy_from_slice(&sha256[..16]);
    Ha1 { md5, sha256 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_is_for_the_target_of_its_request() {
        let requested: Uri = "/v1/devices/cam?a=1".parse().expect("a target");
        for (named, expected) in [
            ("/v1/devices/cam?a=1", true),
            ("http://hub.example:8080/v1/devices/cam?a=1", true),
            ("/v1/devices/cam", false),
            ("/v1/devices/cam?a=2", false),
            ("http://hub.example/", false),
            ("", false),
            ("*", false),
        ] {
            assert_eq!(is_target(named, &requested), expected, "{named}");
        }
    }

    #[test]
    fn a_user_name_is_visible_and_ends_nothing() {
        for (name, expected) in [
            ("hn-cam-in-1", true),
            ("a", true),
            ("", false),
            ("a b", false),
            ("a:b", false),
            ("a\"b", false),
            ("cổng", false),
        ] {
            assert_eq!(is_username(name), expected, "{name:?}");
        }
        assert!(!is_username(&"a".repeat(LONGEST_USERNAME + 1)));
    }

    #[test]
    fn a_password_may_hold_colons_and_letters_of_any_script() {
        let encoded = STANDARD.encode("cam:a:b cổng");
        let Some(Said::Basic { username, password }) = basic(&encoded) else {
            panic!("it is Basic")
        };
        assert_eq!((username.as_str(), password.as_str()), ("cam", "a:b cổng"));
        assert!(basic("====").is_none() && basic(&STANDARD.encode("cam")).is_none());
    }

    proptest! {
        #[test]
        fn arbitrary_headers_never_panic(text in "[ -~]{0,80}") {
            let _ = (basic(&text), is_password(&text), is_target(&text, &Uri::from_static("/x")));
        }
    }
}
