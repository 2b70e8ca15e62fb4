//! Pictures that doors take out of messages, kept beside the log by the hash of their bytes, for a time.
//!
//! What is taken out is decided in `bordergate_sources::pictures`; here it is kept, found and swept.

mod folder;
mod reckoning;
mod sweep;

pub use folder::Folder;
pub use sweep::sweep;

use bordergate_model::Fault;

/// Why a picture is not at hand.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be written or read now; the same may work later.
    #[error("the folder of pictures: {0}")]
    Disk(#[from] std::io::Error),
    /// It was kept for `images.retention_days` and is gone.
    #[error("the picture was kept for images.retention_days and is gone")]
    Expired,
    /// What lies under the hash is something else.
    #[error("the picture was changed on its disk")]
    Damaged,
}

impl Error {
    /// Stable label for problems and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Disk(_) => "images.disk",
            Self::Expired => "images.expired",
            Self::Damaged => "images.damaged",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Disk(_) => Fault::Upstream,
            Self::Expired => Fault::Sender,
            Self::Damaged => Fault::Hub,
        }
    }
}
