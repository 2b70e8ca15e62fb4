//! `StreamRecords`: the feed as it grows, at the reader's pace.
//!
//! A page is read only when the reader has room for it (HTTP/2 flow control), so a slow reader costs one page of memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bordergate_exchange::cursor::Cursor;
use bordergate_exchange::errors::Failure;
use bordergate_exchange::v1::StreamRecordsResponse;
use bordergate_store::FeedFilter;
use futures_util::Stream;
use tokio::time::Instant;
use tonic::Status;

use super::exchange::{key, records as as_records};
use super::failure::of_store;
use super::feed;
use crate::app::App;
use crate::doors::refusal::Refusal;

/// How often the feed is looked at for rows that another hub stored.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After how long without news an empty message tells that the stream lives.
const SIGN_EVERY: Duration = Duration::from_secs(15);

/// Returns the messages of a stream that begins at `cursor`; it ends only when something fails or the hub stops.
pub(super) fn records(
    app: Arc<App>,
    partner_id: String,
    mut cursor: Cursor,
    filter: FeedFilter,
    limit: u32,
) -> impl Stream<Item = Result<StreamRecordsResponse, Status>> + Send {
    let mut commits = app.commits.subscribe();
    async_stream::try_stream! {
        let mut sent_at = Instant::now();
        // The first message at once, so that the reader has a cursor even before there is a record.
        let mut is_due = true;
        loop {
            commits.borrow_and_update();
            let page = next(&app, &mut cursor, &filter, limit).await?;
            if !page.rows.is_empty() || is_due {
                yield StreamRecordsResponse {
                    records: as_records(&page.rows)?,
                    next_cursor: cursor.seal(&key(&app), &partner_id),
                    feed_epoch: cursor.epoch().to_string(),
                };
                sent_at = Instant::now();
            }
            if !page.has_more {
                tokio::select! {
                    _ = commits.changed() => {}
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                    () = app.shutdown.cancelled() => {}
                }
            }
            if app.shutdown.is_cancelled() {
                Err(Refusal::Stopping)?;
            }
            is_due = sent_at.elapsed() >= SIGN_EVERY;
        }
    }
}

/// The next page, unless the feed the cursor belongs to is gone.
async fn next(
    app: &App,
    cursor: &mut Cursor,
    filter: &FeedFilter,
    limit: u32,
) -> Result<feed::Page, Failure> {
    let epoch = app.store.feed_epoch().await.map_err(of_store)?;
    if epoch != cursor.epoch() {
        super::exchange::check_place(app, cursor, &BTreeMap::new()).await?;
    }
    let page = feed::next_page(app.store.as_ref(), cursor, filter, limit);
    page.await.map_err(of_store)
}
