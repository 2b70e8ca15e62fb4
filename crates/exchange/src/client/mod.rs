//! A client of a hub: what an LGSP partner's program does, with reconnecting and trying again.
//!
//! Calls that may be repeated are repeated while the failure is one that passes ([`Retry`]). Submissions and
//! acknowledgements may always be; a published record only under an idempotency key.

mod connection;
mod follow;
mod publish;
mod retry;

pub use connection::{Authorized, Bearer, Error, Settings};
pub use follow::{Follow, Page};
pub use retry::{Retry, passes};

use std::time::Duration;

use tonic::{Request, Status};

use crate::v1;
use v1::crossing_service_client::CrossingServiceClient;
use v1::exchange_service_client::ExchangeServiceClient;
use v1::indicator_service_client::IndicatorServiceClient;
use v1::ingest_service_client::IngestServiceClient;

/// Largest answer taken, in bytes.
const LARGEST_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// A client of one hub under one token; clones share the connection.
#[derive(Clone, Debug)]
pub struct Client {
    service: Authorized,
    retry: Retry,
    call_timeout: Duration,
}

impl Client {
    /// Returns a client that connects with its first call.
    ///
    /// # Errors
    /// [`Error`] when the settings name no endpoint, or hold a token or certificate that cannot be one.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            retry: settings.retry,
            call_timeout: settings.call_timeout,
            service: connection::service(settings)?,
        })
    }

    /// Returns the generated client of `ExchangeService`; its calls are made once.
    #[must_use]
    pub fn exchange_service(&self) -> ExchangeServiceClient<Authorized> {
        ExchangeServiceClient::new(self.service.clone())
            .max_decoding_message_size(LARGEST_ANSWER_BYTES)
    }

    /// Returns the generated client of `CrossingService`; its calls are made once.
    #[must_use]
    pub fn crossing_service(&self) -> CrossingServiceClient<Authorized> {
        CrossingServiceClient::new(self.service.clone())
            .max_decoding_message_size(LARGEST_ANSWER_BYTES)
    }

    /// Returns the generated client of `IndicatorService`; its calls are made once.
    #[must_use]
    pub fn indicator_service(&self) -> IndicatorServiceClient<Authorized> {
        IndicatorServiceClient::new(self.service.clone())
            .max_decoding_message_size(LARGEST_ANSWER_BYTES)
    }

    /// Returns the generated client of `IngestService`; its calls are made once.
    #[must_use]
    pub fn ingest_service(&self) -> IngestServiceClient<Authorized> {
        IngestServiceClient::new(self.service.clone())
            .max_decoding_message_size(LARGEST_ANSWER_BYTES)
    }

    /// Returns a page of the feed.
    ///
    /// # Errors
    /// The hub's status, when it does not pass.
    pub async fn pull(
        &self,
        request: &v1::PullRecordsRequest,
    ) -> Result<v1::PullRecordsResponse, Status> {
        let call = || async {
            let request = self.request(request.clone());
            self.exchange_service().pull_records(request).await
        };
        Ok(self.retry.call(call).await?.into_inner())
    }

    /// Acknowledges the feed up to a cursor.
    ///
    /// # Errors
    /// The hub's status, when it does not pass.
    pub async fn acknowledge(&self, cursor: &str) -> Result<v1::AckRecordsResponse, Status> {
        let call = || async {
            let cursor = cursor.to_owned();
            let request = self.request(v1::AckRecordsRequest { cursor });
            self.exchange_service().ack_records(request).await
        };
        Ok(self.retry.call(call).await?.into_inner())
    }

    /// Submits a batch; the hub takes each record once, however often the call is made.
    ///
    /// # Errors
    /// The hub's status, when it does not pass.
    pub async fn submit(
        &self,
        request: &v1::SubmitRecordsRequest,
    ) -> Result<v1::SubmitRecordsResponse, Status> {
        let call = || async {
            let request = self.request(request.clone());
            self.exchange_service().submit_records(request).await
        };
        Ok(self.retry.call(call).await?.into_inner())
    }

    /// Returns a reader of the feed that comes back after every broken connection.
    #[must_use]
    pub fn follow(&self, from: v1::StreamRecordsRequest) -> Follow {
        Follow::new(self.clone(), from)
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(self.call_timeout);
        request
    }
}
