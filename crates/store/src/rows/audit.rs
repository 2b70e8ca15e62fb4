//! The audit trail's hash chain: each row's hash covers its content and the hash of the row before.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::sha256;
use crate::moment::Moment;
use crate::text::refuse_nul;
use crate::{AuditCheck, AuditEntry, Error};

/// The hash before the first row.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// Returns the hash of a row: SHA-256 over the previous hash, the number and time (microseconds), both
/// big-endian, and the four texts, each led by its length in bytes (eight bytes, big-endian).
pub(crate) fn link(
    previous: &[u8; 32],
    audit_seq: i64,
    recorded_at: Timestamp,
    entry: &AuditEntry,
) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(audit_seq.to_be_bytes());
    hash.update(recorded_at.as_microsecond().to_be_bytes());
    for text in [&entry.actor, &entry.action, &entry.subject, &entry.purpose] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

/// The columns of a row: number, time, actor, action, subject, purpose, previous hash, hash.
pub(crate) type AuditTuple<T> = (i64, T, String, String, String, String, Vec<u8>, Vec<u8>);

/// Follows the chain, row by row from the first.
#[derive(Debug)]
pub(crate) struct Chain {
    check: AuditCheck,
}

impl Chain {
    /// Starts before the first row.
    pub(crate) fn new() -> Self {
        Self {
            check: AuditCheck {
                entry_count: 0,
                head_sha256: GENESIS,
                first_broken_seq: None,
            },
        }
    }

    /// Returns the number of the last row taken, the chain's position.
    pub(crate) fn position(&self) -> i64 {
        self.check.entry_count
    }

    /// Takes the next row; false when the chain breaks here.
    pub(crate) fn take<T: Moment>(&mut self, row: AuditTuple<T>) -> Result<bool, Error> {
        let (audit_seq, recorded_at, actor, action, subject, purpose, previous, hash) = row;
        let expected_seq = self.check.entry_count + 1;
        let entry = AuditEntry {
            actor,
            action,
            subject,
            purpose,
        };
        let expected = link(
            &self.check.head_sha256,
            expected_seq,
            recorded_at.timestamp()?,
            &entry,
        );
        let holds =
            audit_seq == expected_seq && previous == self.check.head_sha256 && hash == expected;
        if holds {
            self.check.entry_count = expected_seq;
            self.check.head_sha256 = expected;
        } else {
            self.check.first_broken_seq = Some(expected_seq);
        }
        Ok(holds)
    }

    /// Returns what was found.
    pub(crate) fn end(self) -> AuditCheck {
        self.check
    }
}

/// Reads the last row's number and hash; the chain's start when there is none.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn head(row: Option<(i64, Vec<u8>)>) -> Result<(i64, [u8; 32]), Error> {
    match row {
        Some((audit_seq, hash)) => Ok((audit_seq, sha256("audit.sha256", &hash)?)),
        None => Ok((0, GENESIS)),
    }
}

/// Refuses an entry that holds a NUL.
///
/// # Errors
/// [`Error::Refused`].
pub(crate) fn check(entry: &AuditEntry) -> Result<(), Error> {
    refuse_nul([
        ("actor", entry.actor.as_str()),
        ("action", &entry.action),
        ("subject", &entry.subject),
        ("purpose", &entry.purpose),
    ])
}

/// The columns of an entry: time, actor, action, subject, purpose.
pub(crate) type EntryTuple<T> = (T, String, String, String, String);

/// Reads an entry with its time.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn entry<T: Moment>(row: EntryTuple<T>) -> Result<(Timestamp, AuditEntry), Error> {
    let (recorded_at, actor, action, subject, purpose) = row;
    Ok((
        recorded_at.timestamp()?,
        AuditEntry {
            actor,
            action,
            subject,
            purpose,
        },
    ))
}
