//! The settings of a log on Kafka, and what they mean to librdkafka.

use std::fmt;
use std::path::PathBuf;

use rdkafka::ClientConfig;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::limit::BESIDE_BODY_BYTES;

/// Settings of the log on Kafka.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaConfig {
    /// Comma-separated `host:port` list of brokers to begin with.
    pub brokers: String,
    /// The topic of raw records.
    pub topic: String,
    /// Shards of the log: the partitions that `topics create` makes, and the least that the topic must have.
    pub shards: u16,
    /// Most bytes of one record's body (`limits.record_bytes`); topic and producer allow 64 KiB more.
    pub record_bytes: usize,
    /// Copies of each partition that `topics create` asks for.
    pub replication_factor: i32,
    /// Copies that must have a record before it is acknowledged, as `topics create` sets it.
    pub min_insync_replicas: i32,
    /// Days the topic keeps records; `None`: for ever.
    pub retention_days: Option<u32>,
    /// Milliseconds until an append that the brokers do not acknowledge is given up.
    pub append_timeout_ms: u64,
    /// How the brokers are spoken to.
    pub security: SecurityConfig,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        Self {
            brokers: String::new(),
            topic: "bordergate.raw.v1".to_owned(),
            shards: 8,
            record_bytes: 8 * 1024 * 1024,
            replication_factor: 1,
            min_insync_replicas: 1,
            retention_days: None,
            append_timeout_ms: 20_000,
            security: SecurityConfig::default(),
        }
    }
}

/// Transport and login.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityConfig {
    /// Transport; all but plain text without a login needs the build feature `kafka-tls`.
    pub protocol: SecurityProtocol,
    /// PEM file with the authorities that sign the brokers' certificates; `None`: the system's.
    pub ca_file: Option<PathBuf>,
    /// PEM file with the hub's client certificate, for mutual TLS.
    pub certificate_file: Option<PathBuf>,
    /// PEM file with the client certificate's key.
    pub key_file: Option<PathBuf>,
    /// `SCRAM-SHA-256`, `SCRAM-SHA-512` or `PLAIN`; with the two SASL protocols only.
    pub sasl_mechanism: Option<String>,
    /// User name for SASL.
    pub username: Option<String>,
    /// Password for SASL; never shown nor written out.
    #[serde(skip_serializing)]
    pub password: Option<String>,
}

impl fmt::Debug for SecurityConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecurityConfig")
            .field("protocol", &self.protocol)
            .field("ca_file", &self.ca_file)
            .field("certificate_file", &self.certificate_file)
            .field("key_file", &self.key_file)
            .field("sasl_mechanism", &self.sasl_mechanism)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .finish()
    }
}

/// Transport to the brokers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityProtocol {
    /// Plain text, no login.
    #[default]
    Plaintext,
    /// TLS; with a client certificate, that is the login.
    Ssl,
    /// Plain text with a SASL login.
    SaslPlaintext,
    /// TLS with a SASL login.
    SaslSsl,
}

impl SecurityProtocol {
    /// Returns the name in configuration files, which is librdkafka's too.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Ssl => "ssl",
            Self::SaslPlaintext => "sasl_plaintext",
            Self::SaslSsl => "sasl_ssl",
        }
    }

    fn has_tls(self) -> bool {
        matches!(self, Self::Ssl | Self::SaslSsl)
    }

    fn has_login(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }
}

impl std::str::FromStr for SecurityProtocol {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [
            Self::Plaintext,
            Self::Ssl,
            Self::SaslPlaintext,
            Self::SaslSsl,
        ]
        .into_iter()
        .find(|protocol| text.eq_ignore_ascii_case(protocol.name()))
        .ok_or_else(|| {
            wrong(format!(
                "kafka.security_protocol {text:?} must be plaintext, ssl, sasl_plaintext or sasl_ssl"
            ))
        })
    }
}

impl KafkaConfig {
    /// Returns how many bytes a message may have: a body at its limit with all that it carries beside it.
    #[must_use]
    pub fn message_bytes(&self) -> usize {
        self.record_bytes + BESIDE_BODY_BYTES
    }

    /// Returns the topic's `retention.ms`: -1 for ever.
    pub(super) fn retention_ms(&self) -> i64 {
        self.retention_days
            .map_or(-1, |days| i64::from(days) * 24 * 60 * 60 * 1000)
    }

    /// Returns what every client has in common.
    ///
    /// # Errors
    /// [`Error::Configuration`] naming the setting that cannot work.
    pub(super) fn client(&self) -> Result<ClientConfig, Error> {
        if self.brokers.trim().is_empty() {
            return Err(wrong("kafka.brokers is not set".to_owned()));
        }
        if self.shards == 0 {
            return Err(wrong("log.shards must be 1 or more".to_owned()));
        }
        let mut client = ClientConfig::new();
        client
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", "bordergate")
            .set("message.max.bytes", self.message_bytes().to_string())
            // A broker that hangs is left after 10 s, and one that is back is found within 2 s.
            .set("socket.timeout.ms", "10000")
            .set("reconnect.backoff.max.ms", "2000")
            .set("socket.keepalive.enable", "true")
            .set("log.connection.close", "false");
        self.security.apply(&mut client)?;
        Ok(client)
    }
}

