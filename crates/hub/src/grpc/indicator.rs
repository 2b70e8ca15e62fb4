//! `IndicatorService`: definitions and figures, the same as over HTTP.

use std::sync::Arc;

use bordergate_exchange::{query, v1};
use bordergate_indicators::DEFINITIONS;
use tonic::{Request, Response, Status, async_trait};
use v1::indicator_service_server::IndicatorService;

use super::failure::of_query;
use crate::api::evaluate;
use crate::app::App;

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
impl IndicatorService for Service {
    async fn list_indicators(
        &self,
        _: Request<v1::ListIndicatorsRequest>,
    ) -> Result<Response<v1::ListIndicatorsResponse>, Status> {
        let indicators = DEFINITIONS.iter().map(Into::into).collect();
        Ok(Response::new(v1::ListIndicatorsResponse { indicators }))
    }

    async fn query_indicator(
        &self,
        request: Request<v1::QueryIndicatorRequest>,
    ) -> Result<Response<v1::QueryIndicatorResponse>, Status> {
        let query = query::read(request.get_ref())?;
        let registrations = self.app.registrations.snapshot();
        let answer = evaluate::evaluate(self.app.store.as_ref(), &registrations, &query).await;
        let answer = answer.map_err(of_query)?;
        Ok(Response::new(v1::QueryIndicatorResponse {
            answer: Some((&answer).into()),
        }))
    }
}
