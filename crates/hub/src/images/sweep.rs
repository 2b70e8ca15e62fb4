//! Removing pictures that were kept for `images.retention_days`, and measuring those that are kept.
//!
//! Here is when it is done and what is told of it; how, is decided beside each place. What time it is, in `reckoning`.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::folder::Round;
use super::{Error, Store};
use crate::app::App;

/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(3600);
/// A day.
pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);

/// What one round did and found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Swept {
    pub(super) removed_files: u64,
    pub(super) kept_files: u64,
    pub(super) kept_bytes: u64,
    /// By how much the time swept by is behind the clock.
    pub(super) behind: Duration,
}

/// When a round is.
#[derive(Clone, Copy, Debug)]
pub(super) struct When {
    /// How long pictures are kept; `None`: for ever.
    pub(super) retention: Option<Duration>,
    /// Time since the round before, on the monotonic clock; zero before the first.
    pub(super) passed: Duration,
    /// What the hub's clock says.
    pub(super) clock: SystemTime,
}

impl When {
    /// Returns how long pictures are kept that the settings keep for so many days; zero: for ever.
    pub(super) fn retention(days: u32) -> Option<Duration> {
        DAY.checked_mul(days)
            .filter(|retention| !retention.is_zero())
    }
}

/// Sweeps the hub's pictures at once and then every hour, until the hub stops.
pub async fn sweep(app: Arc<App>) {
    let mut lock = None;
    let mut swept_at: Option<Instant> = None;
    loop {
        let when = When {
            retention: When::retention(app.settings.images.retention_days),
            passed: swept_at.map_or(Duration::ZERO, |at| at.elapsed()),
            clock: app.clock.now().into(),
        };
        tokio::select! {
            swept = round(&app.images, when, &mut lock) => match swept {
                Ok(Some(swept)) => {
                    swept_at = Some(Instant::now());
                    tell(&app, &swept);
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(
                    error.code = error.code(),
                    "pictures could not be swept: {error}"
                ),
            },
            () = app.shutdown.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.shutdown.cancelled() => return,
        }
    }
}

/// Returns what was done; `None` while another hub sweeps the same folder, or when there is none yet. `lock` is what
/// makes this the hub that sweeps it; a bucket has none.
async fn round(store: &Store, when: When, lock: &mut Option<File>) -> Result<Option<Swept>, Error> {
    match store {
        Store::Bucket(bucket) => bucket.sweep(when).await.map(Some),
        Store::Folder(folder) => {
            let folder = folder.clone();
            let held = lock.take();
            let round = move || Round { folder, when }.run(held);
            let ended = tokio::task::spawn_blocking(round).await;
            let ended = ended.unwrap_or_else(|_| Err(io::Error::other("the round failed")))?;
            Ok(ended.map(|(held, swept)| {
                *lock = Some(held);
                swept
            }))
        }
    }
}

fn tell(app: &App, swept: &Swept) {
    app.metrics
        .note_sweep(swept.removed_files, swept.kept_files, swept.kept_bytes);
    if swept.removed_files > 0 {
        tracing::info!(
            "{} pictures older than images.retention_days were removed",
            swept.removed_files
        );
    }
    if swept.behind > DAY {
        tracing::warn!(
            error.code = "images.clock",
            "the clock is {} h ahead of the time that pictures are swept by: it jumped, the hub stood still, or the object \
             store's clock is behind; fewer pictures are removed until they meet",
            swept.behind.as_secs() / 3600
        );
    }
}
