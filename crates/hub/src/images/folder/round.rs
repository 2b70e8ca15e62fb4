//! One round over a folder: pictures older than their days are removed, the others counted.
//!
//! One hub sweeps a folder, held by a lock there. Age is that of the file: when it was written, or when the same
//! picture came again. What time it is, is decided in `reckoning`; its last answer is kept in the folder.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

use super::{Folder, open_own, replace};
use crate::images::reckoning::{kept, read, reckon};
use crate::images::sweep::{Swept, When};

/// Locked by the hub that sweeps.
const SWEEPING: &str = ".sweeping";
/// Holds the time that was swept by last.
const SWEPT: &str = ".swept";

/// One round over a folder.
pub(in crate::images) struct Round {
    pub(in crate::images) folder: Folder,
    pub(in crate::images) when: When,
}

impl Round {
    /// Returns the lock that makes this the hub that sweeps, with what was done; `None` while another hub sweeps, or
    /// when there is no folder yet.
    ///
    /// # Errors
    /// Those of the file system.
    pub(in crate::images) fn run(&self, held: Option<File>) -> io::Result<Option<(File, Swept)>> {
        let root = self.folder.root();
        if !root.is_dir() {
            return Ok(None);
        }
        let lock = match held {
            Some(lock) => lock,
            None => {
                let lock = open_own(&root.join(SWEEPING))?;
                match lock.try_lock() {
                    Ok(()) => lock,
                    Err(TryLockError::WouldBlock) => return Ok(None),
                    Err(TryLockError::Error(error)) => return Err(error),
                }
            }
        };
        let now = reckon(swept_by(root), self.when.passed, self.when.clock);
        replace(&root.join(SWEPT), kept(now).as_bytes())?;
        let retention = self.when.retention;
        let oldest = retention.and_then(|retention| now.checked_sub(retention));
        let mut swept = Swept {
            behind: self.when.clock.duration_since(now).unwrap_or_default(),
            ..Swept::default()
        };
        for outer in folders(root)? {
            for inner in folders(&outer)? {
                self.leaf(&inner, oldest, &mut swept)?;
            }
        }
        Ok(Some((lock, swept)))
    }

    fn leaf(&self, path: &Path, oldest: Option<SystemTime>, swept: &mut Swept) -> io::Result<()> {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let metadata = match entry.metadata() {
                // A picture under way was renamed.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                found => found?,
            };
            let modified = metadata.modified()?;
            let is_old = oldest.filter(|oldest| modified < *oldest);
            match is_old
                .map(|oldest| self.folder.remove_older(&entry.path(), oldest))
                .transpose()?
            {
                Some(true) => swept.removed_files += 1,
                _ => {
                    swept.kept_files += 1;
                    swept.kept_bytes += metadata.len();
                }
            }
        }
        Ok(())
    }
}

fn swept_by(root: &Path) -> Option<SystemTime> {
    read(&fs::read_to_string(root.join(SWEPT)).ok()?)
}

fn folders(path: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    let entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    let paths = entries.into_iter().map(|entry| entry.path());
    Ok(paths.filter(|path| path.is_dir()).collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bordergate_sources::pictures::Taken;
    use bytes::Bytes;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::images::sweep::DAY;

    const HOUR: Duration = Duration::from_secs(3600);

    async fn keep(folder: &Folder, bytes: &'static [u8], at: SystemTime) -> Taken {
        let taken = Taken {
            sha256: Sha256::digest(bytes).into(),
            bytes: Bytes::from_static(bytes),
        };
        // The second time sets the file's time.
        for _ in 0..2 {
            folder.keep(vec![taken.clone()], at).await.expect("kept");
        }
        taken
    }

    fn round(folder: &Folder, days: u32, passed: Duration, clock: SystemTime) -> Round {
        let when = When {
            retention: When::retention(days),
            passed,
            clock,
        };
        Round {
            folder: folder.clone(),
            when,
        }
    }

    #[tokio::test]
    async fn what_is_older_than_its_days_goes_and_nothing_early_though_the_clock_jumps() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(dir.path().join("images"));
        let begun = SystemTime::UNIX_EPOCH + DAY * 20_000;
        assert!(
            round(&folder, 30, HOUR, begun)
                .run(None)
                .expect("no folder yet")
                .is_none()
        );
        let first = keep(&folder, b"first", begun).await;
        let second = keep(&folder, b"second one", begun + DAY * 10).await;
        let mut lock = None;
        for (days, passed, clock, removed, kept_bytes) in [
            (30, Duration::ZERO, begun + DAY * 20, 0, 15),
            (30, HOUR, begun + DAY * 4000, 0, 15),
            (0, DAY * 10, begun + DAY * 30, 0, 15),
            (30, HOUR, begun + DAY * 30 + HOUR, 1, 10),
            (20, HOUR, begun + DAY * 30 + HOUR * 2, 1, 0),
        ] {
            let held = round(&folder, days, passed, clock)
                .run(lock)
                .expect("swept");
            let (held, swept) = held.expect("this hub's");
            assert_eq!(
                (swept.removed_files, swept.kept_bytes),
                (removed, kept_bytes),
                "{clock:?}"
            );
            lock = Some(held);
        }
        assert!(!folder.has(&first.sha256) && !folder.has(&second.sha256));
        let other = round(&folder, 30, HOUR, begun)
            .run(None)
            .expect("looked at");
        assert!(other.is_none(), "another hub sweeps");
    }
}
