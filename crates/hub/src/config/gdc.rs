//! `[[gdc]]`: customs services that are asked for container lists, and what cannot be right about them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use bordergate_model::SourceId;

use super::check::{Finding, error, is_on_loopback, warning, web_address};
use super::entry::entry;

/// Most requests a minute: ten a second.
const MOST_PER_MINUTE: u32 = 600;

entry! {
    /// A customs service that is asked for the container lists of declarations that the board waits for.
    Gdc {
        /// `https://host/path` that is asked; must be set. Nothing else is: neither redirects nor proxies are followed.
        url: String = String::new(),
        /// User name for HTTP Basic authentication; unset: none.
        username: Option<String> = None,
        /// File that holds the password for it, readable by the hub only.
        password_file: Option<PathBuf> = None,
        /// PEM file with the only authorities that may sign the service's certificate; unset: the system's.
        ca_file: Option<PathBuf> = None,
        /// Tax code of the enterprise, sent as `Ma_Doanh_Nghiep`; empty: left out.
        enterprise_code: String = String::new(),
        /// Most requests a minute, evenly spread; 1 to 600.
        requests_per_minute: u32 = 12,
        /// Seconds after an answer that lets no goods pass before the declaration is asked about again.
        ask_again_seconds: u64 = 600,
        /// Hours for which a declaration is asked about, from the first time on.
        ask_for_hours: u64 = 168,
        /// Seconds an answer may take.
        timeout_seconds: u64 = 30,
        /// Failures in a row after which only one request is made, now and then, until one is answered.
        open_after_failures: u32 = 5,
        /// Seconds until that request; doubled after each that fails, up to an hour.
        open_seconds: u64 = 300,
    } nested {
        /// The sources that its answers come in under; at least one.
        sources: Vec<GdcSource>,
    }
}

entry! {
    /// A source of format `gdc-container-list`: the declarations of open crossings at its gate are asked about.
    GdcSource {
        /// The source; must be set.
        source: String = String::new(),
        /// Code of the customs office where its declarations are registered, sent as `Ma_HQ`; empty: left out.
        office_code: String = String::new(),
    } nested {}
}

/// Checks the services. Files and services are not looked at.
pub(super) fn check(services: &[Gdc], findings: &mut Vec<Finding>) {
    let mut sources = BTreeSet::new();
    for (index, service) in services.iter().enumerate() {
        let entry = format!("service {} ({})", index + 1, service.url);
        let is_repeated = |other: &Gdc| other.url == service.url;
        if services[..index].iter().any(is_repeated) {
            let words = format!("{entry}: is asked already; add its sources there");
            findings.push(error("gdc.url", words));
        }
        check_address(&entry, service, findings);
        check_numbers(&entry, service, findings);
        if service.sources.is_empty() {
            let words = format!("{entry}: asks for nothing; add [[gdc.sources]]");
            findings.push(error("gdc.sources", words));
        }
        for source in service.sources.iter().map(|entry| &entry.source) {
            if SourceId::parse(source).is_err() {
                let words = format!("{entry}: {source:?} cannot be a source's name");
                findings.push(error("gdc.sources.source", words));
            } else if !sources.insert(source) {
                let words = format!("{entry}: {source} is asked for already");
                findings.push(error("gdc.sources.source", words));
            }
        }
    }
}

fn check_address(entry: &str, service: &Gdc, findings: &mut Vec<Finding>) {
    let Some(url) = web_address(&service.url) else {
        let words = format!("{entry}: must be http:// or https://, a host and a path");
        findings.push(error("gdc.url", words));
        return;
    };
    if !url.username().is_empty() || url.password().is_some() {
        let words = format!("{entry}: names a user; use username and password_file");
        findings.push(error("gdc.url", words));
    }
    if service.password_file.is_some() && service.username.is_none() {
        let words = format!("{entry}: must be set beside password_file");
        findings.push(error("gdc.username", words));
    }
    if url.scheme() == "https" {
        return;
    }
    if service.ca_file.is_some() {
        let words = format!("{entry}: needs a url that starts with https://");
        findings.push(error("gdc.ca_file", words));
    }
    if !is_on_loopback(&url) {
        let words = format!(
            "{entry}: is not encrypted: passwords can be read and answers changed on the way; use https:// where it is offered"
        );
        findings.push(warning("gdc.url", words));
    }
}

