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

/// Returns the path of every method of the contract, such as `/bordergate.exchange.v1.IngestService/PublishRecord`, in the
/// order of the proto files.
#[must_use]
pub fn methods() -> Vec<String> {
    let set = prost_types::FileDescriptorSet::decode(DESCRIPTORS)
        .expect("the build script encoded this set");
    let files = set.file.iter();
    let services =
        files.flat_map(|file| file.service.iter().map(|service| (file.package(), service)));
    services
        .flat_map(|(package, service)| {
            let methods = service.method.iter();
            methods.map(move |method| format!("/{package}.{}/{}", service.name(), method.name()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_has_its_four_services() {
        let methods = methods();
        for path in [
            "/bordergate.exchange.v1.ExchangeService/PullRecords",
            "/bordergate.exchange.v1.CrossingService/ListCrossings",
            "/bordergate.exchange.v1.IndicatorService/QueryIndicator",
            "/bordergate.exchange.v1.IngestService/PublishRecords",
        ] {
            assert!(methods.iter().any(|method| method == path), "{path}");
        }
    }
}
