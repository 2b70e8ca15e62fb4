//! What goes wrong behind the gRPC door, as a status or as the answer to one record.

use std::time::Duration;

use bordergate_exchange::errors::Failure;
use bordergate_exchange::v1::RecordError;
use bordergate_model::Fault;
use tonic::{Code, Status};

use crate::access::Denied;
use crate::api::evaluate;
use crate::doors::http::Problem;
use crate::doors::refusal::Refusal;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let code = match &refusal {
            Refusal::UnknownSource { .. } | Refusal::NoSource { .. } => Code::NotFound,
            Refusal::Denied(Denied::Unauthenticated) => Code::Unauthenticated,
            Refusal::Denied(_) | Refusal::Disabled { .. } | Refusal::NotYours { .. } => {
                Code::PermissionDenied
            }
            other => match other.fault() {
                Fault::Sender => Code::InvalidArgument,
                Fault::Upstream => Code::Unavailable,
                Fault::Hub => Code::Internal,
            },
        };
        let mut failure = Self::new(code, refusal.code(), refusal.to_string());
        failure.field = field(&refusal).map(str::to_owned);
        let seconds = refusal.retry_after_seconds();
        failure.retry_after = seconds.map(|seconds| Duration::from_secs(seconds.into()));
        failure
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        Failure::from(refusal).into()
    }
}

impl From<Problem> for Failure {
    /// For what the HTTP queries decide and this door shares.
    fn from(problem: Problem) -> Self {
        let code = match problem.status {
            400 => Code::InvalidArgument,
            401 => Code::Unauthenticated,
            403 => Code::PermissionDenied,
            404 => Code::NotFound,
            503 => Code::Unavailable,
            _ => Code::Internal,
        };
        let mut failure = Self::new(code, problem.code, problem.detail);
        failure.field = problem.parameter;
        if problem.retryable {
            failure.retry_after = Some(bordergate_exchange::errors::RETRY_AFTER);
        }
        failure
    }
}

/// Returns the failure of a call whose database access failed, and logs it.
pub(super) fn of_store(error: bordergate_store::Error) -> Failure {
    tracing::error!(error.code = error.code(), "a call failed: {error}");
    Refusal::from(error).into()
}

/// Returns the failure of an indicator query.
pub(super) fn of_query(error: evaluate::Error) -> Failure {
    match error {
        evaluate::Error::Query(error) => error.into(),
        evaluate::Error::Store(error) => of_store(error),
    }
}

/// Returns the answer to a refused record; `path` gives the request's path of a record's field (of the record itself for an empty one).
pub(super) fn of_record(refusal: &Refusal, path: impl Fn(&str) -> String) -> RecordError {
    RecordError {
        field: path(field(refusal).unwrap_or_default()),
        code: refusal.code().to_owned(),
        message: refusal.to_string(),
        is_retryable: refusal.retry_after_seconds().is_some(),
    }
}

/// The field of a record that a refusal is about.
fn field(refusal: &Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::UnknownSource { .. }
        | Refusal::NoSource { .. }
        | Refusal::Ambiguous { .. }
        | Refusal::Disabled { .. }
        | Refusal::NotYours { .. }
        | Refusal::Format { .. }
        | Refusal::NoGate { .. } => "source_id",
        Refusal::Empty | Refusal::TooLarge { .. } => "body",
        Refusal::ContentType { .. } => "content_type",
        Refusal::Field { field, .. } => match *field {
            "idempotency-key" => "idempotency_key",
            "bordergate-received-at" => "received_at",
            other => other,
        },
        Refusal::Denied(_)
        // Of the HTTP door only.
        | Refusal::ContentEncoding { .. }
        | Refusal::LogAway
        | Refusal::ImagesAway { .. }
        | Refusal::StoreAway
        | Refusal::Stopping
        | Refusal::Internal { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use bordergate_exchange::errors::{reason, retry_after};

    use super::*;

    #[test]
    fn a_refusal_has_the_same_code_on_every_protocol() {
        let source_id = "cam-1".to_owned();
        for (refusal, code) in [
            (
                Refusal::UnknownSource {
                    source_id: source_id.clone(),
                },
                Code::NotFound,
            ),
            (Refusal::NotYours { source_id }, Code::PermissionDenied),
            (
                Refusal::Denied(Denied::Unauthenticated),
                Code::Unauthenticated,
            ),
            (Refusal::Denied(Denied::Forbidden), Code::PermissionDenied),
            (Refusal::Empty, Code::InvalidArgument),
            (Refusal::LogAway, Code::Unavailable),
            (
                Refusal::ImagesAway {
                    code: "images.disk",
                },
                Code::Unavailable,
            ),
            (
                Refusal::Internal {
                    code: "gate.unknown",
                },
                Code::Internal,
            ),
        ] {
            let (expected, again) = (refusal.code(), refusal.retry_after_seconds().is_some());
            let status = Status::from(refusal);
            assert_eq!(status.code(), code, "{expected}");
            assert_eq!(reason(&status).as_deref(), Some(expected));
            assert_eq!(retry_after(&status).is_some(), again, "{expected}");
        }
    }

    #[test]
    fn a_refused_record_names_its_field_as_the_contract_does() {
        let field = "bordergate-received-at";
        let refusal = Refusal::Field {
            field,
            reason: "is no time".to_owned(),
        };
        let error = of_record(&refusal, |field| format!("records[2].{field}"));
        assert_eq!(error.field, "records[2].received_at");
        assert!(!error.is_retryable);
    }
}