fn check_numbers(entry: &str, service: &Gdc, findings: &mut Vec<Finding>) {
    if !(1..=MOST_PER_MINUTE).contains(&service.requests_per_minute) {
        let words = format!("{entry}: must be 1 to {MOST_PER_MINUTE}");
        findings.push(error("gdc.requests_per_minute", words));
    }
    for (key, value) in [
        ("gdc.ask_again_seconds", service.ask_again_seconds),
        ("gdc.ask_for_hours", service.ask_for_hours),
        ("gdc.timeout_seconds", service.timeout_seconds),
        (
            "gdc.open_after_failures",
            service.open_after_failures.into(),
        ),
        ("gdc.open_seconds", service.open_seconds),
    ] {
        // A century and a half of hours still counts in microseconds.
        if !(1..=1_000_000).contains(&value) {
            findings.push(error(key, format!("{entry}: must be 1 to 1000000")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Gdc {
        Gdc {
            url: "https://customs.example/QRCode.asmx".to_owned(),
            sources: vec![GdcSource {
                source: "hn-lists".to_owned(),
                office_code: String::new(),
            }],
            ..Gdc::default()
        }
    }

    fn found(services: &[Gdc]) -> Vec<(bool, &'static str)> {
        let mut findings = Vec::new();
        check(services, &mut findings);
        let key = |finding: &Finding| (finding.is_error, finding.key);
        findings.iter().map(key).collect()
    }

    #[test]
    fn a_service_that_cannot_work_is_named_by_its_key() {
        assert_eq!(found(&[service()]), []);
        type Change = fn(&mut Gdc);
        let table: [(Change, &str); 13] = [
            (|gdc| gdc.url.clear(), "gdc.url"),
            (
                |gdc| gdc.url = "ftp://customs.example/".to_owned(),
                "gdc.url",
            ),
            (
                |gdc| gdc.url = "https://u:p@customs.example/".to_owned(),
                "gdc.url",
            ),
            (|gdc| gdc.password_file = Some("p".into()), "gdc.username"),
            (
                |gdc| {
                    gdc.url = "http://127.0.0.1/".to_owned();
                    gdc.ca_file = Some("ca.pem".into());
                },
                "gdc.ca_file",
            ),
            (|gdc| gdc.requests_per_minute = 0, "gdc.requests_per_minute"),
            (
                |gdc| gdc.requests_per_minute = 601,
                "gdc.requests_per_minute",
            ),
            (|gdc| gdc.ask_again_seconds = 0, "gdc.ask_again_seconds"),
            (|gdc| gdc.ask_for_hours = u64::MAX, "gdc.ask_for_hours"),
            (|gdc| gdc.open_after_failures = 0, "gdc.open_after_failures"),
            (|gdc| gdc.sources.clear(), "gdc.sources"),
            (
                |gdc| gdc.sources[0].source = "a/b".to_owned(),
                "gdc.sources.source",
            ),
            (
                |gdc| gdc.sources.push(gdc.sources[0].clone()),
                "gdc.sources.source",
            ),
        ];
        for (change, key) in table {
            let mut gdc = service();
            change(&mut gdc);
            assert_eq!(found(std::slice::from_ref(&gdc)), [(true, key)], "{gdc:?}");
        }
    }

    #[test]
    fn a_service_is_one_entry() {
        let mut other = service();
        other.sources[0].source = "tt-lists".to_owned();
        assert_eq!(found(&[service(), other]), [(true, "gdc.url")]);
    }

    #[test]
    fn an_open_line_to_another_machine_is_a_warning() {
        let mut gdc = service();
        gdc.url = "http://customs.example/QRCode.asmx".to_owned();
        assert_eq!(found(&[gdc]), [(false, "gdc.url")]);
    }
}
