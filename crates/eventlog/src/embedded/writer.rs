//! The one task that writes: it takes all appends that wait, commits them together, answers them.
//!
//! Under load the appends that came during one commit make up the next, so the disk's sync is shared.
//! A failed commit leaves none of its records behind; the connection is then opened anew.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bordergate_model::{Offset, RawRecord, Shard};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot, watch};

use super::rows::{self, Placed};
use super::{failure, file};
use crate::Error;

/// Most records of one commit; also how many may wait before callers are held back.
const MOST_RECORDS: usize = 1024;

/// An append that waits for its commit.
struct Append {
    shard: Shard,
    record: RawRecord,
    answer: oneshot::Sender<Result<Offset, Error>>,
}

/// Handle to the writing task, which ends after the last append once this is dropped.
pub(super) struct Writer {
    appends: mpsc::Sender<Append>,
    ends: Arc<[watch::Sender<Offset>]>,
}

impl Writer {
    /// Starts the task on a prepared connection; `ends` has the end of each shard, by shard.
    pub(super) fn start(path: PathBuf, connection: SqliteConnection, ends: Vec<Offset>) -> Self {
        let ends: Arc<[watch::Sender<Offset>]> = ends.into_iter().map(watch::Sender::new).collect();
        let (appends, waiting) = mpsc::channel(MOST_RECORDS);
        let task = Task {
            path,
            connection: Some(connection),
            ends: Arc::clone(&ends),
        };
        // A task of its own: callers that hang up cannot cut a commit short.
        tokio::spawn(task.run(waiting));
        Self { appends, ends }
    }

    /// Appends a record and returns its offset once it is on disk.
    pub(super) async fn append(&self, shard: Shard, record: RawRecord) -> Result<Offset, Error> {
        let (answer, answered) = oneshot::channel();
        let append = Append {
            shard,
            record,
            answer,
        };
        self.appends.send(append).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Follows the end of a shard, which must exist.
    pub(super) fn watch(&self, shard: Shard) -> watch::Receiver<Offset> {
        self.ends[usize::from(shard)].subscribe()
    }
}

fn stopped() -> Error {
    Error::Unreachable {
        reason: "the log's writer has stopped".to_owned(),
    }
}

struct Task {
    path: PathBuf,
    connection: Option<SqliteConnection>,
    ends: Arc<[watch::Sender<Offset>]>,
}

impl Task {
    async fn run(mut self, mut waiting: mpsc::Receiver<Append>) {
        let mut group = Vec::with_capacity(MOST_RECORDS);
        while waiting.recv_many(&mut group, MOST_RECORDS).await > 0 {
            let (records, answers): (Vec<_>, Vec<_>) = group
                .drain(..)
                .map(|append| ((append.shard, append.record), append.answer))
                .unzip();
            // Whoever no longer waits for an answer has hung up; the record is kept all the same.
            match self.commit(records).await {
                Ok(committed) => {
                    for (shard, end) in committed.ends {
                        self.ends[usize::from(shard)].send_replace(end);
                    }
                    for (answer, offset) in answers.into_iter().zip(committed.offsets) {
                        let _ = answer.send(Ok(offset));
                    }
                }
                Err(error) => {
                    tracing::error!(
                        "{} appends to the log {} failed: {error}",
                        answers.len(),
                        self.path.display()
                    );
                    for answer in answers {
                        let _ = answer.send(Err(failure::of(&error)));
                    }
                }
            }
        }
    }

    async fn commit(&mut self, records: Vec<(Shard, RawRecord)>) -> Result<Committed, sqlx::Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => file::writer(&self.path)
                .await
                .map_err(|e| sqlx::Error::Protocol(e.to_string()))?,
        };
        let committed = commit(&mut connection, records).await?;
        self.connection = Some(connection);
        Ok(committed)
    }
}

struct Committed {
    /// A place for each record, in the order they were given.
    offsets: Vec<Offset>,
    /// The new end of each shard touched.
    ends: BTreeMap<Shard, Offset>,
}

async fn commit(
    connection: &mut SqliteConnection,
    records: Vec<(Shard, RawRecord)>,
) -> Result<Committed, sqlx::Error> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    let mut ends = BTreeMap::new();
    for (shard, _) in &records {
        if !ends.contains_key(shard) {
            let end: Offset =
                sqlx::query_scalar(include_str!("../../queries/shards_next_offset.sql"))
                    .bind(i64::from(*shard))
                    .fetch_one(&mut *transaction)
                    .await?;
            ends.insert(*shard, end);
        }
    }
    let mut offsets = Vec::with_capacity(records.len());
    let mut placed = Vec::with_capacity(records.len());
    for (shard, record) in records {
        let end = ends.entry(shard).or_default();
        let offset = *end;
        *end += 1;
        offsets.push(offset);
        placed.push(Placed {
            shard,
            offset,
            record,
        });
    }
    rows::insert(&mut transaction, placed).await?;
    for (shard, end) in &ends {
        sqlx::query(include_str!("../../queries/shards_advance.sql"))
            .bind(i64::from(*shard))
            .bind(*end)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(Committed { offsets, ends })
}
