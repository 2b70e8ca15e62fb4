//! What the hub itself keeps of its session: nothing, and that is all there is.
//!
//! The client library resumes a broker's session, and subscribes within it, only with the state the client has to keep
//! across connections: messages it publishes and those of quality 2 (MQTT 5, 4.1). The hub publishes none and receives
//! none of quality 2, and repeats a subscription whose answer it missed; so its state is always the empty one.

use std::future::{Future, ready};
use std::pin::Pin;

use rumqttc::{
    PersistedAckMode, PersistedSession, SessionStore, SessionStoreError, SessionStoreKey,
};

/// The layout of [`PersistedSession`] that is filled in here.
const FORMAT_VERSION: u16 = 1;

/// The state of a session that is always empty.
#[derive(Clone, Copy, Debug)]
pub struct Empty {
    /// How long the broker keeps the session, in seconds.
    pub expiry_seconds: u32,
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SessionStoreError>> + Send + 'a>>;

impl SessionStore for Empty {
    fn load<'a>(&'a self, key: &'a SessionStoreKey) -> Answer<'a, Option<PersistedSession>> {
        Box::pin(ready(Ok(Some(PersistedSession {
            format_version: FORMAT_VERSION,
            client_id: key.client_id().to_owned(),
            clean_start: false,
            session_expiry_interval: Some(self.expiry_seconds),
            outgoing_inflight_upper_limit: None,
            ack_mode: PersistedAckMode::Manual,
            last_pkid: 0,
            last_puback: 0,
            replay: Vec::new(),
            incoming_qos2: Vec::new(),
        }))))
    }

    fn save<'a>(&'a self, _: &'a SessionStoreKey, _: &'a PersistedSession) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn clear<'a>(&'a self, _: &'a SessionStoreKey) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }
}
