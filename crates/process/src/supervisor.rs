//! Which shards this hub processes: takes what is free, drops what is lost, halts what needs a person.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bordergate_model::{Fault, Shard as ShardNumber};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::tools::Tools;
use crate::{Error, Shard};

/// How often shards held by others are asked for again.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Processes up to `most` of the shards until cancelled; returns when every shard is given up.
///
/// A shard whose task ends with a fault of the hub's is not taken again: an administrator must look
/// first, and `on_halt` is told. A task that panics counts as such.
pub async fn supervise(
    tools: Arc<Tools>,
    shards: Vec<ShardNumber>,
    most: usize,
    stop: CancellationToken,
    on_halt: impl Fn(ShardNumber, &str) + Send,
) {
    let mut tasks: HashMap<ShardNumber, JoinHandle<Result<(), Error>>> = HashMap::new();
    let mut halted: Vec<ShardNumber> = Vec::new();
    while !stop.is_cancelled() {
        for (shard, ended) in take_ended(&mut tasks).await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) if error.fault() == Fault::Hub => {
                    tracing::error!(
                        error.code = error.code(),
                        "shard {shard} is halted: {error}"
                    );
                    halted.push(shard);
                    on_halt(shard, error.code());
                }
                Ok(Err(error)) => tracing::warn!(
                    error.code = error.code(),
                    "shard {shard} is dropped: {error}"
                ),
                Err(panic) => {
                    tracing::error!("shard {shard} is halted: its task failed: {panic}");
                    halted.push(shard);
                    on_halt(shard, "shard.panicked");
                }
            }
        }
        for &shard in &shards {
            if halted.contains(&shard) {
                continue;
            }
            if tasks.len() >= most || stop.is_cancelled() {
                break;
            }
            if tasks.contains_key(&shard) {
                continue;
            }
            match Shard::take(Arc::clone(&tools), shard).await {
                Ok(Some(taken)) => {
                    let stop = stop.clone();
                    tasks.insert(shard, tokio::spawn(async move { taken.run(&stop).await }));
                }
                Ok(None) => {}
                Err(error) if error.fault() == Fault::Hub => {
                    tracing::error!(
                        error.code = error.code(),
                        "shard {shard} is halted: {error}"
                    );
                    halted.push(shard);
                    on_halt(shard, error.code());
                }
                Err(error) => tracing::warn!(
                    error.code = error.code(),
                    "shard {shard} cannot be taken now: {error}"
                ),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(ASK_EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
    for (shard, task) in tasks {
        if let Ok(Err(error)) = task.await {
            tracing::warn!("shard {shard} was not given up cleanly: {error}");
        }
    }
}

type Ended = Result<Result<(), Error>, tokio::task::JoinError>;

async fn take_ended(
    tasks: &mut HashMap<ShardNumber, JoinHandle<Result<(), Error>>>,
) -> Vec<(ShardNumber, Ended)> {
    let done: Vec<ShardNumber> = tasks
        .iter()
        .filter(|(_, task)| task.is_finished())
        .map(|(shard, _)| *shard)
        .collect();
    let mut ended = Vec::new();
    for shard in done {
        if let Some(task) = tasks.remove(&shard) {
            ended.push((shard, task.await));
        }
    }
    ended
}
