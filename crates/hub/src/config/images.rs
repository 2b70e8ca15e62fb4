//! `[images]`: where pictures are kept, and what cannot be right about it.

use object_store::path::Path;

use super::Settings;
use super::check::{Finding, error, is_on_loopback, warning, web_address};

/// Smaller pictures are not worth a file.
const LEAST_DETACHED_BYTES: usize = 1024;
/// Least time for an answer over a network, and most that a sender's own patience leaves.
const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 100..=60_000;

/// `s3://bucket/prefix`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Url {
    /// Name of the bucket.
    pub bucket: String,
    /// What the names of all objects begin with, without slashes around it; empty: nothing.
    pub prefix: String,
}

impl S3Url {
    /// Reads it.
    ///
    /// # Errors
    /// Says in words what is wrong.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let rest = url.strip_prefix("s3://");
        let rest = rest.ok_or("must begin with s3://, such as s3://bucket/prefix")?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if !is_bucket(bucket) {
            return Err("names no bucket: 3 to 63 lower case letters, digits, dots and hyphens");
        }
        let prefix = prefix.trim_end_matches('/');
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/-_.=".contains(letter);
        if !prefix.chars().all(is_plain) || Path::parse(prefix).is_err() {
            return Err("has a prefix of other than letters, digits and -_.= between slashes");
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }
}

/// Source: Amazon S3 user guide, "General purpose bucket naming rules".
fn is_bucket(name: &str) -> bool {
    let is_edge = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|letter| is_edge(*letter) || b".-".contains(letter))
        && bytes.first().copied().is_some_and(is_edge)
        && bytes.last().copied().is_some_and(is_edge)
}

/// Adds what is wrong about pictures.
pub(super) fn check(settings: &Settings, findings: &mut Vec<Finding>) {
    let images = &settings.images;
    if (1..LEAST_DETACHED_BYTES).contains(&images.detach_bytes) {
        findings.push(error("images.detach_bytes", "must be 1024 or more, or 0"));
    }
    let Some(url) = &images.url else {
        if !settings.is_embedded() && images.dir.is_none() && images.detach_bytes > 0 {
            findings.push(warning(
                "images.dir",
                "is unset, so that pictures lie in this hub's own data.dir; hubs that work together need one folder, or images.url",
            ));
        }
        check_unused(settings, findings);
        return;
    };
    if let Err(words) = S3Url::parse(url) {
        findings.push(error("images.url", words));
    }
    if images.dir.is_some() {
        findings.push(error(
            "images.dir",
            "cannot be set beside images.url: pictures are kept in one place",
        ));
    }
    for (key, is_set) in [
        ("images.access_key_id", images.access_key_id.is_some()),
        (
            "images.secret_access_key_file",
            images.secret_access_key_file.is_some(),
        ),
    ] {
        if !is_set {
            findings.push(error(key, "must be set beside images.url"));
        }
    }
    if !TIMEOUT_MS.contains(&images.timeout_ms) {
        findings.push(error("images.timeout_ms", "must be 100 to 60000"));
    }
    if let Some(endpoint) = &images.endpoint {
        check_endpoint(endpoint, images.ca_file.is_some(), findings);
    }
}

/// A key of the object store without one is a mistake, or the URL was forgotten.
fn check_unused(settings: &Settings, findings: &mut Vec<Finding>) {
    let images = &settings.images;
    for (key, is_set) in [
        ("images.endpoint", images.endpoint.is_some()),
        ("images.access_key_id", images.access_key_id.is_some()),
        (
            "images.secret_access_key_file",
            images.secret_access_key_file.is_some(),
        ),
        ("images.ca_file", images.ca_file.is_some()),
    ] {
        if is_set {
            findings.push(error(key, "is of no use without images.url"));
        }
    }
}

