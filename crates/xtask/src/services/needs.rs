//! What a machine needs beyond Rust, gcc, g++ and make, and the Debian packages that bring it. Pure.

/// One thing the build or the services need of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// `initdb`, `postgres` and `psql`, version 15 or newer.
    Postgres,
    /// A Java runtime, version 17 or newer, for Kafka and S3Proxy.
    Java,
    /// Maven, to fetch their jars; not needed once they are there.
    Maven,
    /// Headers of OpenSSL, for Kafka over TLS.
    OpenSslHeaders,
    /// `pkg-config`, which finds them.
    PkgConfig,
    /// The browser.
    Chromium,
    /// The program that drives the browser.
    ChromeDriver,
    /// The command-line client that looks into topics.
    Kcat,
    /// The MQTT broker, which tests start themselves.
    Mosquitto,
    /// The HTTP client that logs in as cameras do.
    Curl,
}

impl Need {
    /// Every need, in the order they are shown and installed.
    pub const ALL: [Self; 10] = [
        Self::Postgres,
        Self::Java,
        Self::Maven,
        Self::OpenSslHeaders,
        Self::PkgConfig,
        Self::Chromium,
        Self::ChromeDriver,
        Self::Kcat,
        Self::Mosquitto,
        Self::Curl,
    ];

    /// Returns the Debian package that brings it.
    pub fn package(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Java => "default-jre-headless",
            Self::Maven => "maven",
            Self::OpenSslHeaders => "libssl-dev",
            Self::PkgConfig => "pkg-config",
            Self::Chromium => "chromium",
            Self::ChromeDriver => "chromium-driver",
            Self::Kcat => "kcat",
            Self::Mosquitto => "mosquitto",
            Self::Curl => "curl",
        }
    }

    /// Returns what it is, for a person.
    pub fn what(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL 15 or newer (initdb, postgres, psql)",
            Self::Java => "a Java 17 or newer runtime (java)",
            Self::Maven => "Maven (mvn), to fetch the jars of Kafka and S3Proxy",
            Self::OpenSslHeaders => "the headers of OpenSSL (openssl/ssl.h)",
            Self::PkgConfig => "pkg-config",
            Self::Chromium => "the browser Chromium (chromium)",
            Self::ChromeDriver => "the driver of Chromium (chromedriver)",
            Self::Kcat => "the Kafka client kcat",
            Self::Mosquitto => "the MQTT broker Mosquitto (mosquitto)",
            Self::Curl => "the HTTP client curl",
        }
    }
}

/// Returns the packages for these needs, each once, in the order of the needs.
pub fn packages(lacking: &[Need]) -> Vec<&'static str> {
    let mut packages = Vec::new();
    for need in lacking {
        if !packages.contains(&need.package()) {
            packages.push(need.package());
        }
    }
    packages
}

/// How this user may install packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// Is root.
    Root,
    /// May become root through `sudo`.
    Sudo,
    /// Neither.
    None,
}

/// Returns the commands that install the packages, each as its words; empty when this user cannot install.
///
/// The lists are refreshed first: a fresh machine has none.
pub fn install_commands(packages: &[&str], privilege: Privilege) -> Vec<Vec<String>> {
    let prefix: &[&str] = match privilege {
        Privilege::Root => &[],
        Privilege::Sudo => &["sudo"],
        Privilege::None => return Vec::new(),
    };
    let apt = [
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-q",
        "-o",
        "DPkg::Lock::Timeout=300",
    ];
    let command = |rest: &[&str]| {
        prefix
            .iter()
            .chain(&apt)
            .chain(rest)
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(packages);
    vec![command(&["update"]), command(&install)]
}

/// Returns the major version that `java -version` prints, such as 17; `None` when it prints none.
pub fn java_major(printed: &str) -> Option<u32> {
    let version = printed.split_once("version \"")?.1;
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    match numbers.next()?.ok()? {
        1 => numbers.next()?.ok(),
        major => Some(major),
    }
}

/// Returns the major version that `postgres --version` prints, such as 15; `None` when it prints none.
pub fn postgres_major(printed: &str) -> Option<u32> {
    printed
        .split_once("(PostgreSQL) ")?
        .1
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lacking_command_is_met_by_its_package() {
        let table = [
            (vec![], vec![]),
            (vec![Need::Kcat], vec!["kcat"]),
            (
                vec![Need::Postgres, Need::Java],
                vec!["postgresql", "default-jre-headless"],
            ),
            (
                vec![Need::Chromium, Need::ChromeDriver],
                vec!["chromium", "chromium-driver"],
            ),
            (
                vec![Need::OpenSslHeaders, Need::PkgConfig],
                vec!["libssl-dev", "pkg-config"],
            ),
            (vec![Need::Maven, Need::Maven], vec!["maven"]),
        ];
        for (lacking, expected) in table {
            assert_eq!(packages(&lacking), expected, "{lacking:?}");
        }
        assert_eq!(packages(&Need::ALL).len(), Need::ALL.len());
    }

    #[test]
    fn installing_refreshes_the_lists_and_uses_sudo_only_when_not_root() {
        let root = install_commands(&["kcat"], Privilege::Root);
        assert_eq!(root.len(), 2);
        assert!(root[0].ends_with(&["update".to_owned()]), "{root:?}");
        assert!(
            root[1].ends_with(&["--no-install-recommends".to_owned(), "kcat".to_owned()]),
            "{root:?}"
        );
        assert_eq!(root[1][0], "env");
        assert!(
            install_commands(&["kcat"], Privilege::Sudo)
                .iter()
                .all(|words| words[0] == "sudo" && words[1] == "env")
        );
        assert!(install_commands(&["kcat"], Privilege::None).is_empty());
    }

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        for (printed, major) in [
            (
                "openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime Environment",
                Some(17),
            ),
            ("openjdk version \"21\" 2023-09-19", Some(21)),
            ("java version \"1.8.0_392\"", Some(8)),
            ("bash: java: command not found", None),
        ] {
            assert_eq!(java_major(printed), major, "{printed}");
        }
        for (printed, major) in [
            (
                "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)",
                Some(15),
            ),
            ("postgres (PostgreSQL) 17beta2", Some(17)),
            ("", None),
        ] {
            assert_eq!(postgres_major(printed), major, "{printed}");
        }
    }
}
