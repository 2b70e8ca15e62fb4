//! Problem details for HTTP (RFC 9457): a stable code, who must act, and an id to quote.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use uuid::Uuid;

use crate::access::Denied;
use crate::doors::refusal::Refusal;
use crate::images;

/// A problem as sent; `code` is stable, `detail` is for people.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// Stable URI of the problem's kind: `urn:bordergate:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short title of the status.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// What is wrong with this request, in words.
    pub detail: String,
    /// The parameter or field at fault; absent when none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Values that would do; absent when any of a shape would.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// Id under which the hub logged it.
    pub correlation_id: Uuid,
    #[serde(skip)]
    retry_after_seconds: Option<u32>,
}

impl Problem {
    /// Makes a problem of a status, a stable code and words.
    #[must_use]
    pub fn new(status: StatusCode, code: impl Into<String>, detail: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            kind: format!("urn:bordergate:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            parameter: None,
            allowed: Vec::new(),
            retryable: false,
            correlation_id: Uuid::new_v4(),
            retry_after_seconds: None,
        }
    }

    /// Names the parameter at fault and the values that would do.
    #[must_use]
    pub fn about(mut self, parameter: impl Into<String>, allowed: Vec<String>) -> Self {
        self.parameter = Some(parameter.into());
        self.allowed = allowed;
        self
    }

    /// Makes the problem of a bad parameter (400).
    #[must_use]
    pub fn bad_parameter(parameter: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "query.bad_value", detail).about(parameter, Vec::new())
    }

    /// Makes the problem of something that is no longer there (410).
    #[must_use]
    pub fn gone(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, code, detail)
    }

    /// Makes the problem of something that does not exist (404).
    #[must_use]
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }
}

impl From<images::Error> for Problem {
    fn from(error: images::Error) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        match error {
            images::Error::Expired => Self::gone(code, detail),
            images::Error::Damaged => {
                let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, detail);
                tracing::error!(correlation.id = %problem.correlation_id, error.code = code, "a picture was changed where it is kept");
                problem
            }
            _ => {
                let problem = Self::from(Refusal::ImagesAway { code });
                tracing::warn!(correlation.id = %problem.correlation_id, error.code = code, "a picture is not at hand: {detail}");
                problem
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status =
            StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Self::new(status, refusal.code(), refusal.to_string());
        problem.retry_after_seconds = refusal.retry_after_seconds();
        problem.retryable = problem.retry_after_seconds.is_some();
        if let Refusal::Field { field, .. } = refusal {
            problem.parameter = Some(field.to_owned());
        }
        problem
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Refusal::from(denied).into()
    }
}

impl From<bordergate_store::Error> for Problem {
    fn from(error: bordergate_store::Error) -> Self {
        if let bordergate_store::Error::Conflict { code, reason } = &error {
            let status = if code.ends_with(".unknown") {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::CONFLICT
            };
            return Self::new(status, *code, reason.clone());
        }
        let (code, reason) = (error.code(), error.to_string());
        let problem = Self::from(Refusal::from(error));
        tracing::error!(correlation.id = %problem.correlation_id, error.code = code, "a query failed: {reason}");
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        tracing::debug!(correlation.id = %self.correlation_id, problem.code = self.code, "answered {status}: {}", self.code);
        let mut response = (status, axum::Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"bordergate\""),
            );
        }
        response
    }
}
