//! `SubmitRecords`: a batch of a partner into the log, once, however often it is asked for.
//!
//! The row of the submission is committed before the first append, the answer after the last one. A crash in
//! between leaves the row pending; once it is stale the next call takes it over and appends again under the
//! same record ids, which the role `process` knows as duplicates.

use std::sync::Arc;
use std::time::Duration;

use bordergate_exchange::errors::Failure;
use bordergate_exchange::submission::{self, Record, Submission, field_path};
use bordergate_exchange::v1::submit_result::Result as Outcome;
use bordergate_exchange::v1::{Receipt, RecordError, SubmitRecordsResponse, SubmitResult};
use bordergate_model::Fault;
use bordergate_store::SubmissionState;

use tokio::time::Instant;
use tonic::Code;
use tracing::Instrument as _;

use super::access::partner_id;
use super::failure::{of_record, of_store};
use crate::access::Caller;
use crate::app::App;
use crate::doors::accept::Offer;
use crate::doors::refusal::Refusal;

/// After how long a pending submission is taken over.
const STALE_SECONDS: i64 = 60;
/// How long a submission is tried while the log or the database is away; then the row is left to become stale.
const TRY_FOR: Duration = Duration::from_secs(45);
/// Wait between tries.
const TRY_EVERY: Duration = Duration::from_millis(500);
/// How long a call waits for another one with the same request id.
const WAIT_FOR: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Carries a batch out, or gives the answer it was given before.
///
/// A caller that hangs up does not stop it.
///
/// # Errors
/// `ABORTED` `submission.under_way`, `INVALID_ARGUMENT` `request_id.reused`, `UNAVAILABLE` when the log or the database stays away.
pub(super) async fn submit(
    app: &Arc<App>,
    caller: Caller,
    submission: Submission,
    traceparent: Option<String>,
) -> Result<SubmitRecordsResponse, Failure> {
    let call = Call {
        app: Arc::clone(app),
        row: bordergate_store::Submission {
            partner_id: partner_id(&caller),
            request_id: submission.request_id,
            body_sha256: submission.body_sha256,
        },
        caller,
        traceparent,
        began_at: Instant::now(),
    };
    let carrying_out = call.carry_out(submission.records).in_current_span();
    let carried_out = app.tasks.spawn(carrying_out);
    let panicked = |_| {
        Failure::from(Refusal::Internal {
            code: "hub.submission_panicked",
        })
    };
    carried_out.await.map_err(panicked)?
}

/// One call.
struct Call {
    app: Arc<App>,
    caller: Caller,
    traceparent: Option<String>,
    row: bordergate_store::Submission,
    began_at: Instant,
}

impl Call {
    async fn carry_out(
        self,
        records: Vec<Result<Record, RecordError>>,
    ) -> Result<SubmitRecordsResponse, Failure> {
        if let Some(answer) = self.begin().await? {
            return Ok(answer);
        }
        // One after the other: the log must hold them in the order in which the partner told them.
        let mut results = Vec::with_capacity(records.len());
        for (index, record) in records.into_iter().enumerate() {
            results.push(self.result(index, record).await?);
        }
        let answer = SubmitRecordsResponse { results };
        self.finish(&answer).await?;
        Ok(answer)
    }

    /// Makes the row ours; returns the stored answer when there is one.
    async fn begin(&self) -> Result<Option<SubmitRecordsResponse>, Failure> {
        loop {
            let state = self
                .app
                .store
                .begin_submission(&self.row, STALE_SECONDS)
                .await;
            match state.map_err(of_store)? {
                SubmissionState::Begun { is_taken_over } => {
                    if is_taken_over {
                        tracing::warn!(
                            partner.id = self.row.partner_id,
                            "a submission left pending is taken over"
                        );
                    }
                    return Ok(None);
                }
                SubmissionState::Answered { answer } => {
                    return submission::answer(&answer).map(Some).map_err(|error| {
                        tracing::error!("a stored answer cannot be read: {error}");
                        Refusal::Internal {
                            code: "submission.corrupt",
                        }
                        .into()
                    });
                }
                SubmissionState::Reused => {
                    let message = "request_id was used for other records";
                    let failure = Failure::new(Code::InvalidArgument, "request_id.reused", message);
                    return Err(failure.field("request_id"));
                }
                SubmissionState::UnderWay if self.began_at.elapsed() >= WAIT_FOR => {
                    let message = "an earlier call with this request_id has not finished";
                    let failure = Failure::new(Code::Aborted, "submission.under_way", message);
                    return Err(failure.retry_after(Duration::from_secs(1)));
                }
                SubmissionState::UnderWay => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Returns what became of one record; fails only when the whole call must be made again.
    async fn result(
        &self,
        index: usize,
        record: Result<Record, RecordError>,
    ) -> Result<SubmitResult, Failure> {
        let outcome = match record {
            Ok(record) => match self.append(record).await {
                Ok(receipt) => Outcome::Receipt(receipt),
                Err(refusal) if refusal.fault() == Fault::Sender => {
                    Outcome::Error(of_record(&refusal, |field| field_path(index, field)))
                }
                Err(refusal) => return Err(self.given_up(refusal)),
            },
            Err(error) => Outcome::Error(error),
        };
        Ok(SubmitResult {
            result: Some(outcome),
        })
    }

    /// Appends a record, as often as it takes while there is time.
    async fn append(&self, record: Record) -> Result<Receipt, Refusal> {
        let offer = Offer {
            source_id: record.source_id,
            key: Some(record.key),
            content_type: record.content_type,
            received_at: record.received_at,
            traceparent: self.traceparent.clone(),
            device_headers: Vec::new(),
            body: record.body,
        };
        loop {
            match self.app.accept(&self.caller, offer.clone()).await {
                Ok(receipt) => return Ok(super::ingest::receipt(receipt)),
                Err(Refusal::LogAway | Refusal::ImagesAway { .. } | Refusal::StoreAway)
                    if self.has_time() =>
                {
                    tokio::time::sleep(TRY_EVERY).await;
                }
                Err(refusal) => return Err(refusal),
            }
        }
    }

    async fn finish(&self, answer: &SubmitRecordsResponse) -> Result<(), Failure> {
        let stored = submission::stored(answer);
        loop {
            match self.app.store.finish_submission(&self.row, &stored).await {
                Ok(()) => return Ok(()),
                Err(error) if error.fault() == Fault::Upstream && self.has_time() => {
                    tokio::time::sleep(TRY_EVERY).await;
                }
                Err(error) => return Err(of_store(error)),
            }
        }
    }

    fn has_time(&self) -> bool {
        self.began_at.elapsed() < TRY_FOR && !self.app.shutdown.is_cancelled()
    }

    /// The row stays pending: a retry can take it over only when it is stale.
    fn given_up(&self, refusal: Refusal) -> Failure {
        let failure = Failure::from(refusal);
        if failure.retry_after.is_none() {
            return failure;
        }
        let stale = Duration::from_secs(STALE_SECONDS.unsigned_abs());
        failure.retry_after(stale.saturating_sub(self.began_at.elapsed()))
    }
}
