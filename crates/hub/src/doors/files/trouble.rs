//! What keeps a folder from being worked on, while nothing is wrong with its files.

use std::io;

use crate::doors::refusal::Refusal;

/// A reason to wait; the files stay where they are.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// The folder or a file in it cannot be read or moved now.
    #[error("cannot {doing}: {source}")]
    Disk {
        /// What was tried.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// The folder, or a part of it that is the hub's, is reached by a link or is no folder.
    #[error("{path} is no folder of its own")]
    NoFolder {
        /// Which.
        path: String,
    },
    /// Another hub watches it.
    #[error("another hub watches it")]
    Held,
    /// The door refuses whatever the file says.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Trouble {
    /// Stable label for the door's state.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Disk { .. } => "folder.disk",
            Self::NoFolder { .. } => "folder.not_a_folder",
            Self::Held => "folder.held",
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

/// Says what was being done when the disk failed.
pub(super) trait Doing<T> {
    /// Returns the value, or the trouble with `doing` in words.
    fn while_to(self, doing: impl FnOnce() -> String) -> Result<T, Trouble>;
}

impl<T> Doing<T> for io::Result<T> {
    fn while_to(self, doing: impl FnOnce() -> String) -> Result<T, Trouble> {
        self.map_err(|source| Trouble::Disk {
            doing: doing(),
            source,
        })
    }
}
