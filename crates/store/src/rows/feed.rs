//! Feed rows, where feeds stand, and what partners have acknowledged.

use std::collections::BTreeMap;

use bordergate_model::{CrossingId, Shard};
use bytes::Bytes;
use uuid::Uuid;

use super::{name, number};
use crate::document::corrupt;
use crate::moment::Moment;
use crate::{Error, FeedRow, FeedShard};

/// The `hub_state` key of the feed's epoch.
pub(crate) const EPOCH: &str = "feed_epoch";

/// Reads the feed's epoch.
///
/// # Errors
/// [`Error::Corrupt`] without one: migrating makes it.
pub(crate) fn epoch(value: Option<String>) -> Result<Uuid, Error> {
    let value = value.ok_or_else(|| corrupt("hub_state has no feed_epoch"))?;
    Uuid::parse_str(&value).map_err(|_| corrupt("hub_state: feed_epoch is no UUID"))
}

/// The columns of [`FeedRow`]'s fields, in order.
pub(crate) type FeedTuple<T> = (i32, i64, String, Uuid, i64, bool, Vec<u8>, T);

/// Reads a feed row.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn feed_row<T: Moment>(row: FeedTuple<T>) -> Result<FeedRow, Error> {
    Ok(FeedRow {
        shard: number("feed.shard", row.0)?,
        seq: row.1,
        gate_id: name("feed.gate_id", &row.2)?,
        crossing_id: CrossingId(row.3),
        revision: number("feed.revision", row.4)?,
        is_tombstone: row.5,
        encoded: Bytes::from(row.6),
        recorded_at: row.7.timestamp()?,
    })
}

/// Reads a shard and a sequence number.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn feed_shard((shard, last_seq): (i32, i64)) -> Result<FeedShard, Error> {
    Ok(FeedShard {
        shard: number("shard", shard)?,
        last_seq,
    })
}

/// Returns how far the feed was searched: to the last row of a full page, else to the end.
pub(crate) fn searched_to(rows: &[FeedRow], after_seq: i64, last_seq: i64, limit: u32) -> i64 {
    let is_full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    match rows.last() {
        Some(last) if is_full => last.seq,
        None if is_full => after_seq,
        _ => last_seq.max(after_seq),
    }
}

/// Returns each shard once, with the highest of its numbers.
pub(crate) fn forward(shards: &[FeedShard]) -> Vec<(i32, i64)> {
    let mut highest: BTreeMap<Shard, i64> = BTreeMap::new();
    for FeedShard { shard, last_seq } in shards {
        let seq = highest.entry(*shard).or_default();
        *seq = (*seq).max(*last_seq);
    }
    highest
        .into_iter()
        .map(|(shard, seq)| (i32::from(shard), seq))
        .collect()
}
