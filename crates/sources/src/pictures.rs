//! Pictures among the parts of a message: found, taken out for a door to keep elsewhere, put back byte by byte.
//!
//! A part is a picture by its first bytes, as readers tell it: some firmware declares every part as octet-stream.
//! Pictures written as base64 inside JSON are no parts and stay in the log. Source: DESIGN.md, "Shards and keys".

use bordergate_model::detached::{Hash, REFERENCE_BYTES, reference};
use bordergate_model::{Detached, DetachedPart, RawRecord};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::multipart::{self, Part};
use crate::{Error, form, format};

/// How pictures begin, and what they are then.
const BEGINNINGS: [(&[u8], &str); 3] = [
    (b"\xff\xd8", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"BM", "image/bmp"),
];

/// Bytes taken out of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Their SHA-256, which stands in their place.
    pub sha256: Hash,
    /// The bytes.
    pub bytes: Bytes,
}

/// A picture of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// It lies in the log with its record.
    Kept(Bytes),
    /// It was taken out.
    Detached {
        /// Under which hash.
        sha256: Hash,
        /// How large it is.
        bytes: usize,
    },
}

/// Returns the media type of a picture, `None` for bytes that do not begin as one.
#[must_use]
pub fn media_type(content: &[u8]) -> Option<&'static str> {
    let found = BEGINNINGS
        .iter()
        .find(|(start, _)| content.starts_with(start));
    found.map(|(_, media_type)| *media_type)
}

/// Takes pictures of more than `over_bytes` out of a record whose format sends them as parts, and returns the record as
/// the log shall have it with what was taken, in the body's order. The same body always gives the same answer;
/// [`rebuild`] is the inverse.
///
/// A body stays whole when readers might not read it the same afterwards: one that does not begin with a boundary, or
/// is declared as something else that the reader then looks for.
#[must_use]
pub fn detach(record: RawRecord, over_bytes: usize) -> (RawRecord, Vec<Taken>) {
    match without_pictures(&record, over_bytes) {
        Some((body, detached, taken)) => {
            let detached = Some(Box::new(detached));
            let record = RawRecord {
                detached,
                body,
                ..record
            };
            (record, taken)
        }
        None => (record, Vec::new()),
    }
}

fn without_pictures(
    record: &RawRecord,
    over_bytes: usize,
) -> Option<(Bytes, Detached, Vec<Taken>)> {
    let body = &record.body;
    if record.detached.is_some() || !is_read_by_parts(record) {
        return None;
    }
    // A reference must be shorter than what it stands for.
    let over_bytes = over_bytes.max(REFERENCE_BYTES);
    let parts = multipart::split(&record.content_type, body).ok()??;
    let is_large =
        |part: &Part<'_>| part.content.len() > over_bytes && media_type(part.content).is_some();
    let (mut rest, mut places, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    let mut copied = 0;
    for part in parts.iter().filter(|part| is_large(part)) {
        let (at, bytes) = (part.offset, part.content.len());
        rest.extend_from_slice(&body[copied..at]);
        let sha256: Hash = Sha256::digest(part.content).into();
        places.push(DetachedPart {
            at: rest.len(),
            bytes,
        });
        rest.extend_from_slice(reference(&sha256).as_bytes());
        copied = at + bytes;
        taken.push(Taken {
            sha256,
            bytes: body.slice(at..copied),
        });
    }
    if taken.is_empty() {
        return None;
    }
    rest.extend_from_slice(&body[copied..]);
    let detached = Detached {
        body_sha256: Sha256::digest(body).into(),
        parts: places,
    };
    reads_the_same(record, &parts, &rest, &detached).then(|| (Bytes::from(rest), detached, taken))
}

/// Tells whether the record's reader looks at the parts of its body and at nothing else of it.
fn is_read_by_parts(record: &RawRecord) -> bool {
    let body = &record.body;
    let begins = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    format(&record.format).is_some_and(|format| format.has_pictures)
        && begins.trim_ascii_start().starts_with(b"--")
        && !form::is_declared(&record.content_type)
}

/// Tells whether what is left splits into the same parts at the same places: a boundary that no device sends, such as
/// one with a line break in it, might be found elsewhere.
fn reads_the_same(
    record: &RawRecord,
    parts: &[Part<'_>],
    rest: &[u8],
    detached: &Detached,
) -> bool {
    let Ok(Some(again)) = multipart::split(&record.content_type, rest) else {
        return false;
    };
    let again = as_sent(again, detached);
    again.len() == parts.len()
        && parts.iter().zip(&again).all(|(before, after)| {
            let is_same = after.content == before.content
                || after.content.is_empty() && media_type(before.content).is_some();
            after.offset == before.offset && is_same
        })
}

/// Returns the parts of a record's body, at the places they had in the message as it came; those taken out are empty,
/// as images are that a device did not attach. `None` when it is no multipart body.
///
/// # Errors
/// Those of the multipart layer.
pub(crate) fn parts(record: &RawRecord) -> Result<Option<Vec<Part<'_>>>, Error> {
    let parts = multipart::split(&record.content_type, &record.body)?;
    let Some(detached) = &record.detached else {
        return Ok(parts);
    };
    Ok(parts.map(|parts| as_sent(parts, detached)))
}

fn as_sent<'a>(mut parts: Vec<Part<'a>>, detached: &Detached) -> Vec<Part<'a>> {
    let mut gone = detached.parts.iter().peekable();
    let mut gone_bytes = 0_usize;
    for part in &mut parts {
        while let Some(before) = gone.next_if(|gone| gone.at < part.offset) {
            gone_bytes = gone_bytes
                .saturating_add(before.bytes)
                .saturating_sub(REFERENCE_BYTES);
        }
        if gone.peek().is_some_and(|gone| gone.at == part.offset) {
            part.content = b"";
        }
        part.offset = part.offset.saturating_add(gone_bytes);
    }
    parts
}

