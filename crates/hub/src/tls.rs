//! Certificates and keys of the doors, from PEM files.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Reads a certificate chain and its key; `None` when neither is set.
///
/// # Errors
/// When one is missing, unreadable, or the two do not belong together; names the file.
pub fn acceptor(
    certificate: Option<&Path>,
    key: Option<&Path>,
) -> anyhow::Result<Option<TlsAcceptor>> {
    let (certificate, key) = match (certificate, key) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        _ => bail!("certificate and key must be set together"),
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| format!("cannot read certificates from {}", certificate.display()))?;
    let private = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("cannot read a key from {}", key.display()))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
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
