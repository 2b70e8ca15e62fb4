//! Sending raw records: one, or many over one stream, each answered.

use std::collections::VecDeque;

use futures_util::StreamExt;
use tonic::Status;

use super::Client;
use crate::errors;
use crate::v1::publish_records_response::Result as Answer;
use crate::v1::{PublishRecordRequest, PublishRecordsRequest, RawRecord, Receipt, RecordError};

impl Client {
    /// Sends one record; tried again only when it has an idempotency key.
    ///
    /// # Errors
    /// The hub's status, when it does not pass or the record has no key.
    pub async fn publish(&self, record: &RawRecord) -> Result<Receipt, Status> {
        let call = || async {
            let record = Some(record.clone());
            let request = self.request(PublishRecordRequest { record });
            self.ingest_service().publish_record(request).await
        };
        let answer = if record.idempotency_key.is_empty() {
            call().await?
        } else {
            self.retry.call(call).await?
        };
        let receipt = answer.into_inner().receipt;
        receipt.ok_or_else(|| Status::internal("the answer has no receipt"))
    }

    /// Sends records over one stream and returns an answer for each, in their order. When the stream breaks
    /// those without an answer are sent again, so each record needs an idempotency key.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` when a record has no key; the hub's status, when it does not pass.
    pub async fn publish_all(
        &self,
        records: Vec<RawRecord>,
    ) -> Result<Vec<Result<Receipt, RecordError>>, Status> {
        if records
            .iter()
            .any(|record| record.idempotency_key.is_empty())
        {
            return Err(Status::invalid_argument("a record has no idempotency key"));
        }
        let mut answers: Vec<Option<Result<Receipt, RecordError>>> = vec![None; records.len()];
        let mut failure_count = 0;
        loop {
            let waiting: VecDeque<usize> = (0..records.len())
                .filter(|place| may_be_better(answers[*place].as_ref()))
                .collect();
            if waiting.is_empty() {
                break;
            }
            let broken = self
                .publish_once(&records, waiting, &mut answers)
                .await
                .err();
            if broken.is_none() && !answers.iter().any(|answer| may_be_better(answer.as_ref())) {
                break;
            }
            failure_count += 1;
            match broken {
                Some(status) if !super::passes(&status) => return Err(status),
                Some(status) if failure_count >= self.retry.attempts => return Err(status),
                None if failure_count >= self.retry.attempts => break,
                broken => {
                    let asked = broken.as_ref().and_then(errors::retry_after);
                    tokio::time::sleep(self.retry.wait(failure_count, asked)).await;
                }
            }
        }
        let all: Option<Vec<_>> = answers.into_iter().collect();
        all.ok_or_else(|| Status::unavailable("the stream ended before every record was answered"))
    }

    /// Sends the records at `waiting` once and notes the answers that come.
    async fn publish_once(
        &self,
        records: &[RawRecord],
        mut waiting: VecDeque<usize>,
        answers: &mut [Option<Result<Receipt, RecordError>>],
    ) -> Result<(), Status> {
        let batch: Vec<RawRecord> = waiting
            .iter()
            .map(|place| records[*place].clone())
            .collect();
        let requests = futures_util::stream::iter(batch).map(|record| PublishRecordsRequest {
            record: Some(record),
        });
        let mut stream = self
            .ingest_service()
            .publish_records(requests)
            .await?
            .into_inner();
        while let Some(message) = stream.message().await? {
            let place = waiting
                .pop_front()
                .ok_or_else(|| Status::internal("more answers than records"))?;
            answers[place] = match message.result {
                Some(Answer::Receipt(receipt)) => Some(Ok(receipt)),
                Some(Answer::Error(error)) => Some(Err(error)),
                None => return Err(Status::internal("an answer is empty")),
            };
        }
        Ok(())
    }
}

/// Tells whether sending the record (again) may give a receipt.
fn may_be_better(answer: Option<&Result<Receipt, RecordError>>) -> bool {
    match answer {
        None => true,
        Some(Ok(_)) => false,
        Some(Err(error)) => error.is_retryable,
    }
}
