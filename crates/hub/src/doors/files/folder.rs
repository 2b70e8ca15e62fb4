//! A watched folder on the disk: what waits in it, and how a file goes from `working/` to `done/` or `failed/`.
//!
//! Only plain files count; links are never followed. Nothing is ever written over: a name that is taken gets a number.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::settle::{Seen, is_passed_over};
use super::trouble::{Doing as _, Trouble};

/// Where a file ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Every record was accepted.
    Done,
    /// Something is wrong with the file.
    Failed,
}

impl End {
    /// Returns the subfolder's name, which is also the word in metrics.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// Subfolder of the file being worked on.
const WORKING: &str = "working";
/// Lock file in [`WORKING`]: whoever holds it watches the folder.
const LOCK: &str = ".lock";
/// The report being written, in [`WORKING`].
const REPORT: &str = ".report.json";
/// What a report's name ends with, after the file's.
const REPORT_END: &str = ".report.json";

/// Longest name of a file, in bytes, that can have a number and a report: disks take 255.
const LONGEST_NAME: usize = 255 - 12 - REPORT_END.len();

/// Most files that one look remembers: of a folder with more, the others come when these are put away.
const MOST_WAITING: usize = 10_000;

/// A folder that this process watches, alone.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Given back when dropped, also by a crash.
    _lock: File,
}

impl Folder {
    /// Checks that the folder is one and can be written; changes nothing.
    pub(super) fn check(path: &Path) -> Result<(), Trouble> {
        is_own_folder(path)?;
        for part in [WORKING, End::Done.word(), End::Failed.word()] {
            let part = path.join(part);
            if part.symlink_metadata().is_ok() {
                is_own_folder(&part)?;
            }
        }
        let probe = path.join(format!(".bordergate-{}", uuid::Uuid::new_v4()));
        File::create_new(&probe).while_to(|| format!("write into {}", path.display()))?;
        fs::remove_file(&probe).while_to(|| format!("remove {}", probe.display()))
    }

    /// Opens the folder, making its three subfolders, and takes its lock.
    ///
    /// # Errors
    /// [`Trouble::NoFolder`], [`Trouble::Held`], [`Trouble::Disk`].
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        is_own_folder(path)?;
        for part in [WORKING, End::Done.word(), End::Failed.word()] {
            let part = path.join(part);
            match fs::create_dir(&part) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => made.while_to(|| format!("make {}", part.display()))?,
            }
            is_own_folder(&part)?;
        }
        let lock_path = path.join(WORKING).join(LOCK);
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock_path)
            .while_to(|| format!("open {}", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(Trouble::Held),
            Err(TryLockError::Error(error)) => {
                Err(error).while_to(|| format!("lock {}", lock_path.display()))
            }
        }
    }

    /// Returns the plain files that wait in the folder, not more than can be remembered, passing over those that say
    /// they are not whole.
    pub(super) fn waiting(&self) -> Result<Vec<Seen>, Trouble> {
        self.plain_files(&self.path)
    }

    /// Returns the names of the files in `working/`, in order.
    pub(super) fn claimed(&self) -> Result<Vec<OsString>, Trouble> {
        let files = self.plain_files(&self.path.join(WORKING))?;
        let mut names: Vec<OsString> = files.into_iter().map(|file| file.name).collect();
        names.sort();
        Ok(names)
    }

    /// Moves a waiting file into `working/`; false when it is gone. Nobody else moves files there.
    pub(super) fn claim(&self, name: &OsStr) -> Result<bool, Trouble> {
        match fs::rename(self.path.join(name), self.working(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            moved => moved
                .while_to(|| format!("claim {}", name.display()))
                .map(|()| true),
        }
    }

    /// Returns where a claimed file is.
    pub(super) fn working(&self, name: &OsStr) -> PathBuf {
        self.path.join(WORKING).join(name)
    }

    /// Returns where the report of the file being worked on is written.
    pub(super) fn report(&self) -> PathBuf {
        self.path.join(WORKING).join(REPORT)
    }

    /// Moves a claimed file and its written report to their end; returns the name it has there.
    pub(super) fn put_away(&self, name: &OsStr, end: End) -> Result<OsString, Trouble> {
        let place = self.path.join(end.word());
        let mut number = 1;
        loop {
            let new_name = numbered(name, number);
            let mut report_name = new_name.clone();
            report_name.push(REPORT_END);
            let (file, report) = (place.join(&new_name), place.join(&report_name));
            number += 1;
            if file.symlink_metadata().is_ok() {
                continue;
            }
            // Making the report's name reserves the file's: nobody else takes it in between.
            match File::create_new(&report) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => drop(made.while_to(|| format!("make {}", report.display()))?),
            }
            fs::rename(self.report(), &report)
                .while_to(|| format!("put {} in place", report.display()))?;
            fs::rename(self.working(name), &file)
                .while_to(|| format!("put {} in place", file.display()))?;
            return Ok(new_name);
        }
    }

    fn plain_files(&self, path: &Path) -> Result<Vec<Seen>, Trouble> {
        let doing = || format!("look into {}", path.display());
        let mut found = Vec::new();
        for entry in fs::read_dir(path).while_to(doing)? {
            let entry = entry.while_to(doing)?;
            let name = entry.file_name();
            // The entry's own metadata: a link is a link, wherever it leads.
            let Ok(metadata) = entry.metadata() else {
                continue; // gone meanwhile
            };
            if found.len() == MOST_WAITING {
                break;
            }
            if metadata.is_file() && !is_passed_over(&name.to_string_lossy()) {
                found.push(Seen {
                    name,
                    bytes: metadata.len(),
                    modified_at: metadata.modified().ok(),
                    inode: metadata.ino(),
                });
            }
        }
        Ok(found)
    }
}

