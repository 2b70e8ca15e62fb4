//! Which settings of the doors for devices cannot work: subscriptions at a broker, ports and scales.
//!
//! Entries of lists are named by their number, from 1, since they have no name of their own.

use std::net::SocketAddr;

use bordergate_model::SourceId;

use super::check::{Finding, error, warning};
use super::devices::Subscription;
use super::network::Network;
use super::settings::{Mqtt, Tcp};
use crate::doors::mqtt::{Address, Pattern};

/// Checks the MQTT door.
pub(super) fn mqtt(mqtt: &Mqtt, findings: &mut Vec<Finding>) {
    const LIST: &str = "mqtt.subscriptions";
    let Some(url) = &mqtt.url else {
        if !mqtt.subscriptions.is_empty() {
            findings.push(error("mqtt.url", "is not set, but subscriptions are"));
        }
        return;
    };
    match Address::parse(url) {
        Err(reason) => findings.push(error("mqtt.url", reason)),
        Ok(address) => check_security(mqtt, &address, findings),
    }
    if mqtt.client_id.is_empty() {
        findings.push(error(
            "mqtt.client_id",
            "must be given: the session is kept under it",
        ));
    }
    if mqtt.session_expiry_seconds == 0 {
        findings.push(error(
            "mqtt.session_expiry_seconds",
            "must be 1 or more, else the broker forgets messages whenever the hub is away",
        ));
    }
    if mqtt.max_in_flight == 0 {
        findings.push(error("mqtt.max_in_flight", "must be 1 or more"));
    }
    if mqtt.subscriptions.is_empty() {
        findings.push(error(
            LIST,
            "there is none; add [[mqtt.subscriptions]] with a topic",
        ));
    }
    let mut patterns: Vec<Pattern> = Vec::new();
    for (index, entry) in mqtt.subscriptions.iter().enumerate() {
        let Subscription { topic, source, .. } = entry;
        let number = index + 1;
        let pattern = match Pattern::parse(topic, source.as_deref()) {
            Ok(pattern) => pattern,
            Err(reason) => {
                findings.push(error(LIST, format!("entry {number}: {reason}")));
                continue;
            }
        };
        for (earlier, other) in patterns.iter().enumerate() {
            let earlier = earlier + 1;
            if pattern.filter() == other.filter() {
                let message = format!("entry {number}: has the same filter as entry {earlier}");
                findings.push(error(LIST, message));
            } else if pattern.meets(other) {
                let message = format!(
                    "entry {number}: meets entry {earlier}; a broker may send messages of both twice, and the earlier entry names their source"
                );
                findings.push(warning(LIST, message));
            }
        }
        patterns.push(pattern);
    }
}

fn check_security(mqtt: &Mqtt, address: &Address, findings: &mut Vec<Finding>) {
    let has_files = [&mqtt.ca_file, &mqtt.certificate_file, &mqtt.key_file]
        .iter()
        .any(|file| file.is_some());
    if has_files && !address.is_tls {
        findings.push(error(
            "mqtt.url",
            "must start with mqtts:// where certificates are set",
        ));
    }
    if mqtt.certificate_file.is_some() != mqtt.key_file.is_some() {
        findings.push(error(
            "mqtt.certificate_file",
            "certificate and key must be set together",
        ));
    }
    if mqtt.certificate_file.is_some() && mqtt.ca_file.is_none() {
        findings.push(error(
            "mqtt.ca_file",
            "must be set beside a client certificate",
        ));
    }
    if mqtt.password_file.is_some() && mqtt.username.is_none() {
        findings.push(error(
            "mqtt.username",
            "must be set beside mqtt.password_file",
        ));
    }
    if !address.is_tls && !address.is_loopback() {
        findings.push(warning(
            "mqtt.url",
            "is not encrypted: plates and passwords can be read on the way; use mqtts://",
        ));
    }
}

