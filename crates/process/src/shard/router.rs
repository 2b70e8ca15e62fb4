//! The router's shard: each record is appended again to the shard of its gate, or waits until something points to one.
//!
//! First the decision is stored, then the record is appended, then the outcome is stored. A crash in between, or a database that
//! does not answer, appends the record a second time, to the same gate; its shard finds the same id and bytes and calls it a
//! duplicate. What was decided depends on the crossings of that moment, or on a person, so a verification takes it from the
//! outcomes.

mod deciding;
mod deliver;
mod outcomes;
mod waiting;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use bordergate_model::{LoggedRecord, Offset};
use bordergate_store::{Error as StoreError, FeedShard};

use super::Shard;
use crate::Error;
use crate::commit::{Attempt, Attempts, Refusal};
use crate::route::Decision;
use crate::run::read_run;
use crate::unit::{Unit, units};

/// What the owner of the router's shard remembers; nothing of it is needed after a crash.
#[derive(Debug, Default)]
pub(super) struct Router {
    /// Records appended to their gate's shard whose outcome is not stored yet.
    appended: BTreeSet<Offset>,
    /// Waiting records that the log did not take: they are tried again when all are.
    too_large: BTreeSet<Offset>,
    /// Up to where the feed was searched for links; `None`: every waiting record is to be tried.
    searched: Option<Vec<FeedShard>>,
    looked_at: Option<Instant>,
    tried_all_at: Option<Instant>,
}

/// The log or the database does not answer now.
struct Away;

/// A unit and what was decided of it.
type Decided = (Unit, Decision);

impl Shard {
    /// Stores a part of a run of the router's shard whole, or returns why it cannot be stored.
    pub(super) async fn route_part(
        &mut self,
        part: &[LoggedRecord],
    ) -> Result<Result<(), Refusal>, Error> {
        let began = Instant::now();
        let read = read_run(&self.registered, &self.decided, part);
        let sorting = || units(&self.registered, &self.board, &read, Vec::new());
        if catch_unwind(AssertUnwindSafe(sorting)).is_err() {
            let words = "looking for its gate failed on this record".to_owned();
            return Ok(Err(("process.panicked".to_owned(), words)));
        }
        let mut attempts = Attempts::default();
        loop {
            let Ok((decided, aside)) = self.decide(&read).await? else {
                attempts.pause().await;
                continue;
            };
            let Ok(decided) = self.deliver(decided).await? else {
                attempts.pause().await;
                continue;
            };
            let batch = self.routing(&decided, &aside, part);
            match attempts.write(self.tools.store.as_ref(), &batch).await? {
                Attempt::Stored => {
                    self.router.appended.clear();
                    let board = self.board.clone();
                    self.apply(&batch, board, &read, began.elapsed());
                    return Ok(Ok(()));
                }
                Attempt::Again => {}
                Attempt::Refused(refusal) => return Ok(Err(refusal)),
            }
        }
    }
}

/// Tells a database that is away, which is asked again, from one that is wrong.
fn patiently<T>(answer: Result<T, StoreError>) -> Result<Result<T, Away>, Error> {
    match answer {
        Ok(value) => Ok(Ok(value)),
        Err(error @ (StoreError::Unreachable { .. } | StoreError::CommitUnknown { .. })) => {
            tracing::warn!("the router waits for the database: {error}");
            Ok(Err(Away))
        }
        Err(error) => Err(error.into()),
    }
}
