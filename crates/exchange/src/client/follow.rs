//! Reading the feed as it grows, over as many connections as it takes.

use std::time::Duration;

use tonic::{Status, Streaming};

use super::Client;
use crate::errors;
use crate::v1::{FeedRecord, StreamRecordsRequest, StreamRecordsResponse};

/// Longest silence of a living stream: the hub shows a sign of life every 15 s.
const SILENCE: Duration = Duration::from_secs(50);

/// The next records of the feed and the place after them.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The records, in order of sequence within each shard; at least one.
    pub records: Vec<FeedRecord>,
    /// The cursor after them: acknowledge it once they are stored.
    pub next_cursor: String,
}

/// A reader of the feed. Each record comes once, in order per shard, as long as the reader lives.
#[derive(Debug)]
pub struct Follow {
    client: Client,
    from: StreamRecordsRequest,
    stream: Option<Streaming<StreamRecordsResponse>>,
    failure_count: u32,
}

impl Follow {
    pub(super) fn new(client: Client, from: StreamRecordsRequest) -> Self {
        Self {
            client,
            from,
            stream: None,
            failure_count: 0,
        }
    }

    /// Returns the cursor after the last page; empty before the first message.
    #[must_use]
    pub fn cursor(&self) -> &str {
        &self.from.cursor
    }

    /// Waits for the next records. May be dropped and called again without losing any.
    ///
    /// # Errors
    /// The hub's status when it refuses the cursor or the caller, or when it stayed away for as long as the client tries.
    pub async fn next(&mut self) -> Result<Page, Status> {
        loop {
            match self.message().await {
                Ok(message) => {
                    self.failure_count = 0;
                    self.from.cursor.clone_from(&message.next_cursor);
                    if !message.records.is_empty() {
                        return Ok(Page {
                            records: message.records,
                            next_cursor: message.next_cursor,
                        });
                    }
                }
                Err(status) => self.outlive(status).await?,
            }
        }
    }

    async fn message(&mut self) -> Result<StreamRecordsResponse, Status> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let mut service = self.client.exchange_service();
                let opened = service.stream_records(self.from.clone()).await?;
                none.insert(opened.into_inner())
            }
        };
        let message = tokio::time::timeout(SILENCE, stream.message()).await;
        let silent = |_| Status::unavailable("the stream fell silent");
        let ended = || Status::unavailable("the stream ended");
        message.map_err(silent)??.ok_or_else(ended)
    }

    /// Waits before the stream is opened again, or gives up.
    async fn outlive(&mut self, status: Status) -> Result<(), Status> {
        self.stream = None;
        self.failure_count += 1;
        if !super::passes(&status) || self.failure_count >= self.client.retry.attempts {
            return Err(status);
        }
        let asked = errors::retry_after(&status);
        tokio::time::sleep(self.client.retry.wait(self.failure_count, asked)).await;
        Ok(())
    }
}
