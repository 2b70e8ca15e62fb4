//! How the hub introduces itself to the broker: session, window, credentials, certificates.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use rumqttc::{
    AckMode, ConnectAuth, IncomingPacketSizeLimit, MqttOptions, TlsConfiguration, Transport,
};

use super::Address;
use super::session::Empty;
use crate::config::Mqtt;
use crate::open::secret;
use crate::tls;

/// Longest the broker may take to answer.
const CONNECT_SECONDS: u64 = 10;

/// Returns the options of a connection; `None` when no broker is set.
///
/// # Errors
/// When the URL or a file cannot be used; names its key.
pub fn options(mqtt: &Mqtt) -> anyhow::Result<Option<MqttOptions>> {
    let Some(url) = &mqtt.url else {
        return Ok(None);
    };
    let address = Address::parse(url)
        .map_err(anyhow::Error::msg)
        .context("mqtt.url")?;
    let mut options = MqttOptions::new(&mqtt.client_id, (address.host.clone(), address.port));
    options
        .set_keep_alive(mqtt.keep_alive_seconds)
        .set_connect_timeout(Duration::from_secs(CONNECT_SECONDS))
        .set_clean_start(false)
        .set_session_expiry_interval(Some(mqtt.session_expiry_seconds))
        .set_session_store(Empty {
            expiry_seconds: mqtt.session_expiry_seconds,
        })
        .set_ack_mode(AckMode::Manual)
        .set_receive_maximum(Some(mqtt.max_in_flight))
        // A limit told to the broker would make it drop larger messages without a word.
        .set_incoming_packet_size_limit(IncomingPacketSizeLimit::Unlimited);
    if let Some(username) = &mqtt.username {
        options.set_auth(match &mqtt.password_file {
            Some(path) => ConnectAuth::UsernamePassword {
                username: username.clone(),
                password: secret(path).context("mqtt.password_file")?.into(),
            },
            None => ConnectAuth::Username {
                username: username.clone(),
            },
        });
    }
    if address.is_tls {
        options.set_transport(Transport::Tls(encryption(mqtt)?));
    }
    Ok(Some(options))
}

fn encryption(mqtt: &Mqtt) -> anyhow::Result<TlsConfiguration> {
    let Some(ca) = &mqtt.ca_file else {
        return TlsConfiguration::try_default_rustls()
            .context("mqtt.ca_file is not set and the system's authorities cannot be read");
    };
    let client_auth = match (&mqtt.certificate_file, &mqtt.key_file) {
        (Some(certificate), Some(key)) => Some((
            pem(certificate).context("mqtt.certificate_file")?,
            pem(key).context("mqtt.key_file")?,
        )),
        _ => None,
    };
    Ok(TlsConfiguration::Simple {
        ca: pem(ca).context("mqtt.ca_file")?,
        alpn: None,
        client_auth,
    })
}

fn pem(path: &Path) -> anyhow::Result<Vec<u8>> {
    tls::pem(path)?;
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Opens the files that the settings name as the hub will, and returns the key of each that it could not use.
#[must_use]
pub fn unusable(mqtt: &Mqtt) -> Vec<(&'static str, anyhow::Error)> {
    if mqtt.url.is_none() {
        return Vec::new();
    }
    let password = mqtt.password_file.as_deref();
    let opened_pem = |path: &Option<std::path::PathBuf>| path.as_deref().map_or(Ok(()), tls::pem);
    [
        (
            "mqtt.password_file",
            password.map_or(Ok(()), |path| secret(path).map(drop)),
        ),
        ("mqtt.ca_file", opened_pem(&mqtt.ca_file)),
        ("mqtt.certificate_file", opened_pem(&mqtt.certificate_file)),
        ("mqtt.key_file", opened_pem(&mqtt.key_file)),
    ]
    .into_iter()
    .filter_map(|(key, opened)| Some((key, opened.err()?)))
    .collect()
}
