//! What an owner does beside its records: it renews its lease, appends ticks to a silent shard, shows its progress.

use std::time::{Duration, Instant};

use bordergate_model::record::TICK;
use bordergate_model::{RawRecord, RecordId, SourceId};
use bytes::Bytes;
use uuid::Uuid;

use super::Shard;
use crate::Error;

/// How often an idle owner renews its lease; well below the lease of 8 s.
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// How often `next_offset` is shown to the log's tools at most, and at least.
const SHOW_EVERY: Duration = Duration::from_secs(1);
const SHOW_AT_LEAST_EVERY: Duration = Duration::from_secs(3600);

impl Shard {
    /// What an idle owner does: renew, tick, show.
    pub(super) async fn keep_alive(&mut self) -> Result<(), Error> {
        let shard = self.progress.shard;
        if self.last_renewed.elapsed() >= RENEW_EVERY {
            match self
                .tools
                .store
                .renew(shard, self.progress.owner_epoch)
                .await
            {
                Ok(true) => self.last_renewed = Instant::now(),
                Ok(false) => return Err(Error::Lost { shard }),
                // Renewed or not: the next renewal tells whether the shard is still ours.
                Err(
                    bordergate_store::Error::Unreachable { reason }
                    | bordergate_store::Error::CommitUnknown { reason },
                ) => {
                    tracing::warn!("the lease of shard {shard} could not be renewed: {reason}");
                }
                Err(error) => return Err(error.into()),
            }
        }
        let is_silent = self
            .tools
            .limits
            .tick_after
            .is_some_and(|after| self.last_record.elapsed() >= after);
        if is_silent && !self.progress.last_is_replay {
            self.last_record = Instant::now();
            if let Err(error) = self.tools.log.append(shard, self.tick()).await {
                tracing::warn!("a tick could not be appended to shard {shard}: {error}");
            }
        }
        self.show_progress_sometimes().await;
        Ok(())
    }

    fn tick(&self) -> RawRecord {
        RawRecord {
            record_id: RecordId(Uuid::new_v4()),
            source_id: SourceId::parse("bordergate").expect("a plain name"),
            source_version: 0,
            gate_id: None,
            format: TICK.to_owned(),
            content_type: String::new(),
            received_at: self.tools.clock.now(),
            is_replay: false,
            traceparent: None,
            device_headers: Vec::new(),
            redrive_of: None,
            detached: None,
            routed_from: None,
            body: Bytes::new(),
        }
    }

    pub(super) async fn show_progress_sometimes(&mut self) {
        let since = self.last_shown.map(|shown| shown.elapsed());
        let has_moved = self.last_record.elapsed() < SHOW_EVERY * 2;
        if since
            .is_none_or(|since| (has_moved && since >= SHOW_EVERY) || since >= SHOW_AT_LEAST_EVERY)
        {
            self.show_progress().await;
        }
    }

    pub(super) async fn show_progress(&mut self) {
        self.last_shown = Some(Instant::now());
        let (shard, next_offset) = (self.progress.shard, self.progress.next_offset);
        if let Err(error) = self.tools.log.show_progress(shard, next_offset).await {
            tracing::warn!(
                "the lag of shard {shard} could not be shown to the log's tools: {error}"
            );
        }
    }
}