/// Checks the TCP doors.
pub(super) fn tcp(tcp: &Tcp, findings: &mut Vec<Finding>) {
    const SCALES: &str = "tcp.scales";
    const SEALS: &str = "tcp.seals";
    let mut ports: Vec<SocketAddr> = Vec::new();
    for (index, scale) in tcp.scales.iter().enumerate() {
        let number = index + 1;
        let mut wrong =
            |reason: String| findings.push(error(SCALES, format!("entry {number}: {reason}")));
        if SourceId::parse(&scale.source).is_err() {
            wrong(format!("source {:?} is no source id", scale.source));
        }
        match (&scale.connect, &scale.listen) {
            (Some(address), None) if !has_port(address) => {
                wrong(format!("connect {address:?} is not host:port"));
            }
            (Some(_), None) if !scale.peers.is_empty() => {
                wrong("peers are for listen".to_owned());
            }
            (Some(_), None) => {}
            (None, Some(address)) => {
                if let Err(reason) = check_listen(address, &scale.peers, &mut ports) {
                    wrong(reason);
                }
            }
            _ => wrong("set either connect or listen".to_owned()),
        }
        if scale.threshold_kg == 0 || scale.longest_seconds == 0 {
            wrong("threshold_kg and longest_seconds must be 1 or more".to_owned());
        }
    }
    for (index, port) in tcp.seals.iter().enumerate() {
        let number = index + 1;
        let mut wrong =
            |reason: String| findings.push(error(SEALS, format!("entry {number}: {reason}")));
        if SourceId::parse(&port.source).is_err() {
            wrong(format!("source {:?} is no source id", port.source));
        }
        let listen = port.listen.as_deref().unwrap_or_default();
        if let Err(reason) = check_listen(listen, &port.peers, &mut ports) {
            wrong(reason);
        }
    }
    if tcp.idle_seconds == 0 {
        findings.push(error("tcp.idle_seconds", "must be 1 or more"));
    }
    if tcp.max_connections == 0 {
        findings.push(error("tcp.max_connections", "must be 1 or more"));
    }
}

fn has_port(address: &str) -> bool {
    address
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|p| p > 0))
}

