//! Entries of lists in the configuration: tables such as `[[mqtt.subscriptions]]`, documented from the code as
//! sections are.
//!
//! Every key has a default so that `check` can say what is missing, entry by entry.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// One key of an entry.
#[derive(Clone, Debug)]
pub struct EntryKey {
    /// Its name.
    pub name: &'static str,
    /// What it means, with its unit and default.
    pub meaning: String,
}

macro_rules! entries {
    ($($(#[doc = $entry_doc:literal])* $list:literal: $entry:ident {
        $($(#[doc = $doc:literal])* $name:ident: $type:ty = $default:expr,)*
    })*) => {
        $(
            $(#[doc = $entry_doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields, default)]
            pub struct $entry { $($(#[doc = $doc])* pub $name: $type,)* }

            impl Default for $entry {
                fn default() -> Self {
                    Self { $($name: $default,)* }
                }
            }
        )*

        /// Returns every list with the keys of its entries.
        #[must_use]
        pub fn entries() -> Vec<(&'static str, Vec<EntryKey>)> {
            vec![$(($list, vec![$(EntryKey {
                name: stringify!($name),
                meaning: [$($doc),*].concat().trim().to_owned(),
            }),*])),*]
        }
    };
}

entries! {
    /// What the MQTT door subscribes to, and whose messages come there.
    "mqtt.subscriptions": Subscription {
        /// Topic filter, with `+` and `#` as MQTT has them; a level `{source}` stands for the source's id.
        topic: String = String::new(),
        /// The source of every message there; unset: the topic has a level `{source}`.
        source: Option<String> = None,
        /// Content type of messages that name none; unset: none.
        content_type: Option<String> = None,
    }
    /// A scale whose continuous output (`mettler-continuous`) comes over TCP.
    "tcp.scales": Scale {
        /// The source each weighing is a record of.
        source: String = String::new(),
        /// `host:port` of the scale to connect to; unset: it connects to `listen`.
        connect: Option<String> = None,
        /// `address:port` to listen on; unset: `connect` is set.
        listen: Option<String> = None,
        /// Addresses that may connect to `listen`, such as `192.0.2.7` or `192.0.2.0/24`; empty: loopback only.
        peers: Vec<String> = Vec::new(),
        /// Gross weight in kilograms at which a weighing begins; it ends with the first frame below. 500 when unset.
        threshold_kg: u32 = 500,
        /// Most seconds of one weighing; the rest of a vehicle that stands longer is left out. 600 when unset.
        longest_seconds: u64 = 600,
    }
    /// A port on which electronic seals (`jt701-p45`) report over TCP.
    "tcp.seals": SealPort {
        /// The source each report is a record of.
        source: String = String::new(),
        /// `address:port` to listen on.
        listen: Option<String> = None,
        /// Addresses that may connect, such as `192.0.2.7` or `192.0.2.0/24`; empty: loopback only.
        peers: Vec<String> = Vec::new(),
    }
}

/// Addresses of one network, such as `192.0.2.0/24`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Reads it; `None` when it is no address or its prefix is too long.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|bits| *bits <= longest)?,
            None => longest,
        };
        Some(Self {
            address,
            prefix_bits,
        })
    }

    /// Tells whether the address belongs to it; an IPv4 address written as IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let shifted = |bits: u128, width: u8| {
            let unused = u32::from(width - self.prefix_bits);
            bits.checked_shr(unused).unwrap_or(0)
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                shifted(own.to_bits().into(), 32) == shifted(other.to_bits().into(), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                shifted(own.to_bits(), 128) == shifted(other.to_bits(), 128)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_an_entry_says_what_it_means() {
        for (list, keys) in entries() {
            for key in keys {
                assert!(key.meaning.len() > 10, "{list} {}", key.name);
            }
        }
    }

    #[test]
    fn a_network_holds_the_addresses_under_its_prefix() {
        for (network, address, expected) in [
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.1", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "::ffff:192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("::/0", "2001:db8::1", true),
        ] {
            let network = Network::parse(network).expect("a network");
            let address = address.parse().expect("an address");
            assert_eq!(network.contains(address), expected, "{network:?} {address}");
        }
        for wrong in ["", "192.0.2.0/33", "192.0.2", "host", "192.0.2.0/x"] {
            assert_eq!(Network::parse(wrong), None, "{wrong:?}");
        }
    }
}
