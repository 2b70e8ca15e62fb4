//! How far the day was sent, kept in the data directory, so that a demo that was killed goes on.
//!
//! Written after the receipts, so the last messages may be sent twice: under their own keys, which the
//! hub takes once.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;

/// Name of the file in the data directory.
const FILE: &str = "demo-sent.json";
/// How many messages are sent between two writings.
const EVERY: usize = 25;

/// Counts of sent messages by gate.
#[derive(Debug)]
pub struct Sent {
    path: PathBuf,
    counts: Mutex<BTreeMap<String, usize>>,
}

impl Sent {
    /// Reads what was kept; nothing was sent when there is no file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let path = dir.join(FILE);
        let counts = match fs::read(&path) {
            Ok(text) => {
                serde_json::from_slice(&text).with_context(|| path.display().to_string())?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        Ok(Self {
            path,
            counts: Mutex::new(counts),
        })
    }

    /// Returns how many of a gate's messages were sent.
    #[must_use]
    pub fn count(&self, gate_id: &str) -> usize {
        self.counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(gate_id)
            .copied()
            .unwrap_or(0)
    }

    /// Notes that a gate's messages were sent up to `count`; written now and then, and at the end.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note(&self, gate_id: &str, count: usize, is_last: bool) -> anyhow::Result<()> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let before = counts.insert(gate_id.to_owned(), count).unwrap_or(0);
        if !is_last && before / EVERY == count / EVERY {
            return Ok(());
        }
        let fresh = self.path.with_extension("new");
        let mut file = fs::File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(&*counts)?)?;
        file.sync_data()?;
        fs::rename(&fresh, &self.path)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}
