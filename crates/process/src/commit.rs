//! Writing a batch, whatever the database does: unknown outcomes are resolved, trouble is waited for, and data that it refuses
//! twice is given back.

use std::time::Duration;

use bordergate_store::{Batch, Committed, Error, Store};

/// Code and words of why records cannot be stored.
pub(crate) type Refusal = (String, String);

/// What became of an attempt to store a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// Stored.
    Stored,
    /// Nothing is stored; look up and link again.
    Again,
    /// Nothing is stored, and will not be.
    Refused(Refusal),
}

/// The attempts to store one part of a run.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    patience: Patience,
    was_refused: bool,
}

impl Attempts {
    /// Waits until the next attempt may be made.
    pub(crate) async fn pause(&mut self) {
        self.patience.pause().await;
    }

    /// Writes the batch once. What the database refuses is looked up and linked again once: the look-up may have been overtaken.
    ///
    /// # Errors
    /// [`crate::Error::Lost`]; those of the store that waiting does not mend.
    pub(crate) async fn write(
        &mut self,
        store: &dyn Store,
        batch: &Batch,
    ) -> Result<Attempt, crate::Error> {
        match write(store, batch).await? {
            Written::Done => Ok(Attempt::Stored),
            Written::Lost => Err(crate::Error::Lost { shard: batch.shard }),
            Written::Retry => {
                self.pause().await;
                Ok(Attempt::Again)
            }
            Written::Refused(reason) if self.was_refused => {
                Ok(Attempt::Refused(("store.refused".to_owned(), reason)))
            }
            Written::Refused(_) => {
                self.was_refused = true;
                Ok(Attempt::Again)
            }
        }
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    /// Stored.
    Done,
    /// Another owner has the shard.
    Lost,
    /// The data breaks a constraint, which is named; nothing is stored.
    Refused(String),
    /// Nothing is stored; look up and link again.
    Retry,
}

/// Longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Grows pauses between attempts; a database that is away is asked less and less often.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    attempts: u32,
}

impl Patience {
    /// Waits for the next attempt.
    pub(crate) async fn pause(&mut self) {
        let pause = Duration::from_millis(25) * 2_u32.saturating_pow(self.attempts.min(8));
        self.attempts += 1;
        tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
    }
}

/// Writes the batch once and resolves an unknown outcome.
async fn write(store: &dyn Store, batch: &Batch) -> Result<Written, Error> {
    match store.commit(batch).await {
        Ok(Committed::Done) => Ok(Written::Done),
        Ok(Committed::Fenced) => resolve(store, batch).await,
        Err(Error::Refused { reason }) => Ok(Written::Refused(reason)),
        Err(error @ Error::CommitUnknown { .. }) => {
            tracing::warn!("shard {}: {error}", batch.shard);
            resolve(store, batch).await
        }
        Err(error @ Error::Unreachable { .. }) => {
            tracing::warn!("shard {}: {error}", batch.shard);
            Ok(Written::Retry)
        }
        Err(error) => Err(error),
    }
}

/// Finds out from the shard's row whether the batch was stored. The fence refuses our own batch too
/// when an earlier attempt got through after all.
async fn resolve(store: &dyn Store, batch: &Batch) -> Result<Written, Error> {
    let mut patience = Patience::default();
    loop {
        match store.progress(batch.shard).await {
            Ok(Some(row)) if row.owner_epoch != batch.owner_epoch => return Ok(Written::Lost),
            Ok(Some(row)) if row.next_offset == batch.next_offset => return Ok(Written::Done),
            Ok(Some(row)) if row.next_offset == batch.from_offset => return Ok(Written::Retry),
            Ok(_) => return Ok(Written::Lost),
            // The question is asked in a transaction too, whose end may be as unknown.
            Err(Error::Unreachable { .. } | Error::CommitUnknown { .. }) => patience.pause().await,
            Err(error) => return Err(error),
        }
    }
}
