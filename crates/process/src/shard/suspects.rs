//! Records taken one at a time after an unclean take-over: one that ends the process again and again is quarantined unread.

use bordergate_model::{LoggedRecord, Offset};

use super::Shard;
use crate::Error;
use crate::commit::Patience;

/// How often a record may be begun before it is quarantined unread.
const MOST_SUSPECT_COUNT: i32 = 3;

impl Shard {
    /// Stores one record after an unclean take-over, having written down that it is about to be tried.
    pub(super) async fn store_suspect(&mut self, logged: &LoggedRecord) -> Result<(), Error> {
        let shard = self.progress.shard;
        let count = self.begun(logged.offset);
        self.mark_suspect(logged.offset, count).await?;
        if count > MOST_SUSPECT_COUNT {
            let words = format!("processing it ended the process {MOST_SUSPECT_COUNT} times");
            tracing::error!(
                "offset {} of shard {shard} is quarantined unread: {words}",
                logged.offset
            );
            self.decided.insert(
                (shard, logged.offset),
                ("record.kills_process".to_owned(), words),
            );
        }
        self.store_run(std::slice::from_ref(logged)).await
    }

    /// Returns how often the record at `offset` was begun, this time included.
    fn begun(&self, offset: Offset) -> i32 {
        match self.progress.suspect_offset {
            Some(suspect) if suspect == offset => self.progress.suspect_count + 1,
            _ => 1,
        }
    }

    /// Writes down that a record is about to be tried; an unknown outcome is no further death, so it writes the
    /// same again.
    async fn mark_suspect(&mut self, offset: Offset, count: i32) -> Result<(), Error> {
        let (shard, epoch) = (self.progress.shard, self.progress.owner_epoch);
        let mut patience = Patience::default();
        loop {
            let marked = self.tools.store.mark_suspect(shard, epoch, offset, count);
            match marked.await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(Error::Lost { shard }),
                Err(
                    error @ (bordergate_store::Error::Unreachable { .. }
                    | bordergate_store::Error::CommitUnknown { .. }),
                ) => {
                    tracing::warn!("shard {shard}: a suspect could not be marked: {error}");
                    patience.pause().await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
