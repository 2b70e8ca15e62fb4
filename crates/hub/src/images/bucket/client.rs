//! How an object store is spoken to: over which connections, how long, how often.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use object_store::aws::AmazonS3Builder;
use object_store::client::{HttpClient, HttpConnector};
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use reqwest::{Certificate, Client, redirect};

use crate::config::{Images, S3Url};
use crate::{open, tls};

/// Most tries of one request after the first, all within `images.timeout_ms`.
const RETRIES: usize = 3;
/// Pauses between tries, from the first to the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// Returns the client of a bucket; nothing is asked yet.
///
/// # Errors
/// When a file cannot be used; names its key.
pub(super) fn open(settings: &Images, place: &S3Url) -> anyhow::Result<Arc<dyn ObjectStore>> {
    let patience = Duration::from_millis(settings.timeout_ms);
    let missing = |key: &str| format!("images.{key} is not set");
    let key_id = settings.access_key_id.as_deref();
    let secret = settings.secret_access_key_file.as_deref();
    let secret = secret.with_context(|| missing("secret_access_key_file"))?;
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&place.bucket)
        .with_region(&settings.region)
        .with_access_key_id(key_id.with_context(|| missing("access_key_id"))?)
        .with_secret_access_key(open::secret(secret).context("images.secret_access_key_file")?)
        .with_virtual_hosted_style_request(!settings.path_style)
        // One request for each, which every server that speaks S3 knows.
        .with_disable_bulk_delete(true)
        .with_http_connector(Connector(client(settings, patience)?))
        .with_retry(RetryConfig {
            backoff: BackoffConfig {
                init_backoff: PAUSES.0,
                max_backoff: PAUSES.1,
                base: 2.0,
            },
            max_retries: RETRIES,
            retry_timeout: patience,
        });
    if let Some(endpoint) = &settings.endpoint {
        // Which may be plain HTTP on loopback only, as the check of the settings says.
        builder = builder
            .with_endpoint(endpoint.trim_end_matches('/'))
            .with_allow_http(true);
    }
    Ok(Arc::new(builder.build().context("images.url")?))
}

/// Connects to the object store itself: neither redirects nor proxies are followed.
fn client(settings: &Images, patience: Duration) -> anyhow::Result<Client> {
    let mut client = Client::builder()
        // So that there is time for another try over another connection.
        .timeout(patience / 2)
        .connect_timeout(patience / 4)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .http1_only()
        .user_agent(concat!("bordergate/", env!("CARGO_PKG_VERSION")));
    if let Some(file) = &settings.ca_file {
        tls::pem(file).context("images.ca_file")?;
        let authorities = Certificate::from_pem_bundle(&std::fs::read(file)?);
        client = client.tls_certs_only(authorities.context("images.ca_file")?);
    }
    Ok(client.build()?)
}

/// Hands the one client out.
#[derive(Debug)]
struct Connector(Client);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}
