//! How large a record may be, the same in every implementation.
//!
//! The body has the limit that rules every door (`limits.record_bytes`); what a record carries beside it
//! (ids, names, the device's headers) has 64 KiB, which DESIGN.md adds for it in the topic and the producer.

use bordergate_model::RawRecord;

use crate::Error;

/// Bytes that topic and producer allow beyond the body.
pub(crate) const BESIDE_BODY_BYTES: usize = 64 * 1024;
/// Part of [`BESIDE_BODY_BYTES`] left for fixed fields and the framing of a Kafka batch.
const FRAMING_BYTES: usize = 4 * 1024;

/// Refuses a record that is over the limit.
///
/// # Errors
/// [`Error::TooLarge`].
pub(crate) fn check(record: &RawRecord, record_bytes: usize) -> Result<(), Error> {
    let fits = record.body.len() + detached_bytes(record) <= record_bytes
        && beside_body_bytes(record) <= BESIDE_BODY_BYTES - FRAMING_BYTES;
    if fits {
        Ok(())
    } else {
        Err(Error::TooLarge {
            body_bytes: record.body.len(),
        })
    }
}

/// The list of what was taken out of the body, which left more room than the list needs.
fn detached_bytes(record: &RawRecord) -> usize {
    let detached = record.detached.as_ref();
    detached.map_or(0, |detached| detached.to_string().len())
}

fn beside_body_bytes(record: &RawRecord) -> usize {
    /// Length prefixes and the words `device-` around one header.
    const AROUND_HEADER_BYTES: usize = 16;
    let headers: usize = record
        .device_headers
        .iter()
        .map(|(name, value)| name.len() + value.len() + AROUND_HEADER_BYTES)
        .sum();
    let traceparent = record.traceparent.as_ref().map_or(0, String::len);
    headers + traceparent + record.format.len() + record.content_type.len()
}
