//! Reading a run of records: bytes to observations or to an outcome, without looking anything up.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bordergate_model::record::TICK;
use bordergate_model::{GateId, LoggedRecord, Observation, OutcomeKind, RawRecord};
use bordergate_sources::{Part, Read};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::registered::Registered;
use crate::tools::Decided;

/// A record as read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReadRecord {
    /// The record.
    pub(crate) logged: LoggedRecord,
    /// SHA-256 of its body as it came.
    pub(crate) body_sha256: [u8; 32],
    /// What the bytes say.
    pub(crate) content: Content,
}

/// What a record's bytes say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    /// One observation or more.
    Observations(Vec<Observation>),
    /// One part of a split message.
    Part(Part),
    /// Nothing to keep: the outcome's kind, code and, for a quarantined one, the words.
    Nothing {
        kind: OutcomeKind,
        code: String,
        detail: String,
    },
}

impl Content {
    fn quarantined(code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Nothing {
            kind: OutcomeKind::Quarantined,
            code: code.into(),
            detail: detail.into(),
        }
    }

    /// Returns the observations; empty when there are none.
    pub(crate) fn observations(&self) -> &[Observation] {
        match self {
            Self::Observations(observations) => observations,
            Self::Part(_) | Self::Nothing { .. } => &[],
        }
    }
}

/// Tells whether every registration the run needs is at hand.
pub(crate) fn knows_all(registered: &Registered, run: &[LoggedRecord]) -> bool {
    run.iter()
        .filter(|logged| logged.record.format != TICK)
        .all(|logged| {
            registered
                .source(&logged.record.source_id, logged.record.source_version)
                .is_some()
                && registered.takes(logged.record.gate_id.as_ref())
        })
}

/// Reads every record of a run, in order.
pub(crate) fn read_run(
    registered: &Registered,
    decided: &Decided,
    run: &[LoggedRecord],
) -> Vec<ReadRecord> {
    run.iter()
        .map(|logged| ReadRecord {
            logged: logged.clone(),
            body_sha256: body_sha256(&logged.record),
            content: content(registered, decided, logged),
        })
        .collect()
}

/// Returns the SHA-256 of the body as it came. The door says it where it took something out, so that the same bytes are
/// the same whatever it takes out by then.
#[must_use]
pub fn body_sha256(record: &RawRecord) -> [u8; 32] {
    match &record.detached {
        Some(detached) => detached.body_sha256,
        None => Sha256::digest(&record.body).into(),
    }
}

fn content(registered: &Registered, decided: &Decided, logged: &LoggedRecord) -> Content {
    let record = &logged.record;
    if let Some((code, detail)) = decided.get(&(logged.shard, logged.offset)) {
        return Content::quarantined(code, detail);
    }
    if record.format == TICK {
        return Content::Nothing {
            kind: OutcomeKind::Ignored,
            code: TICK.to_owned(),
            detail: String::new(),
        };
    }
    if !registered.takes(record.gate_id.as_ref()) {
        return Content::quarantined(
            "record.wrong_shard",
            "the record's gate does not belong to this shard",
        );
    }
    said(registered, logged)
}

/// Returns what the message says that `parts` make whole, all of them in order: it is read as the record's that completed
/// it, and `body_sha256` stays that of the record's own body.
pub(crate) fn joined(registered: &Registered, last: &ReadRecord, parts: &[Bytes]) -> ReadRecord {
    let mut whole = last.clone();
    let record = &mut whole.logged.record;
    let source = registered.source(&record.source_id, record.source_version);
    if let Some(body) = source.and_then(|source| bordergate_sources::join(&source.format, parts)) {
        record.body = body;
    }
    whole.content = said(registered, &whole.logged);
    whole
}

/// Reads the body with the registration that the door stamped.
fn said(registered: &Registered, logged: &LoggedRecord) -> Content {
    let record = &logged.record;
    let Some(source) = registered.source(&record.source_id, record.source_version) else {
        let detail = format!(
            "source {} has no registration version {}",
            record.source_id, record.source_version
        );
        return Content::quarantined("source.unknown_version", detail);
    };
    let logged = at_some_gate(registered, logged);
    match catch_unwind(AssertUnwindSafe(|| {
        bordergate_sources::read(&logged, source)
    })) {
        Err(_) => Content::quarantined(
            "reader.panicked",
            format!("the reader of {} failed on this record", record.format),
        ),
        Ok(Err(error)) => Content::quarantined(error.code(), error.to_string()),
        Ok(Ok(Read::Ignored { code })) => Content::Nothing {
            kind: OutcomeKind::Ignored,
            code: code.to_owned(),
            detail: String::new(),
        },
        Ok(Ok(Read::Part(part))) => Content::Part(part),
        Ok(Ok(Read::Observations(observations))) if observations.is_empty() => Content::Nothing {
            kind: OutcomeKind::Ignored,
            code: "record.says_nothing".to_owned(),
            detail: String::new(),
        },
        Ok(Ok(Read::Observations(observations))) => Content::Observations(observations),
    }
}

/// What the router reads is at no gate yet: it is read as if it were at one, which nobody ever sees.
fn at_some_gate<'l>(registered: &Registered, logged: &'l LoggedRecord) -> Cow<'l, LoggedRecord> {
    if registered.destinations().is_none() {
        return Cow::Borrowed(logged);
    }
    let mut logged = logged.clone();
    logged.record.gate_id = Some(GateId::parse("unrouted").expect("a plain name"));
    Cow::Owned(logged)
}
