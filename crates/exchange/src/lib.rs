#![doc = include_str!("../README.md")]

pub mod client;
pub mod cursor;
pub mod errors;
pub mod mapping;
pub mod query;
pub mod submission;

use bordergate_model::CrossingChange;
use bytes::Bytes;
use prost::Message;

/// Messages, servers and clients generated from `proto/bordergate/exchange/v1`.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "generated; documented in the proto files"
)]
pub mod v1 {
    tonic::include_proto!("bordergate.exchange.v1");
}

/// The descriptors of every proto file, encoded, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// Encodes a change for the feed: the bytes of a `CrossingChange` message, the same for the same change.
///
/// Called once per change, at commit; readers of the feed get these bytes however often they ask.
#[must_use]
pub fn encode(change: &CrossingChange) -> Bytes {
    v1::CrossingChange::from(change).encode_to_vec().into()
}
