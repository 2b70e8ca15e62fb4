//! Which settings cannot work together, found before anything is started.

use std::net::SocketAddr;
use std::path::PathBuf;

use reqwest::Url;

use super::{Settings, bridge, check_doors, folders, gdc, images};
use crate::doors::http::identity::Algorithm;

/// One thing wrong or doubtful about the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether the hub refuses to start with it.
    pub is_error: bool,
    /// The key it is about.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

pub(super) fn error(key: &'static str, message: impl Into<String>) -> Finding {
    Finding {
        is_error: true,
        key,
        message: message.into(),
    }
}

pub(super) fn warning(key: &'static str, message: impl Into<String>) -> Finding {
    Finding {
        is_error: false,
        key,
        message: message.into(),
    }
}

/// Reads the address of a web service; `None` when it is not `http://` or `https://` with a host.
pub(super) fn web_address(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// Tells whether a web service is on this machine itself, as its address is written.
pub(super) fn is_on_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// Returns what is wrong with the settings, errors first; empty when all is well.
#[must_use]
pub fn check(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let http = (
        &settings.http.address,
        &settings.http.tls_certificate,
        &settings.http.tls_key,
    );
    let grpc = (
        &settings.grpc.address,
        &settings.grpc.tls_certificate,
        &settings.grpc.tls_key,
    );
    check_door("http.address", "http.tls_certificate", http, &mut findings);
    if settings.http.tls_client_ca.is_some() && settings.http.tls_certificate.is_none() {
        findings.push(error(
            "http.tls_client_ca",
            "clients show certificates over TLS only: set http.tls_certificate and its key",
        ));
    }
    if settings.http.tls_client_crl.is_some() && settings.http.tls_client_ca.is_none() {
        findings.push(error(
            "http.tls_client_crl",
            "is of no use without http.tls_client_ca",
        ));
    }
    let algorithms = settings.access.digest_algorithms.split(',');
    let mut unknown = algorithms.filter(|name| Algorithm::from_name(name.trim()).is_none());
    if let Some(name) = unknown.next() {
        findings.push(error(
            "access.digest_algorithms",
            format!("{:?} is not SHA-256 or MD5", name.trim()),
        ));
    }
    check_door("grpc.address", "grpc.tls_certificate", grpc, &mut findings);
    if settings.http.address == settings.grpc.address && settings.http.address.port() != 0 {
        findings.push(error(
            "grpc.address",
            "is the same as http.address; give each door its own port",
        ));
    }
    let public_url = settings.http.public_url.as_deref().unwrap_or("https://");
    if !["http://", "https://"]
        .iter()
        .any(|scheme| public_url.starts_with(scheme))
    {
        findings.push(error(
            "http.public_url",
            "must begin with http:// or https://",
        ));
    }
    if settings
        .process
        .max_shards
        .is_some_and(|most| usize::from(most) < settings.processed_shards().len())
        && settings.is_embedded()
    {
        findings.push(error(
            "process.max_shards",
            "an embedded log or store serves one hub, which must take every shard; set kafka.brokers and database.url",
        ));
    }
    if settings.is_kafka() && settings.kafka.replication_factor < 3 {
        findings.push(warning(
            "kafka.replication_factor",
            "below 3 an acknowledged record can be lost with one broker's disk",
        ));
    }
    images::check(settings, &mut findings);
    if settings.log.shards == 0 {
        findings.push(error("log.shards", "must be 1 or more"));
    }
    if settings.log.router_shard == u16::MAX {
        findings.push(error("log.router_shard", "must be below 65535"));
    }
    if !matches!(settings.telemetry.log_format.as_str(), "text" | "json") {
        findings.push(error("telemetry.log_format", "must be text or json"));
    }
    if settings
        .database
        .url
        .as_deref()
        .is_some_and(|url| !url.starts_with("postgres://") && !url.starts_with("postgresql://"))
    {
        findings.push(error("database.url", "must start with postgres://"));
    }
    check_doors::mqtt(&settings.mqtt, &mut findings);
    check_doors::tcp(&settings.tcp, &mut findings);
    gdc::check(&settings.gdc, &mut findings);
    let entries = [
        folders::wrong(&settings.folders),
        bridge::wrong(&settings.bridge),
    ];
    findings.extend(
        entries
            .into_iter()
            .flatten()
            .map(|(key, message)| error(key, message)),
    );
    findings.sort_by_key(|finding| !finding.is_error);
    findings
}

type Door<'a> = (&'a SocketAddr, &'a Option<PathBuf>, &'a Option<PathBuf>);

fn check_door(
    address_key: &'static str,
    tls_key: &'static str,
    door: Door<'_>,
    findings: &mut Vec<Finding>,
) {
    let (address, certificate, key) = door;
    if certificate.is_some() != key.is_some() {
        findings.push(error(tls_key, "certificate and key must be set together"));
    }
    if !address.ip().is_loopback() && certificate.is_none() {
        findings.push(error(
            address_key,
            format!(
                "{address} is not loopback: set {tls_key} and its key; tokens are then required too"
            ),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_fine() {
        assert_eq!(check(&Settings::default()), []);
    }

    #[test]
    fn another_address_than_loopback_needs_tls() {
        let mut settings = Settings::default();
        settings.http.address = "0.0.0.0:8080".parse().expect("an address");
        let findings = check(&settings);
        assert!(
            findings
                .iter()
                .any(|finding| finding.is_error && finding.key == "http.address")
        );
    }

    #[test]
    fn an_embedded_hub_takes_every_shard() {
        let mut settings = Settings::default();
        settings.process.max_shards = Some(1);
        assert!(
            check(&settings)
                .iter()
                .any(|finding| finding.key == "process.max_shards")
        );
    }
}
