//! What a rule is tried on: one log that can be opened again and made to forget.

use std::sync::Arc;

use async_trait::async_trait;
use bordergate_eventlog::EventLog;
use bordergate_model::{Offset, Shard};

/// Most bytes of a body in every log under test.
pub(crate) const RECORD_BYTES: usize = 8 * 1024 * 1024;
/// Shards of every log under test.
pub(crate) const SHARDS: Shard = 4;

/// A log under test.
#[async_trait]
pub(crate) trait Bench: Send + Sync {
    /// Opens the log; the same one at each call.
    async fn open(&self) -> Arc<dyn EventLog>;
    /// Deletes the records of a shard below an offset, as retention does.
    async fn forget_below(&self, shard: Shard, offset: Offset);
}
