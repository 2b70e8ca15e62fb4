//! Reaching a hub: address, TLS, token and the life signs of the connection.

use std::time::Duration;

use bordergate_model::Fault;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};

use super::Retry;

/// A connection whose calls carry the token.
pub type Authorized = InterceptedService<Channel, Bearer>;

/// How often the connection is probed.
const PROBE_EVERY: Duration = Duration::from_secs(20);
/// How long a probe, or making the connection, may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// How to reach a hub.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its address, such as `http://127.0.0.1:50051`, or with `https` for TLS.
    pub endpoint: String,
    /// The bearer token; `None` where the hub needs none (loopback).
    pub token: Option<String>,
    /// PEM with the authority that signed the hub's certificate; for `https` only, which needs it.
    pub authority_pem: Option<Vec<u8>>,
    /// How long one call may take.
    pub call_timeout: Duration,
    /// How failures that pass are outlived.
    pub retry: Retry,
}

impl Settings {
    /// Returns the settings for a hub at `endpoint` that needs no token: calls of up to 60 s, tried again for some minutes.
    #[must_use]
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            token: None,
            authority_pem: None,
            call_timeout: Duration::from_secs(60),
            retry: Retry::default(),
        }
    }

    /// Sets the bearer token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }
}

/// Why a hub cannot be reached at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none, or its TLS settings cannot be used.
    #[error("cannot use endpoint {endpoint:?}: {source}")]
    Endpoint {
        /// The address.
        endpoint: String,
        /// What the transport says.
        source: tonic::transport::Error,
    },
    /// The token has characters a header cannot carry.
    #[error("the token has characters other than visible ASCII")]
    Token,
}

impl Error {
    /// Stable label.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Endpoint { .. } => "client.endpoint",
            Self::Token => "client.token",
        }
    }

    /// Who must act: whoever wrote the settings.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Hub
    }
}

/// Puts the token into every call.
#[derive(Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Bearer {
    fn new(token: Option<&str>) -> Result<Self, Error> {
        let value = token.map(|token| format!("Bearer {token}").parse());
        let mut value: Option<MetadataValue<Ascii>> =
            value.transpose().map_err(|_| Error::Token)?;
        if let Some(value) = &mut value {
            value.set_sensitive(true);
        }
        Ok(Self(value))
    }
}

impl std::fmt::Debug for Bearer {
    /// Leaves the token out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Bearer(...)"
        } else {
            "Bearer(none)"
        })
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(value) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", value.clone());
        }
        Ok(request)
    }
}

pub(super) fn service(settings: Settings) -> Result<Authorized, Error> {
    let refused = |source| Error::Endpoint {
        endpoint: settings.endpoint.clone(),
        source,
    };
    let mut endpoint = Endpoint::from_shared(settings.endpoint.clone())
        .map_err(refused)?
        .connect_timeout(PROBE_TIMEOUT)
        .http2_keep_alive_interval(PROBE_EVERY)
        .keep_alive_timeout(PROBE_TIMEOUT)
        .keep_alive_while_idle(true);
    if let Some(pem) = &settings.authority_pem {
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
        endpoint = endpoint.tls_config(tls).map_err(refused)?;
    }
    let bearer = Bearer::new(settings.token.as_deref())?;
    Ok(InterceptedService::new(endpoint.connect_lazy(), bearer))
}
