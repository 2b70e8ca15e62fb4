//! Records of the feed: stored bytes at their place.

use bordergate_model::Shard;
use jiff::Timestamp;
use prost::Message;

use super::{Error, to_timestamp};
use crate::v1;

/// Returns the record of the feed at `sequence` of `shard` whose stored bytes are `encoded`; on the wire they are these bytes again.
///
/// # Errors
/// [`Error::Bytes`] when they are none that [`crate::encode`] wrote.
pub fn feed_record(
    shard: Shard,
    sequence: i64,
    recorded_at: Timestamp,
    encoded: &[u8],
) -> Result<v1::FeedRecord, Error> {
    let change = v1::CrossingChange::decode(encoded).map_err(|error| Error::Bytes {
        reason: error.to_string(),
    })?;
    Ok(v1::FeedRecord {
        shard: shard.into(),
        sequence,
        recorded_at: Some(to_timestamp(recorded_at)),
        change: Some(change),
    })
}

/// Returns how many bytes a message takes on the wire.
#[must_use]
pub fn encoded_bytes(message: &impl Message) -> usize {
    message.encoded_len()
}