fn check_endpoint(endpoint: &str, has_authorities: bool, findings: &mut Vec<Finding>) {
    let mut wrong = |words| findings.push(error("images.endpoint", words));
    let Some(url) = web_address(endpoint) else {
        return wrong("must be https:// and a host, such as https://s3.example:9000");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("names a user; use access_key_id and secret_access_key_file");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("must end with its host, port or path");
    }
    if url.scheme() == "https" {
        return;
    }
    if !is_on_loopback(&url) {
        wrong(
            "must begin with https://: over http:// pictures could be read on the way; only loopback may do without",
        );
    } else if has_authorities {
        findings.push(error(
            "images.ca_file",
            "needs an endpoint that begins with https://",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Images;

    fn of_bucket() -> Images {
        Images {
            url: Some("s3://gates/pictures".to_owned()),
            access_key_id: Some("hub".to_owned()),
            secret_access_key_file: Some("secret".into()),
            ..Images::default()
        }
    }

    fn found(images: Images) -> Vec<&'static str> {
        let mut findings = Vec::new();
        let settings = Settings {
            images,
            ..Settings::default()
        };
        check(&settings, &mut findings);
        findings.iter().map(|finding| finding.key).collect()
    }

    #[test]
    fn a_url_names_a_bucket_and_what_names_begin_with() {
        for (url, expected) in [
            ("s3://gates", Some(("gates", ""))),
            ("s3://gates/", Some(("gates", ""))),
            (
                "s3://gates.example-1/a/b=c/",
                Some(("gates.example-1", "a/b=c")),
            ),
            ("s3://", None),
            ("s3://ga", None),
            ("s3://Gates", None),
            ("s3://gates-", None),
            ("s3://gates/a//b", None),
            ("s3://gates/../b", None),
            ("s3://gates/a?b", None),
            ("s3://gates/ảnh", None),
            ("https://gates", None),
        ] {
            let parsed = S3Url::parse(url).ok();
            let parsed = parsed
                .as_ref()
                .map(|url| (url.bucket.as_str(), url.prefix.as_str()));
            assert_eq!(parsed, expected, "{url}");
        }
    }

    #[test]
    fn a_bucket_takes_credentials_and_a_way_that_nobody_reads_on() {
        assert_eq!(found(of_bucket()), [] as [&str; 0]);
        type Change = fn(&mut Images);
        let table: [(Change, &str); 10] = [
            (|images| images.url = Some("s3://".to_owned()), "images.url"),
            (|images| images.dir = Some("folder".into()), "images.dir"),
            (|images| images.access_key_id = None, "images.access_key_id"),
            (
                |images| images.secret_access_key_file = None,
                "images.secret_access_key_file",
            ),
            (|images| images.timeout_ms = 99, "images.timeout_ms"),
            (
                |images| images.endpoint = Some("gates".to_owned()),
                "images.endpoint",
            ),
            (
                |images| images.endpoint = Some("http://s3.example".to_owned()),
                "images.endpoint",
            ),
            (
                |images| images.endpoint = Some("https://u:p@s3.example".to_owned()),
                "images.endpoint",
            ),
            (
                |images| images.endpoint = Some("https://s3.example/?x".to_owned()),
                "images.endpoint",
            ),
            (
                |images| {
                    images.endpoint = Some("http://127.0.0.1:9000".to_owned());
                    images.ca_file = Some("ca.pem".into());
                },
                "images.ca_file",
            ),
        ];
        for (change, key) in table {
            let mut images = of_bucket();
            change(&mut images);
            assert_eq!(found(images), [key]);
        }
        for endpoint in [
            "https://s3.example:9000",
            "http://127.0.0.1:9000",
            "http://[::1]:9000/",
        ] {
            let mut images = of_bucket();
            images.endpoint = Some(endpoint.to_owned());
            assert_eq!(found(images), [] as [&str; 0], "{endpoint}");
        }
    }

    #[test]
    fn what_only_a_bucket_takes_is_refused_without_one() {
        let mut images = of_bucket();
        images.url = None;
        assert_eq!(
            found(images),
            ["images.access_key_id", "images.secret_access_key_file"]
        );
    }
}
