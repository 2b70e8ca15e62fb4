//! Why a picture is not at hand, or cannot be kept.

use bordergate_model::Fault;
use bordergate_model::detached::Hash;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Why a picture is not at hand, or cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be written or read now; the same may work later.
    #[error("the folder of pictures: {0}")]
    Disk(#[from] std::io::Error),
    /// The object store does not answer, or not as one does; the same may work later.
    #[error("the object store of images.url does not answer: {0}")]
    Unreachable(String),
    /// An administrator must make the bucket, or name another one.
    #[error("the bucket of images.url is not there")]
    NoBucket,
    /// An administrator must mend the credentials, their rights, the region, or a clock; the object store's own word
    /// says which.
    #[error(
        "the object store of images.url refuses images.access_key_id, its secret or its rights: {0}"
    )]
    Denied(String),
    /// It was kept for `images.retention_days` and is gone.
    #[error("the picture was kept for images.retention_days and is gone")]
    Expired,
    /// What lies under the hash is something else.
    #[error("the picture was changed where it is kept")]
    Damaged,
}

impl Error {
    /// Stable label for problems and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Disk(_) => "images.disk",
            Self::Unreachable(_) => "images.unreachable",
            Self::NoBucket => "images.bucket",
            Self::Denied(_) => "images.denied",
            Self::Expired => "images.expired",
            Self::Damaged => "images.damaged",
        }
    }

    /// Who must act. What an administrator can mend in the object store is tried again until it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Disk(_) | Self::Unreachable(_) | Self::NoBucket | Self::Denied(_) => {
                Fault::Upstream
            }
            Self::Expired => Fault::Sender,
            Self::Damaged => Fault::Hub,
        }
    }
}

/// Returns a picture that is what its hash says.
///
/// # Errors
/// [`Error::Damaged`].
pub(super) fn undamaged(bytes: Bytes, sha256: Hash) -> Result<Bytes, Error> {
    if <Hash>::from(Sha256::digest(&bytes)) == sha256 {
        Ok(bytes)
    } else {
        Err(Error::Damaged)
    }
}
