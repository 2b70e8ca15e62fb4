//! Reading `SubmitRecords`: what is wrong with the batch, what is wrong with one record, and under which ids the rest is logged.
//!
//! Whether a source is registered for the partner, and what its format accepts, is the door's to say.

use bordergate_model::{RecordId, SourceId};
use bytes::Bytes;
use jiff::Timestamp;
use prost::Message;
use sha2::{Digest, Sha256};
use tonic::Code;

use crate::errors::Failure;
use crate::mapping::{self, from_timestamp};
use crate::v1::{RecordError, SubmitRecordsRequest, SubmitRecordsResponse, SubmittedRecord};

/// Longest request id, in characters.
pub const REQUEST_ID_CHARS: usize = 128;
/// Most records of one batch.
pub const RECORDS: usize = 1000;

/// A batch that can be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// The partner's name for the batch.
    pub request_id: String,
    /// SHA-256 of the request without its id: another batch under the same id is found out by it.
    pub body_sha256: [u8; 32],
    /// One per record, in the order of the request: what to log, or why not.
    pub records: Vec<Result<Record, RecordError>>,
}

/// A record to log.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The source it is sent under.
    pub source_id: SourceId,
    /// The key under which the door derives its id; every retry gives the same.
    pub key: String,
    /// The content type as sent.
    pub content_type: String,
    /// When a replay source received it.
    pub received_at: Option<Timestamp>,
    /// The message.
    pub body: Bytes,
}

impl Record {
    /// Returns the id it is logged under: UUIDv5 of its source and its place in the request.
    #[must_use]
    pub fn record_id(&self) -> RecordId {
        RecordId::from_key(&self.source_id, &self.key)
    }
}

/// Checks a batch.
///
/// # Errors
/// `INVALID_ARGUMENT` `submission.request_id` or `submission.records` when the batch as a whole cannot be
/// carried out; a record that cannot be is an error in its own place.
pub fn read(request: SubmitRecordsRequest) -> Result<Submission, Failure> {
    let body_sha256 = body_sha256(&request);
    let request_id = request.request_id;
    let id_chars = request_id.chars().count();
    if id_chars == 0 || id_chars > REQUEST_ID_CHARS || request_id.chars().any(char::is_control) {
        let message = format!(
            "request_id must have 1 to {REQUEST_ID_CHARS} characters and no control character"
        );
        let failure = Failure::new(Code::InvalidArgument, "submission.request_id", message);
        return Err(failure.field("request_id"));
    }
    let record_count = request.records.len();
    if record_count == 0 || record_count > RECORDS {
        let message = format!("a batch has 1 to {RECORDS} records, not {record_count}");
        let failure = Failure::new(Code::InvalidArgument, "submission.records", message);
        return Err(failure.field("records"));
    }
    let records = request.records.into_iter().enumerate();
    let records = records.map(|(index, record)| read_record(&request_id, index, record));
    Ok(Submission {
        body_sha256,
        records: records.collect(),
        request_id,
    })
}

fn read_record(
    request_id: &str,
    index: usize,
    record: SubmittedRecord,
) -> Result<Record, RecordError> {
    let refused = |field: &str, code: &str, message: String| RecordError {
        field: field_path(index, field),
        code: code.to_owned(),
        message,
        is_retryable: false,
    };
    let source_id = SourceId::parse(&record.source_id)
        .map_err(|error| refused("source_id", error.code(), error.to_string()))?;
    let received_at = record.received_at.as_ref();
    let received_at = received_at.map(|at| from_timestamp("received_at", at));
    let received_at = received_at
        .transpose()
        .map_err(|error| refused("received_at", error.code(), error.to_string()))?;
    Ok(Record {
        source_id,
        key: format!("submission\n{request_id}\n{index}"),
        content_type: record.content_type,
        received_at,
        body: record.body,
    })
}

/// Returns the answer as it is stored, so that the same request gets the same answer again.
#[must_use]
pub fn stored(answer: &SubmitRecordsResponse) -> Vec<u8> {
    answer.encode_to_vec()
}