/// Opens a plain file to read; one that is a link by now is not found.
///
/// # Errors
/// Those of the system.
pub(super) fn open_plain(path: &Path) -> io::Result<File> {
    let named = path.symlink_metadata()?;
    let file = File::open(path)?;
    let opened = file.metadata()?;
    let is_same = (named.dev(), named.ino()) == (opened.dev(), opened.ino());
    if named.is_file() && is_same {
        Ok(file)
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

fn is_own_folder(path: &Path) -> Result<(), Trouble> {
    let metadata = path
        .symlink_metadata()
        .while_to(|| format!("look at {}", path.display()))?;
    if metadata.is_dir() {
        Ok(())
    } else {
        Err(Trouble::NoFolder {
            path: path.display().to_string(),
        })
    }
}

/// Returns the name itself, then with a number before its last ending: `a.edi`, `a.2.edi`, `a.3.edi`. A name that
/// leaves no room for what is put behind it is cut.
fn numbered(name: &OsStr, number: u32) -> OsString {
    if name.len() > LONGEST_NAME {
        let kept: String = name
            .to_string_lossy()
            .chars()
            .take(LONGEST_NAME / 4)
            .collect();
        return numbered(OsStr::new(&kept), number);
    }
    if number == 1 {
        return name.to_owned();
    }
    let path = Path::new(name);
    let mut new_name = path.file_stem().unwrap_or(name).to_owned();
    new_name.push(format!(".{number}"));
    if let Some(end) = path.extension() {
        new_name.push(".");
        new_name.push(end);
    }
    new_name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(place.path()).expect("nobody watches it");
        (place, folder)
    }

    #[test]
    fn links_and_folders_are_no_files() {
        let (place, folder) = folder();
        let outside = tempfile::NamedTempFile::new().expect("a file");
        std::os::unix::fs::symlink(outside.path(), place.path().join("link.edi")).expect("made");
        fs::create_dir(place.path().join("sub.edi")).expect("made");
        fs::write(place.path().join("plain.edi"), "x").expect("written");
        let waiting = folder.waiting().expect("read");
        let names: Vec<_> = waiting.iter().map(|file| file.name.clone()).collect();
        assert_eq!(names, ["plain.edi"]);
        assert!(open_plain(&place.path().join("link.edi")).is_err());
        assert!(open_plain(&place.path().join("plain.edi")).is_ok());
    }

    #[test]
    fn a_subfolder_that_is_a_link_is_refused() {
        let place = tempfile::tempdir().expect("a folder");
        let outside = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(outside.path(), place.path().join("done")).expect("made");
        for trouble in [
            Folder::check(place.path()).expect_err("done leads elsewhere"),
            Folder::open(place.path()).expect_err("done leads elsewhere"),
        ] {
            assert_eq!(trouble.code(), "folder.not_a_folder");
        }
    }

    #[test]
    fn a_folder_has_one_watcher() {
        let (place, folder) = folder();
        let trouble = Folder::open(place.path()).expect_err("it is watched");
        assert_eq!(trouble.code(), "folder.held");
        drop(folder);
        Folder::open(place.path()).expect("given back");
    }

    #[test]
    fn nothing_is_written_over() {
        let (place, folder) = folder();
        let done = place.path().join("done");
        for (text, expected) in [("1", "a.edi"), ("2", "a.2.edi"), ("3", "a.3.edi")] {
            fs::write(place.path().join("a.edi"), text).expect("written");
            assert!(folder.claim(OsStr::new("a.edi")).expect("moved"));
            fs::write(folder.report(), "{}").expect("written");
            let name = folder.put_away(OsStr::new("a.edi"), End::Done);
            assert_eq!(name.expect("moved"), expected);
            let kept = fs::read_to_string(done.join(expected)).expect("there");
            assert_eq!(kept, text);
            assert!(done.join(format!("{expected}.report.json")).exists());
        }
        // A name that only a report has is taken too.
        fs::write(done.join("b.edi.report.json"), "theirs").expect("written");
        fs::write(folder.working(OsStr::new("b.edi")), "x").expect("written");
        fs::write(folder.report(), "{}").expect("written");
        let name = folder.put_away(OsStr::new("b.edi"), End::Done);
        assert_eq!(name.expect("moved"), "b.2.edi");
        let theirs = fs::read_to_string(done.join("b.edi.report.json")).expect("there");
        assert_eq!(theirs, "theirs");
        let long = "x".repeat(255);
        fs::write(folder.working(OsStr::new(&long)), "x").expect("written");
        fs::write(folder.report(), "{}").expect("written");
        folder
            .put_away(OsStr::new(&long), End::Failed)
            .expect("a name that long is cut");
        assert!(!folder.claim(OsStr::new("gone.edi")).expect("no trouble"));
    }
}
