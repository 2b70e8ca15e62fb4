//! `/v1/admin/*`: registrations, tokens, logins, seeding, quarantine, unrouted records and the Kafka bridge, for administrators.
//!
//! The acts are [`crate::api::acts`]; here are rights, request bodies and answers.

mod bridge;
mod gates;
mod logins;
mod quarantine;
mod seed;
mod sources;
mod tokens;
mod unrouted;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::acts;
use crate::app::App;
use crate::doors::http::Problem;
use crate::doors::refusal::Refusal;

/// Returns the routes of every resource.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .merge(gates::routes())
        .merge(sources::routes())
        .merge(tokens::routes())
        .merge(logins::routes())
        .merge(seed::routes())
        .merge(quarantine::routes())
        .merge(unrouted::routes())
        .merge(bridge::routes())
}

/// A JSON body whose refusal is a problem that names the field.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let axum::Json(body) = axum::Json::<T>::from_request(request, state).await?;
        Ok(Self(body))
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let code = match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "request.content_type",
            StatusCode::PAYLOAD_TOO_LARGE => "request.too_large",
            _ => "request.body",
        };
        Self::new(rejection.status(), code, rejection.body_text())
    }
}

impl From<acts::Error> for Problem {
    fn from(error: acts::Error) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        match error {
            acts::Error::Field { field, allowed, .. } => {
                Self::new(StatusCode::BAD_REQUEST, code, detail).about(field, allowed)
            }
            acts::Error::Unknown { .. } => Self::not_found(code, detail),
            acts::Error::Store(error) => error.into(),
            acts::Error::Log(error) => {
                let problem = Self::from(Refusal::from(error));
                tracing::warn!(correlation.id = %problem.correlation_id, error.code = code, "an act failed: {detail}");
                problem
            }
        }
    }
}
