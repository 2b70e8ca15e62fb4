//! `[[mqtt.subscriptions]]`, `[[tcp.scales]]` and `[[tcp.seals]]`: what brokers and devices send, and whose it is.
//!
//! Every key has a default so that `check` can say what is missing, entry by entry.

use super::entry::entry;

entry! {
    /// What the MQTT door subscribes to, and whose messages come there.
    Subscription {
        /// Topic filter, with `+` and `#` as MQTT has them; a level `{source}` stands for the source's id.
        topic: String = String::new(),
        /// The source of every message there; unset: the topic has a level `{source}`.
        source: Option<String> = None,
        /// Content type of messages that name none; unset: none.
        content_type: Option<String> = None,
    } nested {}
}

entry! {
    /// A scale whose continuous output (`mettler-continuous`) comes over TCP.
    Scale {
        /// The source each weighing is a record of.
        source: String = String::new(),
        /// `host:port` of the scale to connect to; unset: it connects to `listen`.
        connect: Option<String> = None,
        /// `address:port` to listen on; unset: `connect` is set.
        listen: Option<String> = None,
        /// Addresses that may connect to `listen`, such as `192.0.2.7` or `192.0.2.0/24`; empty: loopback only.
        peers: Vec<String> = Vec::new(),
        /// Gross weight in kilograms at which a weighing begins; it ends with the first frame below.
        threshold_kg: u32 = 500,
        /// Most seconds of one weighing; the rest of a vehicle that stands longer is left out.
        longest_seconds: u64 = 600,
    } nested {}
}

entry! {
    /// A port on which electronic seals (`jt701-p45`) report over TCP.
    SealPort {
        /// The source each report is a record of.
        source: String = String::new(),
        /// `address:port` to listen on.
        listen: Option<String> = None,
        /// Addresses that may connect, such as `192.0.2.7` or `192.0.2.0/24`; empty: loopback only.
        peers: Vec<String> = Vec::new(),
    } nested {}
}
