//! Sending one claimed file: every record under an id of its own, the report, and where the file ends.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{self, BufReader, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bordergate_model::{Receipt, SourceId};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tokio::task::block_in_place;

use super::folder::{Folder, open_plain};
use super::report::{Head, Report};
use super::split::{Piece, Pieces};
use super::trouble::{Doing as _, Trouble};
use crate::app::App;
use crate::config;
use crate::doors::accept::Offer;
use crate::doors::own;
use crate::doors::refusal::Refusal;
use crate::doors::states::State;

/// A claimed file that was read once.
struct Claimed {
    file: File,
    bytes: u64,
    modified_at: Option<SystemTime>,
    sha256: String,
}

/// Sends a claimed file and puts it away.
///
/// # Errors
/// [`Trouble`]: the file stays claimed, to be sent again from its beginning under the same ids.
pub(super) async fn file(
    app: &Arc<App>,
    entry: &config::Folder,
    folder: &Folder,
    name: &OsStr,
    state: &State,
) -> Result<(), Trouble> {
    let path = folder.working(name);
    let mut head = Head {
        file: name.to_string_lossy().into_owned(),
        source_id: entry.source.clone(),
        split: entry.split,
        bytes: 0,
        sha256: String::new(),
        began_at: app.clock.now(),
    };
    let report = match block_in_place(|| read_once(&path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            tracing::warn!("claimed file {} is gone", path.display());
            return Ok(());
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            let mut report = begin(folder, &head)?;
            report.fault(None, "file.unreadable", error.to_string());
            report
        }
        Err(error) => return Err(error).while_to(|| format!("read {}", path.display())),
        Ok(claimed) => {
            (head.bytes, head.sha256) = (claimed.bytes, claimed.sha256.clone());
            let mut report = begin(folder, &head)?;
            records(app, entry, name, claimed, state, &mut report).await?;
            report
        }
    };
    let (end, fault_count) = block_in_place(|| report.finish(app.clock.now()))
        .while_to(|| format!("write the report on {}", path.display()))?;
    let kept_as = block_in_place(|| folder.put_away(name, end))?;
    app.metrics.count_folder_file(&entry.source, end.word());
    if fault_count > 0 {
        tracing::warn!(
            source.id = entry.source,
            "file {} has {fault_count} faults; it is in failed/, with a report",
            kept_as.display()
        );
    }
    Ok(())
}

fn begin(folder: &Folder, head: &Head) -> Result<Report, Trouble> {
    let path = folder.report();
    block_in_place(|| Report::begin(&path, head)).while_to(|| format!("write {}", path.display()))
}

/// Sends every record of the file.
async fn records(
    app: &Arc<App>,
    entry: &config::Folder,
    name: &OsStr,
    claimed: Claimed,
    state: &State,
    report: &mut Report,
) -> Result<(), Trouble> {
    let limit_bytes = app.settings.limits.record_bytes;
    let mut pieces = Pieces::new(
        BufReader::new(&claimed.file),
        entry.split,
        entry.header_lines,
        limit_bytes,
    );
    let doing = || format!("read {}", name.display());
    loop {
        let chunk = block_in_place(|| pieces.chunk()).while_to(doing)?;
        if chunk.is_empty() {
            break;
        }
        let mut offers = Vec::new();
        for Piece { line, body } in chunk {
            match body {
                Some(body) => offers.push((line, offer(entry, name, &claimed.sha256, line, body)?)),
                None => {
                    let refusal = Refusal::TooLarge { limit_bytes };
                    report.fault(line, refusal.code(), refusal.to_string());
                }
            }
        }
        let is_final = |_: &_, refusal: &Refusal| refusal.is_of_record();
        for (line, result) in own::accept_all(app, offers, state, is_final).await? {
            note(report, line, result).while_to(|| "write the report".to_owned())?;
        }
    }
    let now = claimed.file.metadata().while_to(doing)?;
    if (claimed.bytes, claimed.modified_at) != (now.len(), now.modified().ok()) {
        let words = "it was written while it was read: longer than settle_ms after the last change";
        report.fault(None, "file.changed", words.to_owned());
    }
    Ok(())
}

fn note(
    report: &mut Report,
    line: Option<u64>,
    result: Result<Receipt, Refusal>,
) -> io::Result<()> {
    match result {
        Ok(receipt) => report.accepted(line, receipt),
        Err(refusal) => {
            report.fault(line, refusal.code(), refusal.to_string());
            Ok(())
        }
    }
}

fn offer(
    entry: &config::Folder,
    name: &OsStr,
    sha256: &str,
    line: Option<u64>,
    body: Bytes,
) -> Result<Offer, Refusal> {
    Ok(Offer {
        source_id: SourceId::parse(&entry.source).map_err(|_| Refusal::UnknownSource {
            source_id: entry.source.clone(),
        })?,
        key: Some(own::key(key(name, sha256, line))),
        content_type: entry.content_type.clone(),
        received_at: None,
        traceparent: None,
        device_headers: Vec::new(),
        body,
    })
}

/// Returns the key of a record: the same file under the same name gives the same keys, another file never does.
fn key(name: &OsStr, sha256: &str, line: Option<u64>) -> String {
    let name = name.as_encoded_bytes().escape_ascii();
    format!("file/{sha256}/{}/{name}", line.unwrap_or(0))
}

/// Opens a claimed file, hashes it and goes back to its beginning.
fn read_once(path: &Path) -> io::Result<Claimed> {
    let mut file = open_plain(path)?;
    let before: Metadata = file.metadata()?;
    let mut hash = Sha256::new();
    io::copy(&mut file, &mut hash)?;
    io::Seek::rewind(&mut file)?;
    Ok(Claimed {
        bytes: before.len(),
        modified_at: before.modified().ok(),
        sha256: hex::encode(hash.finalize()),
        file,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_name_content_and_line() {
        let keys = [
            key(OsStr::new("a.edi"), "00", None),
            key(OsStr::new("b.edi"), "00", None),
            key(OsStr::new("a.edi"), "01", None),
            key(OsStr::new("a.edi"), "00", Some(1)),
            key(OsStr::new("a.edi"), "00", Some(2)),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(keys[0], key(OsStr::new("a.edi"), "00", None));
    }
}
