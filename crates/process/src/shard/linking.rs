//! Storing records of gates: what they need is looked up, they are linked on an overlay of the board, and written whole.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use bordergate_model::{LaneWindow, LoggedRecord};
use bordergate_store::{Error as StoreError, Found, Wanted};
use tracing::Instrument as _;

use super::Shard;
use crate::Error;
use crate::batch::{Linked, Overlay};
use crate::commit::{Attempt, Attempts, Refusal};
use crate::look_up::{look_up, wanted};
use crate::run::{ReadRecord, read_run};

impl Shard {
    /// Stores a part of a run whole, or returns why it cannot be stored.
    pub(super) async fn link_part(
        &mut self,
        part: &[LoggedRecord],
    ) -> Result<Result<(), Refusal>, Error> {
        let began = Instant::now();
        let read = read_run(&self.registered, &self.decided, part);
        let mut attempts = Attempts::default();
        // Messages whose parts are joined in this run: only linking tells which, and only then can be looked up what
        // they need. Each round brings at least one that was not known, so the rounds end.
        let mut joined: Vec<ReadRecord> = Vec::new();
        // What of lanes may not be in memory: only linking tells that too.
        let mut lanes: Vec<LaneWindow> = Vec::new();
        loop {
            let first = Wanted {
                lanes: lanes.clone(),
                ..wanted(&self.board, &self.progress, &read, &joined)
            };
            let looking = look_up(self.tools.store.as_ref(), &self.board, first);
            let found = match looking.instrument(tracing::debug_span!("look up")).await {
                Ok(found) => found,
                Err(StoreError::Unreachable { reason }) => {
                    tracing::warn!("shard {}: look-up failed: {reason}", self.progress.shard);
                    attempts.pause().await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let linked = tracing::debug_span!("link").in_scope(|| self.link(&read, found, &lanes));
            let Some(Linked {
                batch,
                board,
                joined: now_joined,
                unseen,
            }) = linked
            else {
                return Ok(Err((
                    "process.panicked".to_owned(),
                    "linking failed on this record".to_owned(),
                )));
            };
            let new = now_joined.into_iter().filter(|one| !joined.contains(one));
            let new: Vec<ReadRecord> = new.collect();
            if !new.is_empty() || !unseen.is_empty() {
                joined.extend(new);
                lanes.extend(unseen);
                continue;
            }
            let writing = attempts.write(self.tools.store.as_ref(), &batch);
            match writing.instrument(tracing::debug_span!("commit")).await? {
                Attempt::Stored => {
                    self.apply(&batch, board, &read, began.elapsed());
                    return Ok(Ok(()));
                }
                Attempt::Again => {}
                Attempt::Refused(refusal) => return Ok(Err(refusal)),
            }
        }
    }

    /// Links on an overlay; `None` when that panics, and then the board is as it was.
    fn link(&self, read: &[ReadRecord], found: Found, lanes: &[LaneWindow]) -> Option<Linked> {
        let linked = catch_unwind(AssertUnwindSafe(|| {
            let log_time = self.progress.log_time;
            let mut overlay = Overlay::new(&self.board, &self.registered, log_time, found, lanes);
            for record in read {
                overlay.take(record);
            }
            overlay.finish(&self.tools, &self.progress, read)
        }));
        linked.ok().flatten()
    }
}