/// Checks an address to listen on: such devices have neither TLS nor tokens, so that others than loopback must say who
/// may connect.
fn check_listen(
    address: &str,
    peers: &[String],
    ports: &mut Vec<SocketAddr>,
) -> Result<(), String> {
    let listen: SocketAddr = address
        .parse()
        .map_err(|_| format!("listen {address:?} is not address:port"))?;
    if let Some(peer) = peers.iter().find(|peer| Network::parse(peer).is_none()) {
        return Err(format!("peers: {peer:?} is neither address nor network"));
    }
    if !listen.ip().is_loopback() && peers.is_empty() {
        return Err(format!(
            "listen {listen} is not loopback: say in peers which addresses may connect"
        ));
    }
    if listen.port() != 0 && ports.contains(&listen) {
        return Err(format!("listen {listen} is taken by an earlier entry"));
    }
    ports.push(listen);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::devices::{Scale, SealPort};
    use crate::config::{Settings, check};

    fn mqtt_with(change: impl FnOnce(&mut Mqtt)) -> Vec<Finding> {
        let mut settings = Settings::default();
        settings.mqtt.url = Some("mqtt://127.0.0.1:1883".to_owned());
        settings.mqtt.subscriptions = vec![subscription("gates/{source}/anpr", None)];
        change(&mut settings.mqtt);
        check(&settings)
    }

    fn subscription(topic: &str, source: Option<&str>) -> Subscription {
        Subscription {
            topic: topic.to_owned(),
            source: source.map(str::to_owned),
            content_type: None,
        }
    }

    fn has(findings: &[Finding], is_error: bool, key: &str, word: &str) -> bool {
        findings.iter().any(|finding| {
            finding.is_error == is_error && finding.key == key && finding.message.contains(word)
        })
    }

    #[test]
    fn an_mqtt_door_that_cannot_work_is_named_by_its_key() {
        assert_eq!(mqtt_with(|_| {}), []);
        type Change = fn(&mut Mqtt);
        let table: [(Change, &str, &str); 11] = [
            (|mqtt| mqtt.url = None, "mqtt.url", "is not set"),
            (
                |mqtt| mqtt.url = Some("http://x".to_owned()),
                "mqtt.url",
                "mqtt://",
            ),
            (|mqtt| mqtt.client_id.clear(), "mqtt.client_id", "given"),
            (
                |mqtt| mqtt.session_expiry_seconds = 0,
                "mqtt.session_expiry_seconds",
                "forgets",
            ),
            (|mqtt| mqtt.max_in_flight = 0, "mqtt.max_in_flight", "1"),
            (
                |mqtt| mqtt.subscriptions.clear(),
                "mqtt.subscriptions",
                "none",
            ),
            (
                |mqtt| mqtt.subscriptions.push(subscription("gates/+", None)),
                "mqtt.subscriptions",
                "entry 2",
            ),
            (
                |mqtt| {
                    mqtt.subscriptions
                        .push(subscription("gates/+/anpr", Some("x")));
                },
                "mqtt.subscriptions",
                "same filter as entry 1",
            ),
            (
                |mqtt| mqtt.ca_file = Some("ca.pem".into()),
                "mqtt.url",
                "mqtts://",
            ),
            (
                |mqtt| mqtt.certificate_file = Some("c.pem".into()),
                "mqtt.certificate_file",
                "together",
            ),
            (
                |mqtt| mqtt.password_file = Some("p".into()),
                "mqtt.username",
                "beside",
            ),
        ];
        for (change, key, word) in table {
            let findings = mqtt_with(change);
            assert!(has(&findings, true, key, word), "{key}: {findings:?}");
        }
    }

    #[test]
    fn what_only_degrades_an_mqtt_door_is_a_warning() {
        let plain = mqtt_with(|mqtt| mqtt.url = Some("mqtt://broker.example:1883".to_owned()));
        assert!(has(&plain, false, "mqtt.url", "not encrypted"), "{plain:?}");
        let meeting = mqtt_with(|mqtt| mqtt.subscriptions.push(subscription("gates/#", Some("x"))));
        assert!(
            has(&meeting, false, "mqtt.subscriptions", "meets entry 1"),
            "{meeting:?}"
        );
    }

    fn scale(connect: Option<&str>, listen: Option<&str>, peers: &[&str]) -> Scale {
        Scale {
            source: "hn-scale".to_owned(),
            connect: connect.map(str::to_owned),
            listen: listen.map(str::to_owned),
            peers: peers.iter().map(|peer| (*peer).to_owned()).collect(),
            ..Scale::default()
        }
    }

    #[test]
    fn a_tcp_door_that_cannot_work_is_named_by_its_entry() {
        for (entry, word) in [
            (scale(Some("192.0.2.7:4001"), None, &[]), None),
            (scale(None, Some("127.0.0.1:4001"), &[]), None),
            (scale(None, Some("0.0.0.0:4001"), &["192.0.2.0/24"]), None),
            (scale(None, None, &[]), Some("either")),
            (scale(Some("a:1"), Some("127.0.0.1:1"), &[]), Some("either")),
            (scale(Some("a"), None, &[]), Some("host:port")),
            (scale(Some("a:1"), None, &["192.0.2.7"]), Some("for listen")),
            (scale(None, Some("4001"), &[]), Some("not address:port")),
            (scale(None, Some("0.0.0.0:4001"), &[]), Some("not loopback")),
            (scale(None, Some("0.0.0.0:1"), &["x"]), Some("network")),
            (
                Scale {
                    source: String::new(),
                    ..scale(Some("a:1"), None, &[])
                },
                Some("source"),
            ),
            (
                Scale {
                    threshold_kg: 0,
                    ..scale(Some("a:1"), None, &[])
                },
                Some("threshold_kg"),
            ),
        ] {
            let mut settings = Settings::default();
            settings.tcp.scales = vec![entry.clone()];
            let findings = check(&settings);
            match word {
                None => assert_eq!(findings, [], "{entry:?}"),
                Some(word) => {
                    assert!(has(&findings, true, "tcp.scales", word), "{findings:?}");
                }
            }
        }
    }

    #[test]
    fn no_two_tcp_doors_listen_on_one_address() {
        let mut settings = Settings::default();
        settings.tcp.scales = vec![scale(None, Some("127.0.0.1:4001"), &[])];
        settings.tcp.seals = vec![SealPort {
            source: "hn-seals".to_owned(),
            listen: Some("127.0.0.1:4001".to_owned()),
            peers: Vec::new(),
        }];
        assert!(has(&check(&settings), true, "tcp.seals", "taken"));
    }
}
