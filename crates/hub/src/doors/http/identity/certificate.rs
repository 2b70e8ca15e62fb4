//! Whom a client certificate names: the URI `urn:bordergate:<role>:<name>` among its subject alternative names.
//!
//! Role is `source`, `recorder` or `partner`; people have tokens. Whether the certificate holds at all (authority, dates,
//! purpose, revocation) was decided in the TLS handshake. Source: DESIGN.md, Security (RFC 5280, 4.2.1.6).

use bordergate_store::{Role, TokenGrant};
use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

/// What the URI begins with.
const PREFIX: &str = "urn:bordergate:";

/// The certificate cannot be understood, or its names of ours are not one that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unclear;

/// Returns whom a certificate names; `None` when it has no URI of ours, as of a client of somebody else's.
///
/// # Errors
/// [`Unclear`], also for two different names: nobody may choose whom to be.
pub fn grant(certificate: &CertificateDer<'_>) -> Result<Option<TokenGrant>, Unclear> {
    let parsed = EndEntityCert::try_from(certificate).map_err(|_| Unclear)?;
    named(parsed.valid_uri_names())
}

fn named<'n>(uris: impl Iterator<Item = &'n str>) -> Result<Option<TokenGrant>, Unclear> {
    let mut found = None;
    for name in uris.filter_map(|uri| uri.strip_prefix(PREFIX)) {
        let (role, subject) = name.split_once(':').ok_or(Unclear)?;
        let role = match role {
            "source" => Role::Source,
            "recorder" => Role::Recorder,
            "partner" => Role::Partner,
            _ => return Err(Unclear),
        };
        if subject.is_empty() {
            return Err(Unclear);
        }
        let subject = subject.to_owned();
        let grant = TokenGrant { role, subject };
        if found.is_some_and(|other| other != grant) {
            return Err(Unclear);
        }
        found = Some(grant);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_uri_of_ours_names_the_caller() {
        let camera = |role, subject: &str| {
            Ok(Some(TokenGrant {
                role,
                subject: subject.to_owned(),
            }))
        };
        let of_source = "urn:bordergate:source:hn-cam-in-1";
        for (uris, expected) in [
            (&[of_source][..], camera(Role::Source, "hn-cam-in-1")),
            (
                &["https://a.example/", of_source],
                camera(Role::Source, "hn-cam-in-1"),
            ),
            (&[of_source, of_source], camera(Role::Source, "hn-cam-in-1")),
            (
                &["urn:bordergate:recorder:nvr-1"],
                camera(Role::Recorder, "nvr-1"),
            ),
            (
                &["urn:bordergate:partner:lgsp"],
                camera(Role::Partner, "lgsp"),
            ),
            (&[], Ok(None)),
            (
                &["spiffe://other/source/x", "URN:BORDERGATE:source:x"],
                Ok(None),
            ),
            (
                &[of_source, "urn:bordergate:source:hn-cam-in-2"],
                Err(Unclear),
            ),
            (&["urn:bordergate:administrator:a"], Err(Unclear)),
            (&["urn:bordergate:source:"], Err(Unclear)),
            (&["urn:bordergate:source"], Err(Unclear)),
        ] {
            assert_eq!(named(uris.iter().copied()), expected, "{uris:?}");
        }
        assert_eq!(grant(&CertificateDer::from(vec![0x30, 0])), Err(Unclear));
    }
}
