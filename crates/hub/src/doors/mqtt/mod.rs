//! The MQTT door: the hub is a client of a broker, and acknowledges a message once the log has.
//!
//! The broker keeps a session under the hub's name, so that what is published while the hub is away waits for it.
//! A message whose acknowledgement is lost comes again: at least once, never fewer (MQTT 5, quality of service 1).
//! A message that the hub will never take (unknown source, too large ...) is acknowledged with an error, counted and
//! told in the log: kept back it would fill the window and stop everybody else's. While the log or the database does
//! not answer nothing is acknowledged; the broker keeps what is beyond the window.

mod address;
mod connect;
mod door;
mod message;
mod pattern;
mod session;

pub use address::Address;
pub use connect::unusable;
pub use door::open;
pub use pattern::Pattern;