/// Returns the pictures of a record in the order of its parts, those in the log and those taken out alike; empty for a
/// record without any.
#[must_use]
pub fn pictures(record: &RawRecord) -> Vec<Picture> {
    let body = &record.body;
    let parts = multipart::split(&record.content_type, body).ok().flatten();
    let detached = record.detached.iter().flat_map(|detached| &detached.parts);
    let places: Vec<&DetachedPart> = detached.collect();
    let picture = |part: &Part<'_>| {
        let taken = places.iter().find(|taken| taken.at == part.offset);
        if let Some((sha256, bytes)) =
            taken.and_then(|taken| Some((taken.sha256(body)?, taken.bytes)))
        {
            return Some(Picture::Detached { sha256, bytes });
        }
        media_type(part.content).map(|_| Picture::Kept(body.slice_ref(part.content)))
    };
    parts.iter().flatten().filter_map(picture).collect()
}

/// Returns the hashes of what was taken out of a record, in the order of the body; `None` when a reference is not where
/// the record says.
#[must_use]
pub fn taken_out(record: &RawRecord) -> Option<Vec<Hash>> {
    let detached = record.detached.iter().flat_map(|detached| &detached.parts);
    detached.map(|part| part.sha256(&record.body)).collect()
}

/// Returns the body as it came; `taken` has what was taken out, in the order of [`taken_out`]. `None` when that is not
/// what was taken out.
#[must_use]
pub fn rebuild(record: &RawRecord, taken: &[Bytes]) -> Option<Bytes> {
    let Some(detached) = &record.detached else {
        return Some(record.body.clone());
    };
    let taken_bytes: usize = taken.iter().map(Bytes::len).sum();
    let mut whole = Vec::with_capacity(record.body.len() + taken_bytes);
    let mut copied = 0;
    for (part, bytes) in detached.parts.iter().zip(taken) {
        whole.extend_from_slice(record.body.get(copied..part.at)?);
        whole.extend_from_slice(bytes);
        copied = part.at.checked_add(REFERENCE_BYTES)?;
    }
    whole.extend_from_slice(record.body.get(copied..)?);
    let is_whole = <Hash>::from(Sha256::digest(&whole)) == detached.body_sha256;
    is_whole.then(|| Bytes::from(whole))
}
