//! One question to the service over HTTP: where it goes, how long it may take, how much may come back.

use std::error::Error as _;
use std::time::Duration;

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Certificate, Client, Response, StatusCode, redirect};

use super::failure::Failure;
use super::soap;
use crate::config::Gdc;
use crate::{open, tls};

/// Longest wait that a service may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Answer {
    /// Its content type; empty when it has none.
    pub(super) content_type: String,
    /// The message.
    pub(super) body: Bytes,
}

/// How a service is asked.
#[derive(Debug)]
pub(super) struct Service {
    client: Client,
    url: String,
    credentials: Option<(String, Option<String>)>,
    limit_bytes: usize,
}

impl Service {
    /// Opens the files that the entry names; nothing is asked yet.
    ///
    /// # Errors
    /// When a file cannot be used; names its key.
    pub(super) fn new(entry: &Gdc, limit_bytes: usize) -> anyhow::Result<Self> {
        let mut client = Client::builder()
            .timeout(Duration::from_secs(entry.timeout_seconds))
            .redirect(redirect::Policy::none())
            .no_proxy()
            // A connection that the service closed meanwhile would be a failure of its.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("bordergate/", env!("CARGO_PKG_VERSION")));
        if let Some(file) = &entry.ca_file {
            tls::pem(file).context("ca_file")?;
            let authorities = Certificate::from_pem_bundle(&std::fs::read(file)?);
            client = client.tls_certs_only(authorities.context("ca_file")?);
        }
        let password = entry.password_file.as_deref().map(open::secret);
        let password = password.transpose().context("password_file")?;
        Ok(Self {
            client: client.build()?,
            url: entry.url.clone(),
            credentials: entry.username.clone().map(|name| (name, password)),
            limit_bytes,
        })
    }

    /// Asks and returns the answer, which may well say that there is none (`ThongBaoLoi`).
    ///
    /// # Errors
    /// A [`Failure`].
    pub(super) async fn ask(&self, request: &soap::Request<'_>) -> Result<Answer, Failure> {
        let mut asking = self
            .client
            .post(&self.url)
            .header(CONTENT_TYPE, soap::CONTENT_TYPE)
            .header(ACCEPT, "text/xml")
            .header("soapaction", soap::ACTION)
            .body(soap::envelope(request));
        if let Some((name, password)) = &self.credentials {
            asking = asking.basic_auth(name, password.as_deref());
        }
        let response = asking.send().await.map_err(failure)?;
        let status = response.status();
        // SOAP 1.1 sends a fault with 500 (section 6.2).
        match status {
            StatusCode::OK | StatusCode::INTERNAL_SERVER_ERROR => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let status = status.as_u16();
                return Err(Failure::Refused { status });
            }
            _ => return Err(no_answer(&response)),
        }
        let without_body = no_answer(&response);
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let body = self.body(response).await?;
        match (soap::check(&body), status) {
            (Ok(()), StatusCode::OK) => Ok(Answer { content_type, body }),
            (Err(failure @ Failure::Fault { .. }), _) => Err(failure),
            (Err(failure), StatusCode::OK) => Err(failure),
            (_, _) => Err(without_body),
        }
    }

    /// Reads the body piece by piece: what is larger than a record may be is never in memory.
    async fn body(&self, mut response: Response) -> Result<Bytes, Failure> {
        let limit_bytes = self.limit_bytes;
        let mut body = BytesMut::new();
        while let Some(piece) = response.chunk().await.map_err(failure)? {
            if body.len() + piece.len() > limit_bytes {
                return Err(Failure::TooLarge { limit_bytes });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body.freeze())
    }
}

/// Returns what a status is that answers nothing, with the seconds to wait where it names them.
fn no_answer(response: &Response) -> Failure {
    let wait = response.headers().get(RETRY_AFTER);
    let wait = wait.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Failure::Status {
        status: response.status().as_u16(),
        retry_after: wait.map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT)),
    }
}

fn failure(error: reqwest::Error) -> Failure {
    if error.is_timeout() {
        return Failure::Timeout;
    }
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason = format!("{reason}: {error}");
        cause = error.source();
    }
    Failure::Unreachable { reason }
}
