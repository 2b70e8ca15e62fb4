//! The programs found on this machine, and so what it lacks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::jars;
use super::needs::{Need, java_major, postgres_major};
use crate::environment::find_program;

/// Oldest Java that runs a Kafka 4 broker.
const JAVA_MAJOR: u32 = 17;
/// Oldest PostgreSQL the schema is written for.
const POSTGRES_MAJOR: u32 = 15;

/// Where each program is; `None` when it is not there or too old.
pub struct Tools {
    /// Folder that holds `initdb`, `postgres` and `psql`.
    pub postgres_bin: Option<PathBuf>,
    /// `java`.
    pub java: Option<PathBuf>,
    /// `mvn`.
    pub maven: Option<PathBuf>,
    /// `chromium`.
    pub chromium: Option<PathBuf>,
    /// `chromedriver`.
    pub chromedriver: Option<PathBuf>,
    pkg_config: Option<PathBuf>,
    kcat: Option<PathBuf>,
    mosquitto: Option<PathBuf>,
    curl: Option<PathBuf>,
    has_openssl_headers: bool,
}

impl Tools {
    /// Looks for everything.
    pub fn find() -> Self {
        let pkg_config = find_program("pkg-config");
        let has_openssl_headers = pkg_config
            .as_ref()
            .is_some_and(|program| succeeds(Command::new(program).args(["--exists", "openssl"])))
            || ["/usr/include", "/usr/local/include"]
                .iter()
                .any(|folder| Path::new(folder).join("openssl/ssl.h").is_file());
        Self {
            postgres_bin: find_postgres(),
            java: find_program("java").filter(|java| {
                java_major(&printed(Command::new(java).arg("-version"))) >= Some(JAVA_MAJOR)
            }),
            maven: find_program("mvn"),
            chromium: find_program("chromium"),
            chromedriver: find_program("chromedriver"),
            kcat: find_program("kcat"),
            mosquitto: find_program("mosquitto"),
            curl: find_program("curl"),
            pkg_config,
            has_openssl_headers,
        }
    }

    /// Returns what is not there; Maven is not missed once all jars are fetched.
    pub fn lacking(&self, home: &Path) -> Vec<Need> {
        let has_jars = jars::ALL.iter().all(|jars| jars.are_complete(home));
        Need::ALL
            .into_iter()
            .filter(|need| !self.has(*need) && (*need != Need::Maven || !has_jars))
            .collect()
    }

    /// Returns whether Kafka over TLS can be compiled.
    pub fn can_build_kafka_tls(&self) -> bool {
        self.has(Need::PkgConfig) && self.has(Need::OpenSslHeaders)
    }

    fn has(&self, need: Need) -> bool {
        match need {
            Need::Postgres => self.postgres_bin.is_some(),
            Need::Java => self.java.is_some(),
            Need::Maven => self.maven.is_some(),
            Need::OpenSslHeaders => self.has_openssl_headers,
            Need::PkgConfig => self.pkg_config.is_some(),
            Need::Chromium => self.chromium.is_some(),
            Need::ChromeDriver => self.chromedriver.is_some(),
            Need::Kcat => self.kcat.is_some(),
            Need::Mosquitto => self.mosquitto.is_some(),
            Need::Curl => self.curl.is_some(),
        }
    }
}

/// Returns the folder of the newest PostgreSQL that is new enough: Debian's by version, else the search path's.
fn find_postgres() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let on_path =
        find_program("postgres").and_then(|program| program.parent().map(Path::to_path_buf));
    debian
        .chain(on_path)
        .filter(|bin| {
            ["initdb", "postgres", "psql"]
                .iter()
                .all(|program| bin.join(program).is_file())
        })
        .filter_map(|bin| {
            Some((
                postgres_major(&printed(
                    Command::new(bin.join("postgres")).arg("--version"),
                ))?,
                bin,
            ))
        })
        .filter(|(major, _)| *major >= POSTGRES_MAJOR)
        .max_by_key(|(major, _)| *major)
        .map(|(_, bin)| bin)
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Returns what the command prints on both streams; empty when it cannot be run.
fn printed(command: &mut Command) -> String {
    command.output().map_or_else(
        |_| String::new(),
        |output| {
            format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )
        },
    )
}
