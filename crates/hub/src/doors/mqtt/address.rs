//! Where the broker is, read from `mqtt.url`.

use std::net::IpAddr;

/// A broker's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Name or address, without brackets.
    pub host: String,
    /// Port; 1883, or 8883 over TLS, when the URL names none.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub is_tls: bool,
}

impl Address {
    /// Reads a URL such as `mqtts://broker.example:8883`.
    ///
    /// # Errors
    /// What is wrong with it, without the URL: it may hold a password.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        const SCHEMES: &str = "must be mqtt://host:port or mqtts://host:port";
        let url = reqwest::Url::parse(url).map_err(|_| SCHEMES)?;
        let is_tls = match url.scheme() {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(SCHEMES),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "must not hold a user or password; use mqtt.username and mqtt.password_file",
            );
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("must end after the port");
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(SCHEMES)?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(if is_tls { 8883 } else { 1883 }),
            is_tls,
        })
    }

    /// Tells whether the broker runs on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_is_named_by_scheme_host_and_port_alone() {
        for (url, expected) in [
            ("mqtt://127.0.0.1:1900", ("127.0.0.1", 1900, false)),
            ("mqtt://broker.example", ("broker.example", 1883, false)),
            ("mqtts://broker.example/", ("broker.example", 8883, true)),
            ("mqtts://[::1]:8884", ("::1", 8884, true)),
        ] {
            let address = Address::parse(url).expect(url);
            let found = (address.host.as_str(), address.port, address.is_tls);
            assert_eq!(found, expected, "{url}");
        }
        for wrong in [
            "",
            "broker.example:1883",
            "http://broker.example",
            "mqtt://",
            "mqtt://user:secret@broker.example",
            "mqtt://broker.example/gates",
        ] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, expected) in [
            ("mqtt://localhost", true),
            ("mqtt://127.0.0.2", true),
            ("mqtt://[::1]", true),
            ("mqtt://192.0.2.1", false),
            ("mqtt://broker.example", false),
        ] {
            let address = Address::parse(url).expect(url);
            assert_eq!(address.is_loopback(), expected, "{url}");
        }
    }
}
