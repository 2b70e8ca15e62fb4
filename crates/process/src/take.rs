//! Taking a shard: the lease, the check that it is the same log, and the board of open crossings.

use std::time::Duration;

use bordergate_crossing::Board;
use bordergate_eventlog::{RunLimit, ShardReader};
use bordergate_model::Shard;
use bordergate_store::{Progress, Take};

use crate::Error;
use crate::registered::Registered;
use crate::tools::Tools;

/// How long to wait for the one record that proves the log is the same.
const PROOF_WAIT: Duration = Duration::from_secs(10);

/// A shard that is ours, ready to go on.
pub(crate) struct Taken {
    pub(crate) progress: Progress,
    pub(crate) is_unclean: bool,
    pub(crate) registered: Registered,
    pub(crate) board: Board,
    pub(crate) reader: Box<dyn ShardReader>,
}

/// Takes the shard; `None` while another hub holds it.
///
/// # Errors
/// [`Error::OtherLog`] and [`Error::LogMadeAnew`] when the database belongs to another log; those of
/// log and store. The lease is given back on failure.
pub(crate) async fn take(tools: &Tools, shard: Shard) -> Result<Option<Taken>, Error> {
    let log_id = tools.log.log_id().await?;
    let (progress, is_unclean) = match tools.store.take_shard(shard, tools.owner, &log_id).await? {
        Take::Held => return Ok(None),
        Take::Taken {
            progress,
            is_unclean,
        } => (progress, is_unclean),
    };
    let owner_epoch = progress.owner_epoch;
    match prepare(tools, progress, is_unclean, &log_id).await {
        Ok(taken) => Ok(Some(taken)),
        Err(error) => {
            if let Err(second) = tools.store.release(shard, owner_epoch).await {
                tracing::warn!("shard {shard} could not be given back: {second}");
            }
            Err(error)
        }
    }
}

async fn prepare(
    tools: &Tools,
    progress: Progress,
    is_unclean: bool,
    log_id: &str,
) -> Result<Taken, Error> {
    let shard = progress.shard;
    if progress.log_id != log_id {
        return Err(Error::OtherLog {
            shard,
            stored: progress.log_id,
            found: log_id.to_owned(),
        });
    }
    check_same_log(tools, &progress).await?;
    let registered = Registered::load(tools.store.as_ref(), shard, tools.router).await?;
    let mut board = Board::new(tools.rules.clone());
    if let Some(log_time) = progress.log_time {
        board = Board::resumed(tools.rules.clone(), log_time);
        let since = log_time - tools.rules.horizon();
        let loaded = tools.store.load_board(&registered.gates(), since).await?;
        board.load(loaded.crossings, loaded.unlinked, loaded.tombstones);
    }
    let reader = tools.log.open(shard, progress.next_offset).await?;
    Ok(Taken {
        progress,
        is_unclean,
        registered,
        board,
        reader,
    })
}

/// The record before the next offset must be the one that was processed there.
async fn check_same_log(tools: &Tools, progress: &Progress) -> Result<(), Error> {
    let Some(last_record_id) = progress.last_record_id else {
        return Ok(());
    };
    let (shard, offset) = (progress.shard, progress.next_offset - 1);
    let end = tools.log.end(shard).await?;
    if end < progress.next_offset {
        return Err(Error::LogMadeAnew { shard, offset });
    }
    let mut reader = tools.log.open(shard, offset).await?;
    let run = reader
        .next_run(
            RunLimit {
                records: 1,
                body_bytes: usize::MAX,
            },
            PROOF_WAIT,
        )
        .await?;
    match run.first() {
        Some(logged) if logged.offset == offset && logged.record.record_id == last_record_id => {
            Ok(())
        }
        // A hole before the next offset proves nothing; the log's identity was checked already.
        Some(logged) if logged.offset > offset => Ok(()),
        None => Ok(()),
        Some(_) => Err(Error::LogMadeAnew { shard, offset }),
    }
}
