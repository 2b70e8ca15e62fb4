//! The report beside a file that was put away: what it was, the receipt of each record, and what was wrong.
//!
//! Receipts go to the disk as they come: a file may have millions. Faults are listed up to a limit and all counted.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use bordergate_model::{Receipt, RecordId, Shard};
use jiff::Timestamp;
use serde::Serialize;

use super::folder::End;
use crate::config::Split;

/// Most faults that are listed.
const LISTED_FAULTS: usize = 1000;

/// What a report says of the file itself.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Head {
    /// Its name as it came.
    pub(super) file: String,
    /// The source its records were sent under.
    pub(super) source_id: String,
    /// What was one record.
    pub(super) split: Split,
    /// Its size in bytes.
    pub(super) bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal; empty when it could not be read.
    pub(super) sha256: String,
    /// When the hub began with it.
    pub(super) began_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct Accepted {
    line: Option<u64>,
    record_id: RecordId,
    shard: Shard,
    offset: i64,
}

#[derive(Debug, Serialize)]
struct Fault {
    /// Number of the line, from 1; `null` when it is about the file.
    line: Option<u64>,
    /// Stable code.
    code: &'static str,
    detail: String,
}

#[derive(Debug, Serialize)]
struct Tail<'r> {
    faults: &'r [Fault],
    accepted_count: u64,
    fault_count: u64,
    ended_at: Timestamp,
    end: &'static str,
}

/// A report being written.
#[derive(Debug)]
pub(super) struct Report {
    file: BufWriter<File>,
    accepted_count: u64,
    fault_count: u64,
    faults: Vec<Fault>,
}

impl Report {
    /// Begins a report at `path`, in place of one that was not finished.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn begin(path: &Path, head: &Head) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        let head = serde_json::to_string(head)?;
        // The head's fields, then the list of receipts: one object in the end.
        write!(file, "{},\"receipts\":[", head.trim_end_matches('}'))?;
        Ok(Self {
            file,
            accepted_count: 0,
            fault_count: 0,
            faults: Vec::new(),
        })
    }

    /// Writes the receipt of a record.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn accepted(&mut self, line: Option<u64>, receipt: Receipt) -> io::Result<()> {
        let accepted = Accepted {
            line,
            record_id: receipt.record_id,
            shard: receipt.shard,
            offset: receipt.offset,
        };
        let comma = if self.accepted_count == 0 { "" } else { "," };
        self.accepted_count += 1;
        write!(self.file, "{comma}\n{}", serde_json::to_string(&accepted)?)
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, line: Option<u64>, code: &'static str, detail: String) {
        self.fault_count += 1;
        if self.faults.len() < LISTED_FAULTS {
            self.faults.push(Fault { line, code, detail });
        }
    }

    /// Ends the report and brings it to the disk; returns where the file belongs, and how many faults it has.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn finish(mut self, ended_at: Timestamp) -> io::Result<(End, u64)> {
        let end = if self.fault_count == 0 {
            End::Done
        } else {
            End::Failed
        };
        let tail = Tail {
            faults: &self.faults,
            accepted_count: self.accepted_count,
            fault_count: self.fault_count,
            ended_at,
            end: end.word(),
        };
        let tail = serde_json::to_string(&tail)?;
        writeln!(self.file, "],\n{}", tail.trim_start_matches('{'))?;
        self.file.into_inner()?.sync_data()?;
        Ok((end, self.fault_count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bordergate_model::SourceId;
    use serde_json::Value;

    #[test]
    fn a_report_is_one_json_object_whatever_is_in_it() {
        let source = SourceId::parse("hn-customs").expect("a name");
        let at: Timestamp = "2026-11-16T07:00:00Z".parse().expect("a time");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report");
        for (accepted, faults, expected) in [(0, 0, "done"), (2, 0, "done"), (1, 1001, "failed")] {
            let head = Head {
                file: "a{}\".edi".to_owned(),
                source_id: source.to_string(),
                split: Split::Lines,
                bytes: 10,
                sha256: "00".to_owned(),
                began_at: at,
            };
            let mut report = Report::begin(&path, &head).expect("written");
            for line in 0..accepted {
                let receipt = Receipt {
                    record_id: RecordId::from_key(&source, "k"),
                    shard: 0,
                    offset: 7,
                };
                report.accepted(Some(line), receipt).expect("written");
            }
            for _ in 0..faults {
                report.fault(Some(3), "record.too_large", "too large".to_owned());
            }
            let (end, fault_count) = report.finish(at).expect("written");
            assert_eq!((end.word(), fault_count), (expected, faults));
            let text = std::fs::read_to_string(&path).expect("there");
            let value: Value = serde_json::from_str(&text).expect("one object");
            assert_eq!(value["file"], "a{}\".edi");
            let receipts = value["receipts"].as_array().expect("a list");
            assert_eq!(receipts.len() as u64, accepted);
            let listed = value["faults"].as_array().expect("a list");
            assert_eq!(listed.len() as u64, faults.min(1000));
            assert_eq!(value["fault_count"], faults);
        }
    }
}
