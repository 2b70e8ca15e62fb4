//! The folder: one file for each content, named by its SHA-256 and on disk before anybody relies on it.
//!
//! `ab/cd/abcd...` is written under another name, synced, renamed, and its folder synced. The same content is not
//! written again; its time is renewed, so that it is kept from then on. Several hubs may share a folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bordergate_model::detached::Hash;
use bordergate_sources::pictures::Taken;
use bytes::Bytes;
use uuid::Uuid;

use super::Error;
use super::error::undamaged;

mod round;

pub(super) use round::Round;

/// Held shared while a file's time is renewed, and alone while an old one is removed.
const RENEWING: &str = ".renewing";

/// A folder of pictures.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Names the folder; it is made when the first picture comes.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Returns where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Checks that a folder that is there can be written to; one that is not is made when the first picture comes.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn check(&self) -> io::Result<()> {
        if !self.root.exists() {
            return Ok(());
        }
        let probe = self.root.join(format!(".{}", Uuid::new_v4()));
        write(&probe, b"")?;
        fs::remove_file(probe)
    }

    /// Keeps pictures from `now` on; each is on disk when this returns. Returns how many bytes were new.
    ///
    /// # Errors
    /// [`Error::Disk`]; some may have been kept.
    pub async fn keep(&self, taken: Vec<Taken>, now: SystemTime) -> Result<u64, Error> {
        let folder = self.clone();
        let keeping = move || {
            let each = taken.iter().map(|one| folder.keep_one(one, now));
            each.sum::<io::Result<u64>>()
        };
        in_background(keeping).await
    }

    /// Returns the picture of a hash.
    ///
    /// # Errors
    /// [`Error::Expired`] when it is not there, [`Error::Damaged`] when it is not what the hash says, [`Error::Disk`].
    pub async fn get(&self, sha256: Hash) -> Result<Bytes, Error> {
        let path = self.path(&sha256);
        let read = in_background(move || fs::read(path)).await;
        let bytes = match read {
            Err(Error::Disk(error)) if error.kind() == ErrorKind::NotFound => Err(Error::Expired),
            read => read,
        }?;
        undamaged(bytes.into(), sha256)
    }

    /// Tells whether the picture of a hash is there.
    #[must_use]
    pub fn has(&self, sha256: &Hash) -> bool {
        self.path(sha256).is_file()
    }

    fn path(&self, sha256: &Hash) -> PathBuf {
        let name = hex::encode(sha256);
        self.root.join(&name[..2]).join(&name[2..4]).join(name)
    }

    fn keep_one(&self, taken: &Taken, now: SystemTime) -> io::Result<u64> {
        let path = self.path(&taken.sha256);
        if self.renew(&path, taken.bytes.len(), now)? {
            return Ok(0);
        }
        let folder = path.parent().unwrap_or(&self.root);
        make_folder(folder)?;
        replace(&path, &taken.bytes)?;
        Ok(taken.bytes.len() as u64)
    }

    /// Renews the time of a file that is there whole; tells whether it was.
    fn renew(&self, path: &Path, length: usize, now: SystemTime) -> io::Result<bool> {
        let is_whole = |file: &File| Ok::<_, io::Error>(file.metadata()?.len() == length as u64);
        if !path.is_file() {
            return Ok(false);
        }
        let renewing = self.renewing()?;
        renewing.lock_shared()?;
        let file = match OpenOptions::new().write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if !is_whole(&file)? {
            return Ok(false);
        }
        file.set_modified(now)?;
        file.sync_all()?;
        Ok(true)
    }

    /// Removes a file unless it was renewed since it was found to be older than `before`; tells whether it did.
    ///
    /// # Errors
    /// Those of the file system.
    fn remove_older(&self, path: &Path, before: SystemTime) -> io::Result<bool> {
        let renewing = self.renewing()?;
        renewing.lock()?;
        let is_old = fs::metadata(path)?.modified()? < before;
        if is_old {
            fs::remove_file(path)?;
        }
        Ok(is_old)
    }

    fn renewing(&self) -> io::Result<File> {
        open_own(&self.root.join(RENEWING))
    }
}

/// Opens a file of the hub's own in the folder, making it when it is not there.
fn open_own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    private(&mut options);
    options.open(path)
}

/// Puts `bytes` under a name at once, on disk when this returns.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let unfinished = folder.join(format!(".{}", Uuid::new_v4()));
    let written = write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    sync_folder(folder)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Pictures are personal data: only the hub's user may read them.
fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

/// Makes a folder and those above it, each on disk before the next is relied on.
fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    let above = above.unwrap_or(Path::new("."));
    make_folder(above)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        made => made?,
    }
    sync_folder(above)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let ended = tokio::task::spawn_blocking(work).await;
    let ended = ended.unwrap_or_else(|_| Err(io::Error::other("the work on the disk failed")));
    Ok(ended?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sha2::{Digest, Sha256};

    use super::*;

    fn taken(bytes: &[u8]) -> Taken {
        Taken {
            sha256: Sha256::digest(bytes).into(),
            bytes: Bytes::copy_from_slice(bytes),
        }
    }

    fn day(count: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(count * 24 * 3600)
    }

    #[tokio::test]
    async fn a_picture_is_kept_once_and_its_time_renewed() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(dir.path().join("data").join("images"));
        let (one, other) = (taken(b"one"), taken(b"other"));
        let missing = folder.get(one.sha256).await.expect_err("not kept yet");
        assert_eq!(missing.code(), "images.expired");
        let kept = folder
            .keep(vec![one.clone(), other.clone()], day(9000))
            .await;
        assert_eq!(kept.expect("kept"), 8);
        let path = folder.path(&one.sha256);
        for (came_on, before, is_removed) in
            [(9000, 9000, false), (9002, 9001, false), (9003, 9004, true)]
        {
            let new = folder.keep(vec![one.clone()], day(came_on)).await;
            assert_eq!(new.expect("kept"), 0, "it is not written again");
            assert_eq!(
                folder.remove_older(&path, day(before)).expect("looked at"),
                is_removed
            );
            assert_eq!(folder.get(one.sha256).await.is_ok(), !is_removed);
        }
        assert!(folder.has(&other.sha256));
    }

    #[tokio::test]
    async fn a_file_cut_short_is_written_again_and_a_changed_one_is_not_shown() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(dir.path().to_path_buf());
        let one = taken(b"one");
        folder
            .keep(vec![one.clone()], day(9000))
            .await
            .expect("kept");
        fs::write(folder.path(&one.sha256), b"on").expect("cut short");
        let damaged = folder
            .get(one.sha256)
            .await
            .expect_err("is not what it was");
        assert_eq!(damaged.code(), "images.damaged");
        assert_eq!(
            folder
                .keep(vec![one.clone()], day(9000))
                .await
                .expect("kept"),
            3
        );
        assert_eq!(folder.get(one.sha256).await.expect("there"), "one");
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_the_disk_s_fault() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("file");
        fs::write(&file, b"").expect("a file");
        assert!(Folder::new(file.clone()).check().is_err());
        let usable = Folder::new(dir.path().to_path_buf());
        usable.check().expect("a folder of our own");
        let error = Folder::new(file).keep(vec![taken(b"one")], day(9000)).await;
        assert_eq!(
            error.expect_err("a file is no folder").code(),
            "images.disk"
        );
    }
}
