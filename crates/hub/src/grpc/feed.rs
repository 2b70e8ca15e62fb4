//! Pages of the feed: shards mixed by the time they were stored, each in its own order, without a gap.

use std::collections::VecDeque;

use bordergate_exchange::cursor::Cursor;
use bordergate_model::Shard;
use bordergate_store::{Error, FeedFilter, FeedRow, Store};

use super::PAGE_BYTES;

/// The rows after a place.
#[derive(Debug)]
pub(super) struct Page {
    /// The rows, in order of sequence within each shard.
    pub(super) rows: Vec<FeedRow>,
    /// Whether there are more after them, wanted or not.
    pub(super) has_more: bool,
}

/// The next rows of one shard.
struct Run {
    shard: Shard,
    rows: VecDeque<FeedRow>,
    /// Up to where the shard was searched for them.
    searched_seq: i64,
}

/// Returns the next rows after `cursor` and moves it after them; at most `limit` rows or [`PAGE_BYTES`], but one if there is one.
///
/// Rows that do not pass the filter are passed over, so that a page may be empty and yet have more after it.
///
/// # Errors
/// Those of the store; the cursor is then where it was.
pub(super) async fn next_page(
    store: &dyn Store,
    cursor: &mut Cursor,
    filter: &FeedFilter,
    limit: u32,
) -> Result<Page, Error> {
    let mut ahead = store.feed_shards().await?;
    ahead.retain(|shard| shard.last_seq > cursor.sequence(shard.shard));
    let share = limit.div_ceil(u32::try_from(ahead.len()).unwrap_or(u32::MAX).max(1));
    let mut runs = Vec::with_capacity(ahead.len());
    for shard in &ahead {
        let (shard, after_seq) = (shard.shard, cursor.sequence(shard.shard));
        let (rows, searched_seq) = store.feed_rows(shard, after_seq, filter, share).await?;
        runs.push(Run {
            shard,
            rows: rows.into(),
            searched_seq,
        });
    }
    let rows = merged(runs, limit, cursor);
    let has_more = ahead
        .iter()
        .any(|shard| shard.last_seq > cursor.sequence(shard.shard));
    Ok(Page { rows, has_more })
}

/// Takes rows from the runs, the earliest stored first, and moves the cursor after what was taken or passed over.
fn merged(mut runs: Vec<Run>, limit: u32, cursor: &mut Cursor) -> Vec<FeedRow> {
    let mut taken: Vec<FeedRow> = Vec::new();
    let mut taken_bytes = 0;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    while taken.len() < limit {
        let heads = runs.iter_mut().filter(|run| !run.rows.is_empty());
        let earliest = heads.min_by_key(|run| (run.rows[0].recorded_at, run.shard));
        let Some(run) = earliest else { break };
        taken_bytes += run.rows[0].encoded.len();
        if taken_bytes > PAGE_BYTES && !taken.is_empty() {
            break;
        }
        taken.extend(run.rows.pop_front());
    }
    for row in &taken {
        cursor.advance(row.shard, row.seq);
    }
    for run in runs.iter().filter(|run| run.rows.is_empty()) {
        cursor.advance(run.shard, run.searched_seq);
    }
    taken
}

#[cfg(test)]
mod tests;
