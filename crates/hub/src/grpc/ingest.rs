//! `IngestService`: raw records in, receipts out, one by one or as a stream.

use std::collections::BTreeMap;
use std::sync::Arc;

use bordergate_exchange::errors::Failure;
use bordergate_exchange::mapping::from_timestamp;
use bordergate_exchange::v1;
use bordergate_model::SourceId;
use futures_util::stream::FuturesOrdered;
use futures_util::{Stream, StreamExt};
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming, async_trait};
use v1::ingest_service_server::IngestService;
use v1::publish_records_response::Result as Answer;

use super::access::caller;
use super::failure::of_record;
use crate::access::Caller;
use crate::app::App;
use crate::doors::accept::Offer;
use crate::doors::refusal::Refusal;
use crate::telemetry::trace;

/// Most records of one stream that wait for the log at once.
const WAITING_RECORDS: usize = 64;
/// Most bytes of their bodies; one record more may be read.
const WAITING_BYTES: usize = 16 * 1024 * 1024;

/// The service.
pub(super) struct Service {
    app: Arc<App>,
}

impl Service {
    /// Returns the service.
    pub(super) fn new(app: &Arc<App>) -> Self {
        Self {
            app: Arc::clone(app),
        }
    }
}

#[async_trait]
impl IngestService for Service {
    async fn publish_record(
        &self,
        request: Request<v1::PublishRecordRequest>,
    ) -> Result<Response<v1::PublishRecordResponse>, Status> {
        let caller = caller(&request)?;
        let traceparent = trace::of_caller(request.metadata().as_ref());
        let offer = offer(request.into_inner().record, traceparent).map_err(in_record)?;
        let accepted = self.app.accept(&caller, offer).await.map_err(in_record)?;
        let receipt = Some(receipt(accepted));
        Ok(Response::new(v1::PublishRecordResponse { receipt }))
    }

    type PublishRecordsStream = BoxStream<v1::PublishRecordsResponse>;

    async fn publish_records(
        &self,
        request: Request<Streaming<v1::PublishRecordsRequest>>,
    ) -> Result<Response<Self::PublishRecordsStream>, Status> {
        let caller = caller(&request)?;
        let traceparent = trace::of_caller(request.metadata().as_ref());
        let answers = answers(
            Arc::clone(&self.app),
            caller,
            traceparent,
            request.into_inner(),
        );
        Ok(Response::new(Box::pin(answers)))
    }
}

/// Returns an answer for each record, in order; reads on only while few enough wait for the log.
fn answers(
    app: Arc<App>,
    caller: Caller,
    traceparent: Option<String>,
    mut incoming: Streaming<v1::PublishRecordsRequest>,
) -> impl Stream<Item = Result<v1::PublishRecordsResponse, Status>> + Send {
    async_stream::try_stream! {
        let mut waiting = FuturesOrdered::new();
        let mut waiting_bytes = 0;
        let mut broken = None;
        let mut is_ended = false;
        loop {
            let has_room = waiting.len() < WAITING_RECORDS && waiting_bytes < WAITING_BYTES;
            tokio::select! {
                biased;
                Some((result, body_bytes)) = waiting.next() => {
                    waiting_bytes -= body_bytes;
                    yield v1::PublishRecordsResponse { result: Some(result) };
                }
                message = incoming.message(), if !is_ended && has_room => match message {
                    Ok(Some(message)) => {
                        let body_bytes = message.record.as_ref().map_or(0, |record| record.body.len());
                        waiting_bytes += body_bytes;
                        let (app, caller, traceparent) = (&app, &caller, traceparent.clone());
                        waiting.push_back(async move {
                            (answer(app, caller, traceparent, message.record).await, body_bytes)
                        });
                    }
                    Ok(None) => is_ended = true,
                    // What was read before is still answered; then the stream ends as it broke.
                    Err(status) => (is_ended, broken) = (true, Some(status)),
                },
                () = app.shutdown.cancelled(), if !is_ended => {
                    (is_ended, broken) = (true, Some(Refusal::Stopping.into()));
                }
                else => break,
            }
        }
        if let Some(status) = broken {
            Err(status)?;
        }
    }
}

async fn answer(
    app: &Arc<App>,
    caller: &Caller,
    traceparent: Option<String>,
    record: Option<v1::RawRecord>,
) -> Answer {
    let accepted = match offer(record, traceparent) {
        Ok(offer) => app.accept(caller, offer).await,
        Err(refusal) => Err(refusal),
    };
    match accepted {
        Ok(accepted) => Answer::Receipt(receipt(accepted)),
        Err(refusal) => Answer::Error(of_record(&refusal, path)),
    }
}

/// Reads a record into what every door offers.
fn offer(record: Option<v1::RawRecord>, traceparent: Option<String>) -> Result<Offer, Refusal> {
    let record = record.unwrap_or_default();
    let received_at = record.received_at.as_ref();
    let received_at = received_at.map(|at| from_timestamp("received_at", at));
    let received_at = received_at.transpose().map_err(|error| Refusal::Field {
        field: "received_at",
        reason: error.to_string(),
    })?;
    Ok(Offer {
        source_id: SourceId::parse(&record.source_id).map_err(|_| Refusal::UnknownSource {
            source_id: record.source_id,
        })?,
        key: (!record.idempotency_key.is_empty()).then_some(record.idempotency_key),
        content_type: record.content_type,
        received_at,
        traceparent,
        device_headers: device_headers(record.headers)?,
        body: record.body,
    })
}

/// The device's CloudEvents headers, names in lower case, in order of name.
fn device_headers(headers: BTreeMap<String, String>) -> Result<Vec<(String, String)>, Refusal> {
    let refused = |reason| Refusal::Field {
        field: "headers",
        reason,
    };
    let mut lower = BTreeMap::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if !name.starts_with("ce-") {
            return Err(refused(format!(
                "{name:?} is no CloudEvents header (ce-...)"
            )));
        }
        if lower.insert(name.clone(), value).is_some() {
            return Err(refused(format!("{name:?} is given twice")));
        }
    }
    Ok(lower.into_iter().collect())
}

/// Returns a receipt as a message.
pub(super) fn receipt(receipt: bordergate_model::Receipt) -> v1::Receipt {
    v1::Receipt {
        record_id: receipt.record_id.to_string(),
        shard: receipt.shard.into(),
        offset: receipt.offset,
    }
}

fn path(field: &str) -> String {
    if field.is_empty() {
        "record".to_owned()
    } else {
        format!("record.{field}")
    }
}

fn in_record(refusal: Refusal) -> Failure {
    let mut failure = Failure::from(refusal);
    failure.field = failure.field.map(|field| path(&field));
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn only_cloudevents_headers_are_taken_in_lower_case() {
        let taken = device_headers(headers(&[("CE-Type", "t"), ("ce-id", "1")]));
        let expected = [
            ("ce-id".to_owned(), "1".to_owned()),
            ("ce-type".to_owned(), "t".to_owned()),
        ];
        assert_eq!(taken.expect("both are CloudEvents headers"), expected);
        for wrong in [
            headers(&[("x-forwarded-for", "1")]),
            headers(&[("ce-id", "1"), ("CE-ID", "2")]),
        ] {
            assert!(device_headers(wrong).is_err());
        }
    }

    #[test]
    fn a_record_without_a_good_source_is_refused_as_unknown() {
        let refusal = offer(None, None).expect_err("names no source");
        assert_eq!(refusal.code(), "source.unknown");
    }
}
