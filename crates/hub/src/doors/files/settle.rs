//! When a file is complete: its size and time have not changed for the settle time.
//!
//! Measured by the hub's own steady clock from one look to the next, so that neither a file server's clock nor a file
//! copied with its old time matters. A file that was renamed into place waits as long.

use std::collections::HashMap;
use std::ffi::OsString;
use std::time::{Duration, Instant, SystemTime};

/// A file as one look finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its name in the folder.
    pub(super) name: OsString,
    /// Its size in bytes.
    pub(super) bytes: u64,
    /// When it was written last, by the disk's clock; `None` when the disk does not say.
    pub(super) modified_at: Option<SystemTime>,
    /// Its number on the disk: a file put in another's place is another file.
    pub(super) inode: u64,
}

/// What is remembered of files from look to look.
#[derive(Debug)]
pub(super) struct Settling {
    settle: Duration,
    since: HashMap<OsString, (Seen, Instant)>,
}

impl Settling {
    /// Returns a memory without files.
    pub(super) fn new(settle: Duration) -> Self {
        Self {
            settle,
            since: HashMap::new(),
        }
    }

    /// Returns the names of the files that are complete, in order of name. Those that are gone are forgotten.
    pub(super) fn complete(&mut self, seen: Vec<Seen>, now: Instant) -> Vec<OsString> {
        let mut before = std::mem::take(&mut self.since);
        let mut complete = Vec::new();
        for file in seen {
            let since = match before.remove(&file.name) {
                Some((earlier, since)) if earlier == file => since,
                _ => now,
            };
            if now.duration_since(since) >= self.settle {
                complete.push(file.name.clone());
            }
            self.since.insert(file.name.clone(), (file, since));
        }
        complete.sort();
        complete
    }
}

/// Tells whether a file of this name is left alone: hidden ones, and those that say that they are not whole yet.
pub(super) fn is_passed_over(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.starts_with('.') || [".tmp", ".part"].iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(name: &str, bytes: u64, inode: u64) -> Seen {
        Seen {
            name: name.into(),
            bytes,
            modified_at: Some(SystemTime::UNIX_EPOCH),
            inode,
        }
    }

    #[test]
    fn a_file_is_complete_when_nothing_changed_for_the_settle_time() {
        let mut settling = Settling::new(Duration::from_secs(2));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        // Second of the look, size and number found then, whether it is complete.
        for (second, bytes, inode, is_complete) in [
            (0, 10, 1, false),
            (1, 20, 1, false),
            (2, 20, 1, false),
            (3, 20, 1, true),
            (4, 20, 2, false),
            (6, 20, 2, true),
        ] {
            let complete = settling.complete(vec![seen("a.edi", bytes, inode)], at(second));
            assert_eq!(!complete.is_empty(), is_complete, "second {second}");
        }
        assert!(settling.complete(Vec::new(), at(7)).is_empty());
        let back = settling.complete(vec![seen("a.edi", 20, 2)], at(9));
        assert!(back.is_empty(), "it was gone meanwhile");
    }

    #[test]
    fn files_that_say_they_are_not_whole_are_passed_over() {
        for (name, is_passed) in [
            ("a.edi", false),
            (".a.edi", true),
            ("a.edi.part", true),
            ("a.TMP", true),
            ("tmp", false),
            ("a.part.edi", false),
        ] {
            assert_eq!(is_passed_over(name), is_passed, "{name}");
        }
    }
}
