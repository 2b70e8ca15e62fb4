//! One round over a bucket: pictures older than their days are removed, the others counted.
//!
//! Every hub sweeps; removing twice is removing once. Age is that of `Key::kept_since`. What time it is, is decided in
//! `reckoning`, from the clock of the hub or of the object store, whichever is behind; its last answer is kept in the
//! bucket.

use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;

use super::key::Key;
use super::{AT_ONCE, Bucket};
use crate::images::Error;
use crate::images::reckoning::{kept, read, reckon};
use crate::images::sweep::{Swept, When};

/// Written to learn what time the object store has.
const CLOCK: &str = ".clock";
/// Most names that are gathered before they are removed.
const MOST_DUE: usize = 1000;
/// Holds the time that was swept by last.
const SWEPT: &str = ".swept";

impl Bucket {
    /// Sweeps once.
    ///
    /// # Errors
    /// Those of [`Self::keep`]; pictures removed until then stay removed.
    pub(in crate::images) async fn sweep(&self, when: When) -> Result<Swept, Error> {
        let now = self.now(when).await?;
        let oldest = when.retention.and_then(|kept| now.checked_sub(kept));
        let mut swept = Swept {
            behind: when.clock.duration_since(now).unwrap_or_default(),
            ..Swept::default()
        };
        let mut listed = self.objects.list(Some(&self.prefix));
        let mut due = Vec::new();
        while let Some(found) = self.ask(self.patience, listed.try_next()).await? {
            let Some(key) = Key::parse(&self.prefix, &found.location) else {
                continue;
            };
            let since = key.kept_since(found.last_modified.into());
            if oldest.is_some_and(|oldest| since < oldest) {
                due.push(found.location);
            } else {
                swept.kept_files += 1;
                swept.kept_bytes += found.size;
            }
            if due.len() >= MOST_DUE {
                swept.removed_files += self.remove_all(std::mem::take(&mut due)).await?;
            }
        }
        swept.removed_files += self.remove_all(due).await?;
        Ok(swept)
    }

    async fn remove_all(&self, paths: Vec<Path>) -> Result<u64, Error> {
        let removals = paths
            .into_iter()
            .map(|path| async move { self.remove(&path).await });
        let all = stream::iter(removals).buffer_unordered(AT_ONCE);
        all.try_fold(0, |count, ()| async move { Ok(count + 1) })
            .await
    }

    /// Returns the time to sweep by, and keeps it for the next round.
    async fn now(&self, when: When) -> Result<SystemTime, Error> {
        let before = self.swept_by().await?;
        let theirs = self.their_clock().await?;
        // Rounds of other hubs moved the time on too.
        let passed = before.map_or(when.passed, |(_, kept_at)| {
            let passed = theirs.duration_since(kept_at).unwrap_or_default();
            passed.min(when.passed)
        });
        let now = reckon(
            before.map(|(swept, _)| swept),
            passed,
            when.clock.min(theirs),
        );
        self.put(SWEPT, kept(now).into()).await?;
        Ok(now)
    }

    /// Returns the time that was swept by last and when it was kept; `None` when there was no round yet.
    async fn swept_by(&self) -> Result<Option<(SystemTime, SystemTime)>, Error> {
        let path = self.own(SWEPT);
        let got = async {
            let got = self.objects.get(&path).await?;
            let kept_at = SystemTime::from(got.meta.last_modified);
            Ok((got.bytes().await?, kept_at))
        };
        let (text, kept_at) = match self.ask(self.patience, got).await {
            Err(Error::Expired) => return Ok(None),
            got => got?,
        };
        let swept = std::str::from_utf8(&text).ok().and_then(read);
        Ok(swept.map(|swept| (swept, kept_at)))
    }

    async fn their_clock(&self) -> Result<SystemTime, Error> {
        self.put(CLOCK, Bytes::new()).await?;
        let path = self.own(CLOCK);
        let head = self.ask(self.patience, self.objects.head(&path)).await?;
        Ok(head.last_modified.into())
    }
}