/// Reads an answer that [`stored`] wrote.
///
/// # Errors
/// [`mapping::Error::Bytes`] when the bytes are none.
pub fn answer(stored: &[u8]) -> Result<SubmitRecordsResponse, mapping::Error> {
    SubmitRecordsResponse::decode(stored).map_err(|error| mapping::Error::Bytes {
        reason: error.to_string(),
    })
}

/// Returns the path of a field of one record, such as `records[3].source_id`; of the record when `field` is empty.
#[must_use]
pub fn field_path(index: usize, field: &str) -> String {
    if field.is_empty() {
        format!("records[{index}]")
    } else {
        format!("records[{index}].{field}")
    }
}

/// The request is hashed as this program writes it, whatever the order of fields on the wire.
fn body_sha256(request: &SubmitRecordsRequest) -> [u8; 32] {
    let mut hash = Sha256::new();
    for record in &request.records {
        hash.update(record.encode_length_delimited_to_vec());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn record(source_id: &str) -> SubmittedRecord {
        SubmittedRecord {
            source_id: source_id.to_owned(),
            content_type: "application/cloudevents+json".to_owned(),
            body: Bytes::from_static(b"{}"),
            received_at: None,
        }
    }

    fn batch(request_id: &str, records: Vec<SubmittedRecord>) -> SubmitRecordsRequest {
        SubmitRecordsRequest {
            request_id: request_id.to_owned(),
            records,
        }
    }

    #[test]
    fn a_batch_needs_a_request_id_and_records() {
        for (request_id, count, reason) in [
            (String::new(), 1, "submission.request_id"),
            ("a\nb".to_owned(), 1, "submission.request_id"),
            ("x".repeat(129), 1, "submission.request_id"),
            ("r1".to_owned(), 0, "submission.records"),
            ("r1".to_owned(), 1001, "submission.records"),
        ] {
            let failure = read(batch(&request_id, vec![record("a"); count])).expect_err(reason);
            assert_eq!(failure.reason, reason);
            assert_eq!(failure.code, Code::InvalidArgument);
        }
        assert!(read(batch(&"ñ".repeat(128), vec![record("a"); 1000])).is_ok());
    }

    #[test]
    fn a_wrong_record_is_an_error_in_its_own_place() {
        let mut timeless = record("b");
        timeless.received_at = Some(prost_types::Timestamp {
            seconds: 0,
            nanos: -5,
        });
        let submission = read(batch("r1", vec![record("a"), record("no name"), timeless]));
        let records = submission.expect("the batch is good").records;
        assert!(records[0].is_ok());
        let errors: Vec<(&str, &str)> = records[1..]
            .iter()
            .map(|record| record.as_ref().expect_err("wrong"))
            .map(|error| (error.field.as_str(), error.code.as_str()))
            .collect();
        let expected = [
            ("records[1].source_id", "id.shape"),
            ("records[2].received_at", "message.value"),
        ];
        assert_eq!(errors, expected);
    }

    #[test]
    fn a_retry_has_the_same_hash_and_record_ids_and_another_batch_another_hash() {
        let ids = |submission: &Submission| -> Vec<RecordId> {
            let records = submission.records.iter();
            records
                .map(|record| record.as_ref().expect("good").record_id())
                .collect()
        };
        let first = read(batch("r1", vec![record("a"), record("a")])).expect("good");
        let again = read(batch("r1", vec![record("a"), record("a")])).expect("good");
        assert_eq!(first.body_sha256, again.body_sha256);
        assert_eq!(ids(&first), ids(&again));
        let other_id = read(batch("r2", vec![record("a"), record("a")])).expect("good");
        assert_eq!(first.body_sha256, other_id.body_sha256);
        let other_body = read(batch("r1", vec![record("a"), record("b")])).expect("good");
        assert_ne!(first.body_sha256, other_body.body_sha256);
        let all: BTreeSet<RecordId> = [ids(&first), ids(&other_id)].concat().into_iter().collect();
        assert_eq!(all.len(), 4, "no two records share an id");
    }
}
