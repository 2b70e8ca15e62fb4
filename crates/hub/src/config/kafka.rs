//! How the brokers of a Kafka cluster are spoken to, whether they are ours (`[kafka]`) or another system's (`[[bridge]]`).

use std::path::PathBuf;

use super::entry::entry;

entry! {
    /// Transport and login.
    KafkaSecurity {
        /// `plaintext`, `ssl`, `sasl_plaintext` or `sasl_ssl`. All but the first need the build feature `kafka-tls`.
        security_protocol: String = "plaintext".to_owned(),
        /// PEM file with the authorities that sign the brokers' certificates.
        ca_file: Option<PathBuf> = None,
        /// PEM file with the hub's client certificate.
        certificate_file: Option<PathBuf> = None,
        /// PEM file with the client certificate's key.
        key_file: Option<PathBuf> = None,
        /// `SCRAM-SHA-256`, `SCRAM-SHA-512` or `PLAIN`; with `sasl_*` only.
        sasl_mechanism: Option<String> = None,
        /// User name for SASL.
        username: Option<String> = None,
        /// File that holds the password for SASL, readable by the hub only.
        password_file: Option<PathBuf> = None,
    } nested {}
}
