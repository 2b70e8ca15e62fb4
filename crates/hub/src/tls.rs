//! Certificates and keys of the doors, from PEM files.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Settings;

/// Whose certificates are believed, as PEM files; by default nobody is asked for one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clients<'s> {
    ca: Option<&'s Path>,
    crl: Option<&'s Path>,
}

impl<'s> Clients<'s> {
    /// Returns those of the HTTP door.
    #[must_use]
    pub fn of_http(settings: &'s Settings) -> Self {
        Self {
            ca: settings.http.tls_client_ca.as_deref(),
            crl: settings.http.tls_client_crl.as_deref(),
        }
    }

    /// Returns what checks a client's certificate in the handshake: authority, dates, purpose, and with lists whether it
    /// or an authority on its way is revoked. A client without one is let through: it may have a token or password.
    fn verifier(self) -> anyhow::Result<Arc<dyn ClientCertVerifier>> {
        let Some(ca) = self.ca else {
            return Ok(WebPkiClientVerifier::no_client_auth());
        };
        let mut roots = RootCertStore::empty();
        for authority in certificates(ca)? {
            roots
                .add(authority)
                .with_context(|| ca.display().to_string())?;
        }
        let lists = self.crl.map(|crl| {
            let lists =
                CertificateRevocationListDer::pem_file_iter(crl).and_then(Iterator::collect);
            lists.with_context(|| {
                format!(
                    "cannot read lists of revoked certificates from {}",
                    crl.display()
                )
            })
        });
        let lists: Vec<_> = lists.transpose()?.unwrap_or_default();
        WebPkiClientVerifier::builder(Arc::new(roots))
            .with_crls(lists)
            .allow_unauthenticated()
            .build()
            .with_context(|| format!("{} has no authority that can be used", ca.display()))
    }
}

/// Reads a certificate chain and its key; `None` when neither is set. `clients` says who may show a certificate.
///
/// # Errors
/// When one is missing, unreadable, or the two do not belong together; names the file.
pub fn acceptor(
    certificate: Option<&Path>,
    key: Option<&Path>,
    clients: &Clients<'_>,
) -> anyhow::Result<Option<TlsAcceptor>> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        _ => bail!("certificate and key must be set together"),
    };
    let chain = certificates(certificate)?;
    let private = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("cannot read a key from {}", key.display()))?;
    let mut config = ServerConfig::builder()
        .with_client_cert_verifier(clients.verifier()?)
        .with_single_cert(chain, private)
        .with_context(|| {
            format!(
                "{} and {} do not belong together",
                certificate.display(),
                key.display()
            )
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .with_context(|| format!("cannot read certificates from {}", path.display()))
}

/// Checks that a file holds at least one PEM section, for a library that will read it later.
///
/// # Errors
/// When it cannot be read or holds none; names the file.
pub fn pem(path: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match rustls_pki_types::pem::from_buf(&mut bytes.as_slice()) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => bail!("{} holds no PEM section", path.display()),
        Err(error) => bail!("{} is not PEM: {error:?}", path.display()),
    }
}
