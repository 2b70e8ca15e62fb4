//! `[[folders]]`: folders that are watched for files, and what cannot be right about them.

use std::path::PathBuf;

use bordergate_model::SourceId;
use serde::{Deserialize, Serialize};

use super::entry::entry;

/// What of a file is one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// The whole file.
    Whole,
    /// Every line that is not empty.
    Lines,
}

entry! {
    /// A folder that is watched for files.
    Folder {
        /// Folder to watch; must be set. Its subfolders `working`, `done` and `failed` are the hub's.
        path: PathBuf = PathBuf::new(),
        /// Source under which its records are sent; must be set.
        source: String = String::new(),
        /// What is one record: `whole` (the file) or `lines` (every line that is not empty).
        split: Split = Split::Whole,
        /// Content type of the records; empty when the format needs none.
        content_type: String = String::new(),
        /// Lines at the beginning of a file that are no records, such as the names of columns; with `lines` only.
        header_lines: u64 = 0,
        /// Milliseconds for which size and time of a file must not change before it counts as complete.
        settle_ms: u64 = 2000,
    } nested {}
}

/// Returns what is wrong with the folders: key and message each. What lies on the disk is not looked at.
pub(super) fn wrong(folders: &[Folder]) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (index, folder) in folders.iter().enumerate() {
        let entry = format!("folder {} ({})", index + 1, folder.path.display());
        if folder.path.as_os_str().is_empty() {
            found.push(("folders.path", format!("{entry}: must be set")));
        }
        if SourceId::parse(&folder.source).is_err() {
            let words = format!("{entry}: {:?} cannot be a source's name", folder.source);
            found.push(("folders.source", words));
        }
        if folder.settle_ms == 0 {
            let words = format!("{entry}: must be 1 or more, or files are taken half written");
            found.push(("folders.settle_ms", words));
        }
        if folder.header_lines > 0 && folder.split == Split::Whole {
            let words = format!("{entry}: needs split = \"lines\"");
            found.push(("folders.header_lines", words));
        }
        if folders[..index]
            .iter()
            .any(|other| other.path == folder.path)
        {
            found.push(("folders.path", format!("{entry}: is watched already")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_work_is_named() {
        let good = Folder {
            path: "inbox".into(),
            source: "hn-customs".to_owned(),
            ..Folder::default()
        };
        assert_eq!(wrong(std::slice::from_ref(&good)), []);
        for (key, folder) in [
            (
                "folders.path",
                Folder {
                    path: PathBuf::new(),
                    ..good.clone()
                },
            ),
            (
                "folders.source",
                Folder {
                    source: "a/b".to_owned(),
                    ..good.clone()
                },
            ),
            (
                "folders.settle_ms",
                Folder {
                    settle_ms: 0,
                    ..good.clone()
                },
            ),
            (
                "folders.header_lines",
                Folder {
                    header_lines: 1,
                    ..good.clone()
                },
            ),
        ] {
            let found = wrong(std::slice::from_ref(&folder));
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].0, key);
        }
        assert_eq!(wrong(&[good.clone(), good])[0].0, "folders.path");
    }
}
