//! One hub per data directory: an exclusive lock on a file that names its holder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// Name of the lock file in the data directory.
const FILE: &str = "hub.lock";

/// Who holds a data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// The command it runs, such as `serve`.
    pub command: String,
    /// Where its HTTP door is reached; absent when it has none.
    pub http: Option<String>,
}

/// The lock; given back when dropped, also by a crash.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// What was found at a data directory.
#[derive(Debug)]
pub enum Found {
    /// The lock is ours.
    Ours(Lock),
    /// Another process holds it; `None` when it has not said who it is yet.
    Held(Option<Holder>),
}

impl Lock {
    /// Takes the lock of `dir`, making the directory when it does not exist.
    ///
    /// # Errors
    /// When the directory or the file cannot be made.
    pub fn take(dir: &Path) -> anyhow::Result<Found> {
        fs::create_dir_all(dir)
            .with_context(|| format!("cannot make the data directory {}", dir.display()))?;
        let path = dir.join(FILE);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Found::Ours(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(Found::Held(holder(&path))),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }

    /// Takes the lock or fails naming the holder.
    ///
    /// # Errors
    /// When another process holds it.
    pub fn take_or_fail(dir: &Path) -> anyhow::Result<Self> {
        match Self::take(dir)? {
            Found::Ours(lock) => Ok(lock),
            Found::Held(holder) => bail!(
                "data directory {} is in use by {}",
                dir.display(),
                described(holder.as_ref())
            ),
        }
    }

    /// Writes down who holds it, for those who come later.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn sign(&mut self, command: &str, http: Option<String>) -> anyhow::Result<()> {
        let holder = Holder {
            pid: std::process::id(),
            command: command.to_owned(),
            http,
        };
        self.file.set_len(0)?;
        std::io::Seek::rewind(&mut self.file)?;
        self.file
            .write_all(serde_json::to_string(&holder)?.as_bytes())?;
        self.file.sync_data().context("cannot write the lock file")
    }
}

/// Returns words for a holder, for messages.
#[must_use]
pub fn described(holder: Option<&Holder>) -> String {
    match holder {
        Some(Holder {
            pid,
            command,
            http: Some(http),
        }) => format!("`bordergate {command}` (process {pid}, {http})"),
        Some(Holder {
            pid,
            command,
            http: None,
        }) => format!("`bordergate {command}` (process {pid})"),
        None => "another process".to_owned(),
    }
}

fn holder(path: &PathBuf) -> Option<Holder> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_hub_is_told_who_holds_the_directory() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut lock = Lock::take_or_fail(dir.path()).expect("free");
        lock.sign("serve", Some("http://127.0.0.1:8080".to_owned()))
            .expect("signed");
        let error = Lock::take_or_fail(dir.path()).expect_err("held");
        assert!(
            error
                .to_string()
                .contains(&format!("process {}", std::process::id())),
            "{error}"
        );
        drop(lock);
        assert!(Lock::take_or_fail(dir.path()).is_ok());
    }
}
