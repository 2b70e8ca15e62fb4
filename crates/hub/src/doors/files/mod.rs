//! Watched folders: a file that is complete is claimed, its records accepted, and it is put away with a report.
//!
//! A folder is one hub's at a time, one file after the other. A file is claimed by moving it into `working/`; a hub
//! that is killed finds it there again and sends every record under the same ids. What the file cannot help (the log
//! is away, the source is not registered) is waited for; what is wrong with the file puts it into `failed/`.

mod folder;
mod report;
mod send;
mod settle;
mod split;
mod trouble;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bordergate_model::SourceId;
use tokio::task::block_in_place;

use super::refusal::Refusal;
use super::states::State;
use crate::app::App;
use crate::config;
use folder::Folder;
use settle::Settling;
use trouble::Trouble;

/// How long a folder in trouble is left alone.
const TROUBLE_PAUSE: Duration = Duration::from_secs(2);
/// Shortest and longest time between two looks into a folder.
const LOOK_EVERY: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// Checks a folder as it lies on the disk, changing nothing.
///
/// # Errors
/// When it is no folder, is reached by a link, or cannot be written; says which.
pub fn check(path: &Path) -> anyhow::Result<()> {
    Folder::check(path).with_context(|| path.display().to_string())
}

/// Watches a folder until the hub stops.
pub async fn watch(app: Arc<App>, entry: config::Folder) {
    let state = app.doors.of(format!("folder {}", entry.path.display()));
    while !app.shutdown.is_cancelled() {
        let Err(trouble) = rounds(&app, &entry, &state).await else {
            return;
        };
        if state.set(trouble.code()) && !app.shutdown.is_cancelled() {
            tracing::warn!(
                error.code = trouble.code(),
                "folder {} waits: {trouble}",
                entry.path.display()
            );
        }
        pause(&app, TROUBLE_PAUSE).await;
    }
}

/// Looks into the folder again and again; ends well when the hub stops.
async fn rounds(app: &Arc<App>, entry: &config::Folder, state: &State) -> Result<(), Trouble> {
    let source_id = SourceId::parse(&entry.source).map_err(|_| Refusal::UnknownSource {
        source_id: entry.source.clone(),
    })?;
    let folder = block_in_place(|| Folder::open(&entry.path))?;
    let settle = Duration::from_millis(entry.settle_ms);
    let look_every = (settle / 4).clamp(LOOK_EVERY.0, LOOK_EVERY.1);
    let mut settling = Settling::new(settle);
    while !app.shutdown.is_cancelled() {
        // Left by a hub that stopped in the middle, this one or another.
        for name in block_in_place(|| folder.claimed())? {
            send::file(app, entry, &folder, &name, state).await?;
        }
        app.check_sender(&source_id)?;
        state.set(State::OPEN);
        let waiting = block_in_place(|| folder.waiting())?;
        app.metrics.set_folder_waiting(&entry.source, waiting.len());
        for name in settling.complete(waiting, Instant::now()) {
            if app.shutdown.is_cancelled() {
                return Ok(());
            }
            app.check_sender(&source_id)?;
            if block_in_place(|| folder.claim(&name))? {
                send::file(app, entry, &folder, &name, state).await?;
            }
        }
        pause(app, look_every).await;
    }
    Ok(())
}

/// Waits, but not longer than the hub runs.
async fn pause(app: &App, time: Duration) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = app.shutdown.cancelled() => {}
    }
}
