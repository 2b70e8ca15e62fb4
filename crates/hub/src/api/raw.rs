//! The raw record behind an appearance in the log, and its body as it came.

use std::time::Duration;

use bordergate_eventlog::{Error, EventLog, RunLimit};
use bordergate_model::{LoggedRecord, Offset, RawRecord, Shard};
use bordergate_sources::pictures;
use bytes::Bytes;

use crate::images;

/// Longest wait for a record that the database says is there.
const WAIT: Duration = Duration::from_secs(5);

/// Returns the record at a place in the log.
///
/// # Errors
/// Those of the log; [`Error::OffsetGone`] when retention took it or another record lies there.
pub async fn read(log: &dyn EventLog, shard: Shard, offset: Offset) -> Result<LoggedRecord, Error> {
    let mut reader = log.open(shard, offset).await?;
    let run = reader
        .next_run(
            RunLimit {
                records: 1,
                body_bytes: usize::MAX,
            },
            WAIT,
        )
        .await?;
    match run.into_iter().next() {
        Some(record) if record.offset == offset => Ok(record),
        _ => Err(Error::OffsetGone {
            shard,
            offset,
            start: log.start(shard).await?,
            end: log.end(shard).await?,
        }),
    }
}

/// Returns the body of a record as it came, with the pictures that were taken out of it.
///
/// # Errors
/// Those of the place of pictures: one of them may be gone.
pub async fn body(store: &images::Store, record: &RawRecord) -> Result<Bytes, images::Error> {
    let hashes = pictures::taken_out(record).ok_or(images::Error::Damaged)?;
    let mut taken = Vec::with_capacity(hashes.len());
    for sha256 in hashes {
        taken.push(store.get(sha256).await?);
    }
    pictures::rebuild(record, &taken).ok_or(images::Error::Damaged)
}