impl SecurityConfig {
    fn apply(&self, client: &mut ClientConfig) -> Result<(), Error> {
        self.check()?;
        client.set("security.protocol", self.protocol.name());
        let files = [
            ("ssl.ca.location", &self.ca_file),
            ("ssl.certificate.location", &self.certificate_file),
            ("ssl.key.location", &self.key_file),
        ];
        for (key, file) in files {
            if let Some(file) = file {
                client.set(key, file.to_string_lossy());
            }
        }
        let login = [
            ("sasl.mechanism", &self.sasl_mechanism),
            ("sasl.username", &self.username),
            ("sasl.password", &self.password),
        ];
        for (key, value) in login {
            if let Some(value) = value {
                client.set(key, value);
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        let is_plain = self.protocol == SecurityProtocol::Plaintext;
        if !is_plain && !cfg!(feature = "kafka-tls") {
            return Err(wrong(format!(
                "kafka.security_protocol = {} needs a build with the feature `kafka-tls`",
                self.protocol.name()
            )));
        }
        let has_files =
            self.ca_file.is_some() || self.certificate_file.is_some() || self.key_file.is_some();
        if has_files && !self.protocol.has_tls() {
            return Err(wrong(
                "kafka.ca_file, kafka.certificate_file and kafka.key_file need kafka.security_protocol ssl or sasl_ssl, \
                 in a build with the feature `kafka-tls`"
                    .to_owned(),
            ));
        }
        if self.certificate_file.is_some() != self.key_file.is_some() {
            return Err(wrong(
                "kafka.certificate_file and kafka.key_file go together".to_owned(),
            ));
        }
        let login = [
            self.sasl_mechanism.is_some(),
            self.username.is_some(),
            self.password.is_some(),
        ];
        if self.protocol.has_login() && login.contains(&false) {
            return Err(wrong(format!(
                "kafka.security_protocol = {} needs kafka.sasl_mechanism, kafka.username and kafka.password_file",
                self.protocol.name()
            )));
        }
        if !self.protocol.has_login() && login.contains(&true) {
            return Err(wrong(
                "kafka.sasl_mechanism, kafka.username and kafka.password_file need kafka.security_protocol \
                 sasl_plaintext or sasl_ssl, in a build with the feature `kafka-tls`"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

fn wrong(reason: String) -> Error {
    Error::Configuration { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(security: SecurityConfig) -> KafkaConfig {
        KafkaConfig {
            brokers: "broker:9092".to_owned(),
            security,
            ..KafkaConfig::default()
        }
    }

    #[cfg(not(feature = "kafka-tls"))]
    #[test]
    fn tls_in_a_build_without_it_names_the_feature() {
        for protocol in [
            SecurityProtocol::Ssl,
            SecurityProtocol::SaslPlaintext,
            SecurityProtocol::SaslSsl,
        ] {
            let config = with(SecurityConfig {
                protocol,
                ..SecurityConfig::default()
            });
            let error = config.client().expect_err("this build has no TLS");
            assert_eq!(error.code(), "log.configuration");
            assert!(error.to_string().contains("`kafka-tls`"), "{error}");
        }
    }

    #[cfg(feature = "kafka-tls")]
    #[test]
    fn tls_and_scram_are_settings_that_librdkafka_takes() {
        let config = with(SecurityConfig {
            protocol: SecurityProtocol::SaslSsl,
            sasl_mechanism: Some("SCRAM-SHA-512".to_owned()),
            username: Some("hub".to_owned()),
            password: Some("s3cret".to_owned()),
            ..SecurityConfig::default()
        });
        let client = config.client().expect("a whole login");
        let made: Result<rdkafka::consumer::BaseConsumer, _> = client.create();
        assert!(made.is_ok(), "{:?}", made.err());
    }

    #[test]
    fn a_setting_that_has_no_effect_is_refused() {
        let file = Some(PathBuf::from("ca.pem"));
        let word = Some("hub".to_owned());
        let none = SecurityConfig::default;
        for security in [
            SecurityConfig {
                ca_file: file.clone(),
                ..none()
            },
            SecurityConfig {
                key_file: file,
                ..none()
            },
            SecurityConfig {
                username: word.clone(),
                ..none()
            },
            SecurityConfig {
                password: word,
                ..none()
            },
        ] {
            assert!(with(security.clone()).client().is_err(), "{security:?}");
        }
        assert!(with(none()).client().is_ok());
        assert!(KafkaConfig::default().client().is_err(), "no brokers");
    }

    #[test]
    fn a_password_is_never_shown() {
        let config = with(SecurityConfig {
            password: Some("s3cret".to_owned()),
            ..SecurityConfig::default()
        });
        assert!(!format!("{config:?}").contains("s3cret"));
        let written = serde_json::to_string(&config).expect("plain settings");
        assert!(!written.contains("s3cret"));
    }

    #[test]
    fn a_protocol_has_one_name() {
        for name in ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] {
            let protocol: SecurityProtocol = name.parse().expect("a known name");
            assert_eq!(protocol.name(), name);
            assert_eq!(
                serde_json::to_string(&protocol).expect("a name"),
                format!("{name:?}")
            );
        }
        assert!("tls".parse::<SecurityProtocol>().is_err());
    }
}
