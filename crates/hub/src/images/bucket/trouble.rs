//! What an object store's refusals come to: one stable code each.
//!
//! Source: Amazon S3 API reference, "Error responses"; servers that speak S3 use the same words.

use object_store::Error as Told;

use crate::images::Error;

/// Refusals of who asks, whatever their HTTP status.
const OF_CREDENTIALS: [&str; 6] = [
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "RequestTimeTooSkewed",
    "AuthorizationHeaderMalformed",
    "InvalidToken",
];

/// Returns the error that an object store's answer, or its silence, is.
pub(super) fn error_of(told: &Told) -> Error {
    let words = told.to_string();
    let code = code_in(&words);
    match (told, code) {
        (_, Some("NoSuchBucket")) => Error::NoBucket,
        (_, Some(code)) if OF_CREDENTIALS.contains(&code) => Error::Denied(code.to_owned()),
        (Told::PermissionDenied { .. } | Told::Unauthenticated { .. }, code) => {
            Error::Denied(code.unwrap_or("no reason is given").to_owned())
        }
        (Told::NotFound { .. }, Some("NoSuchKey")) => Error::Expired,
        // Without a body, as from HEAD or a proxy that knows no such place.
        (Told::NotFound { .. }, _) => Error::NoBucket,
        _ => Error::Unreachable(words),
    }
}

/// Returns the code in the XML of a refusal; `None` when there is no such answer.
fn code_in(words: &str) -> Option<&str> {
    let (_, rest) = words.split_once("<Code>")?;
    Some(rest.split_once("</Code>")?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(code: &str) -> Box<dyn std::error::Error + Send + Sync> {
        format!("status 4xx: <Error><Code>{code}</Code><Message>no</Message></Error>").into()
    }

    fn generic(source: Box<dyn std::error::Error + Send + Sync>) -> Told {
        Told::Generic {
            store: "S3",
            source,
        }
    }

    fn not_found(source: Box<dyn std::error::Error + Send + Sync>) -> Told {
        let path = "gates/x".to_owned();
        Told::NotFound { path, source }
    }

    fn denied(source: Box<dyn std::error::Error + Send + Sync>) -> Told {
        let path = "gates/x".to_owned();
        Told::PermissionDenied { path, source }
    }

    #[test]
    fn a_refusal_is_told_by_what_must_be_mended() {
        for (told, code) in [
            (not_found(xml("NoSuchBucket")), "images.bucket"),
            (not_found("404".into()), "images.bucket"),
            (not_found(xml("NoSuchKey")), "images.expired"),
            (denied(xml("SignatureDoesNotMatch")), "images.denied"),
            (denied(xml("AccountProblem")), "images.denied"),
            (denied("403".into()), "images.denied"),
            (
                generic(xml("AuthorizationHeaderMalformed")),
                "images.denied",
            ),
            (generic(xml("SlowDown")), "images.unreachable"),
            (generic("connection refused".into()), "images.unreachable"),
        ] {
            assert_eq!(error_of(&told).code(), code, "{told}");
        }
    }
}
