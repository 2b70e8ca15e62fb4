//! Who calls the HTTP door, and whose record a device sends: decided here and nowhere else.
//!
//! **Who calls**: a client certificate ([`certificate`]), else `Authorization` or the page's cookie: a bearer token on any
//! path, a user name and password ([`login`]) on those of devices. A certificate and a header must name the same
//! caller. Nothing at all is loopback, where that is open.
//!
//! **Whose record** ([`source`]): the path, else the header `Bordergate-Source`, else the one source that the certificate,
//! login or token is for, else the serial that the message has for its device. Path and header must not differ; the
//! serial is asked only when nothing else names a source. Whatever named it, the caller's right to send for it is
//! checked afterwards (`doors::accept`): a serial chooses, it never allows.

pub mod certificate;
mod challenge;
mod digest;
mod login;
mod nonce;
mod source;
mod tries;

use axum::extract::Request;
use axum::http::{Method, Uri, header};

pub use challenge::refused;
pub use digest::{Algorithm, REALM, ha1};
pub use login::{LONGEST_USERNAME, Logins, is_username};
pub use source::{named, of_serial};

use super::devices;
use super::server::Connection;
use crate::access::{self, Caller, Denied};
use crate::app::App;

/// By what a caller of the HTTP door is known; a request's body cannot be shared while the database is asked.
#[derive(Clone, Debug)]
pub struct Signs {
    connection: Connection,
    method: Method,
    uri: Uri,
    authorization: Option<String>,
    is_device: bool,
}

impl Signs {
    /// Takes them from a request; `None` when the server did not say which connection it came by, which would be a
    /// mistake in the wiring.
    #[must_use]
    pub fn of(request: &Request) -> Option<Self> {
        let connection = request.extensions().get::<Connection>()?.clone();
        let authorization = request.headers().get(header::AUTHORIZATION);
        let authorization = authorization
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
            .or_else(|| crate::web::session::token(request.headers()));
        Some(Self {
            connection,
            method: request.method().clone(),
            uri: request.uri().clone(),
            authorization,
            is_device: devices::is_path(request.uri().path()),
        })
    }

    /// Tells whether what is sent in clear is safe from others: encrypted, or never off this machine.
    fn is_private(&self) -> bool {
        self.connection.is_tls || self.connection.peer.ip().is_loopback()
    }
}

/// Finds out who is calling.
///
/// # Errors
/// `Ok(Err(_))` says why nobody is known; the outer error is the store's.
pub async fn caller(
    app: &App,
    signs: &Signs,
) -> Result<Result<Caller, Denied>, bordergate_store::Error> {
    let of_certificate = match &signs.connection.certificate {
        Ok(grant) => grant.clone().map(Caller::Holder),
        Err(certificate::Unclear) => return Ok(Err(Denied::Certificate)),
    };
    let of_header = match signs.authorization.as_deref() {
        None if of_certificate.is_some() => None,
        Some(text) if signs.is_device && login::is_password(text) => {
            Some(login::caller(app, signs, text).await?)
        }
        text => {
            let settings = &app.settings;
            let on_loopback =
                settings.access.tokens_on_loopback || !settings.http.address.ip().is_loopback();
            let peer = signs.connection.peer.ip();
            Some(access::identify(app.store.as_ref(), peer, text, on_loopback).await?)
        }
    };
    Ok(match (of_certificate, of_header) {
        (_, Some(Err(denied))) => Err(denied),
        (Some(one), Some(Ok(other))) if one != other => Err(Denied::Conflict),
        (Some(caller), _) | (None, Some(Ok(caller))) => Ok(caller),
        (None, None) => Err(Denied::Unauthenticated),
    })
}
