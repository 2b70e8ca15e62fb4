//! Writing a batch, whatever the database does: unknown outcomes are resolved, trouble is waited for.

use std::time::Duration;

use bordergate_store::{Batch, Committed, Error, Store};

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Stored.
    Done,
    /// Another owner has the shard.
    Lost,
    /// The data breaks a constraint; nothing is stored.
    Refused,
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
///
/// # Errors
/// Those of the store that waiting does not mend.
pub(crate) async fn write(
    store: &dyn Store,
    batch: &Batch,
) -> Result<(Written, Option<String>), Error> {
    match store.commit(batch).await {
        Ok(Committed::Done) => Ok((Written::Done, None)),
        Ok(Committed::Fenced) => resolve(store, batch).await.map(|written| (written, None)),
        Err(Error::Refused { reason }) => Ok((Written::Refused, Some(reason))),
        Err(error @ Error::CommitUnknown { .. }) => {
            tracing::warn!("shard {}: {error}", batch.shard);
            resolve(store, batch).await.map(|written| (written, None))
        }
        Err(error @ Error::Unreachable { .. }) => {
            tracing::warn!("shard {}: {error}", batch.shard);
            Ok((Written::Retry, None))
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
