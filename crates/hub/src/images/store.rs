//! Where pictures are kept, as the settings say; the rest of the hub does not ask which.

use std::time::SystemTime;

use anyhow::{Context, anyhow};
use bordergate_model::detached::Hash;
use bordergate_sources::pictures::Taken;
use bytes::Bytes;

use super::Error;
use super::bucket::Bucket;
use super::folder::Folder;
use crate::config::Settings;
use crate::doors::states::States;

/// The place where pictures are kept.
#[derive(Clone, Debug)]
pub enum Store {
    /// A folder.
    Folder(Folder),
    /// A bucket of an object store.
    Bucket(Bucket),
}

impl Store {
    /// Names the place; it is asked for nothing yet.
    ///
    /// # Errors
    /// When settings or files of a bucket cannot be used; names the key.
    pub fn open(settings: &Settings, states: &States) -> anyhow::Result<Self> {
        Ok(match &settings.images.url {
            None => Self::Folder(Folder::new(settings.images_dir())),
            Some(url) => {
                let most_bytes = settings.limits.record_bytes;
                Self::Bucket(Bucket::open(&settings.images, url, most_bytes, states)?)
            }
        })
    }

    /// Keeps pictures from `now` on; each is kept durably when this returns. Returns how many bytes were written.
    ///
    /// # Errors
    /// When the place cannot be used now; some may have been kept.
    pub async fn keep(&self, taken: Vec<Taken>, now: SystemTime) -> Result<u64, Error> {
        match self {
            Self::Folder(folder) => folder.keep(taken, now).await,
            Self::Bucket(bucket) => bucket.keep(taken, now).await,
        }
    }

    /// Returns the picture of a hash.
    ///
    /// # Errors
    /// [`Error::Expired`] when it is not there, [`Error::Damaged`] when it is not what the hash says, and when the
    /// place cannot be used now.
    pub async fn get(&self, sha256: Hash) -> Result<Bytes, Error> {
        match self {
            Self::Folder(folder) => folder.get(sha256).await,
            Self::Bucket(bucket) => bucket.get(sha256).await,
        }
    }

    /// Tells whether the picture of a hash is there.
    ///
    /// # Errors
    /// When the place cannot be used now.
    pub async fn has(&self, sha256: Hash) -> Result<bool, Error> {
        match self {
            Self::Folder(folder) => Ok(folder.has(&sha256)),
            Self::Bucket(bucket) => bucket.has(sha256).await,
        }
    }

    /// Checks that pictures can be kept.
    ///
    /// # Errors
    /// Says where they cannot be, and why.
    pub async fn check(&self) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => folder.check().with_context(|| {
                let root = folder.root().display();
                format!("images.dir: cannot write into {root}")
            }),
            Self::Bucket(bucket) => {
                let checked = bucket.check().await;
                checked.map_err(|error| anyhow!("images.url: {}: {error}", error.code()))
            }
        }
    }
}
