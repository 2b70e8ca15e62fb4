//! The simulated LGSP: follows the feed over gRPC, checks that no sequence number is missing, acknowledges.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::bail;
use bordergate_exchange::client::{Client, Settings};
use bordergate_exchange::v1;

use crate::app::App;
use crate::serve::Hub;

/// How long the follower may take to reach the feed's end once the hub stands still.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the simulated LGSP saw.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Feed records received.
    pub record_count: u64,
    /// Last sequence number by shard.
    pub last: BTreeMap<u32, i64>,
    /// Sequence numbers that did not follow their predecessor.
    pub gap_count: u64,
}

/// A running follower.
#[derive(Clone, Debug, Default)]
pub struct Follower(Arc<Mutex<Seen>>);

impl Follower {
    /// Returns what was seen so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until everything in the feed was received and acknowledged.
    ///
    /// # Errors
    /// When that takes more than a minute, or the store does not answer.
    pub async fn wait_for(&self, app: &App) -> anyhow::Result<()> {
        let began = std::time::Instant::now();
        loop {
            let heads = app.store.feed_shards().await?;
            let lag: i64 = app
                .store
                .partner_lags()
                .await?
                .iter()
                .map(|(_, lag)| lag)
                .sum();
            let seen = self.seen();
            let has_all = heads.iter().all(|head| {
                head.last_seq == 0
                    || seen
                        .last
                        .get(&u32::from(head.shard))
                        .is_some_and(|last| *last >= head.last_seq)
            });
            if has_all && lag == 0 {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                bail!(
                    "the simulated LGSP did not reach the end of the feed: {lag} records are not acknowledged"
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn note(&self, records: &[v1::FeedRecord]) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            seen.record_count += 1;
            let sequence = record.sequence;
            let before = seen.last.insert(record.shard, sequence).unwrap_or(0);
            if sequence != before + 1 {
                seen.gap_count += 1;
            }
        }
    }
}

/// Starts following the feed from its beginning.
///
/// # Errors
/// When the client cannot be set up.
pub fn follow(hub: &Hub) -> anyhow::Result<Follower> {
    let client = Client::new(Settings::new(format!("http://{}", hub.grpc)))?;
    let follower = Follower::default();
    let (noting, stop) = (follower.clone(), hub.app.shutdown.clone());
    hub.app.tasks.spawn(async move {
        let mut feed = client.follow(v1::StreamRecordsRequest::default());
        loop {
            let page = tokio::select! {
                page = feed.next() => page,
                () = stop.cancelled() => return,
            };
            let acknowledged = match page {
                Ok(page) => {
                    noting.note(&page.records);
                    client.acknowledge(&page.next_cursor).await.map(drop)
                }
                Err(status) => Err(status),
            };
            if let Err(status) = acknowledged
                && !stop.is_cancelled()
            {
                tracing::warn!("the simulated LGSP was refused: {status}");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    });
    Ok(follower)
}
