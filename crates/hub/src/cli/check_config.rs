//! `bordergate check-config`: what the configuration says, and whether it can work.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Common;
use crate::config::{Settings, check, keys};
use crate::doors::mqtt;
use crate::doors::states::States;
use crate::images::Store;
use crate::tls::{self, Clients};
use crate::{doors, open};

/// Checks the configuration; with `--keys` lists every key as a configuration file with comments.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate check-config --config hub.toml\n  bordergate check-config --keys > hub.toml"
)]
pub struct CheckConfig {
    /// List every key with its default and meaning, and check nothing
    #[arg(long)]
    keys: bool,
}

impl CheckConfig {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        if self.keys {
            print!("{}", documented());
            return Ok(ExitCode::SUCCESS);
        }
        let settings = common.settings()?;
        let mut findings: Vec<(bool, String)> = check(&settings)
            .into_iter()
            .map(|finding| {
                (
                    finding.is_error,
                    format!("{}: {}", finding.key, finding.message),
                )
            })
            .collect();
        findings.extend(
            unusable_files(&settings)
                .into_iter()
                .map(|(key, error)| (true, format!("{key}: {error:#}"))),
        );
        findings.extend(unusable_pictures(&settings).await);
        findings.extend(unusable_folders(&settings).map(|words| (true, words)));
        for bridge in &settings.bridge {
            findings.extend(doors::bridge::findings(bridge).await);
        }
        findings.extend(settings.gdc.iter().filter_map(doors::gdc::unusable));
        if settings.is_kafka() {
            findings.extend(super::topics::findings(&settings).await);
        }
        for (is_error, words) in &findings {
            println!("{} {words}", if *is_error { "error  " } else { "warning" });
        }
        if findings.iter().any(|(is_error, _)| *is_error) {
            return Ok(ExitCode::FAILURE);
        }
        println!("the configuration is fine");
        Ok(ExitCode::SUCCESS)
    }
}

/// Opens the files that the settings name as the hub will, and returns the key of each that it could not use.
fn unusable_files(settings: &Settings) -> Vec<(&'static str, anyhow::Error)> {
    let (http, grpc) = (&settings.http, &settings.grpc);
    type Pem = Option<PathBuf>;
    let door = |certificate: &Pem, key: &Pem, clients: &Clients<'_>| match (certificate, key) {
        (Some(_), Some(_)) => {
            tls::acceptor(certificate.as_deref(), key.as_deref(), clients).map(drop)
        }
        // One without the other is a finding of the settings themselves.
        _ => Ok(()),
    };
    let secret = |path: &Option<PathBuf>| {
        path.as_deref()
            .map_or(Ok(()), |path| open::secret(path).map(drop))
    };
    let pem = |path: &Option<PathBuf>| path.as_deref().map_or(Ok(()), tls::pem);
    let kafka = &settings.kafka.security;
    [
        (
            "http.tls_certificate",
            door(
                &http.tls_certificate,
                &http.tls_key,
                &Clients::of_http(settings),
            ),
        ),
        (
            "grpc.tls_certificate",
            door(&grpc.tls_certificate, &grpc.tls_key, &Clients::default()),
        ),
        (
            "database.password_file",
            secret(&settings.database.password_file),
        ),
        ("kafka.password_file", secret(&kafka.password_file)),
        ("kafka.ca_file", pem(&kafka.ca_file)),
        ("kafka.certificate_file", pem(&kafka.certificate_file)),
        ("kafka.key_file", pem(&kafka.key_file)),
        (
            "telemetry.otlp_ca_file",
            pem(&settings.telemetry.otlp_ca_file),
        ),
    ]
    .into_iter()
    .filter_map(|(key, opened)| Some((key, opened.err()?)))
    .chain(mqtt::unusable(&settings.mqtt))
    .collect()
}

/// Returns why pictures could not be kept; `None` when they could, or when that cannot be tried with these settings.
async fn unusable_pictures(settings: &Settings) -> Option<(bool, String)> {
    let is_sound = check(settings)
        .iter()
        .all(|finding| !finding.is_error || !finding.key.starts_with("images."));
    if !is_sound {
        return None;
    }
    let states = States::default();
    let tried = match Store::open(settings, &states) {
        Ok(store) => store.check().await,
        Err(error) => Err(error),
    };
    tried.err().map(|error| (true, format!("{error:#}")))
}

/// Returns what could not be used of the watched folders.
fn unusable_folders(settings: &Settings) -> impl Iterator<Item = String> {
    settings.folders.iter().filter_map(|folder| {
        let error = doors::files::check(&folder.path).err()?;
        Some(format!("folders.path: {error:#}"))
    })
}

/// Returns a configuration file that sets nothing and documents every key.
fn documented() -> String {
    let mut text = String::from(
        "# Configuration of bordergate. Every key is optional; shown is its default.\n",
    );
    let mut section = String::new();
    let keys = keys();
    for key in &keys {
        let (of, name) = key.name.rsplit_once('.').unwrap_or(("", &key.name));
        if of != section {
            of.clone_into(&mut section);
            // An entry of a list that stands in the file is there: it is shown only.
            let mark = if of.starts_with('[') { "# " } else { "" };
            text.push_str(&format!("\n{mark}[{section}]\n"));
        }
        text.push_str(&format!("# {}\n", key.meaning));
        // A list of tables is not written as a value: its tables come further down.
        let entry = format!("[{}].", key.name);
        if !keys.iter().any(|other| other.name.starts_with(&entry)) {
            text.push_str(&format!("# {name} = {}\n", key.default));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_file_is_a_configuration() {
        let uncommented: String = documented()
            .lines()
            .filter_map(|line| match line.strip_prefix("# ") {
                Some(setting)
                    if setting.starts_with("[[")
                        || setting.contains(" = ") && !setting.ends_with(" = ") =>
                {
                    Some(format!("{setting}\n"))
                }
                Some(_) => None,
                None => Some(format!("{line}\n")),
            })
            .collect();
        let mut file = tempfile::Builder::new()
            .suffix(".toml")
            .tempfile()
            .expect("a temporary file");
        std::io::Write::write_all(&mut file, uncommented.as_bytes()).expect("written");
        crate::config::load(Some(file.path()), &[]).expect("every default reads back");
    }
}
