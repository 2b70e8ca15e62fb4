//! How far a submission got, told from its row.

use bytes::Bytes;

use crate::text::refuse_nul;
use crate::{Error, Submission, SubmissionState};

/// The columns of a submission: hash of the body, answer, whether it began long enough ago to be stale.
pub(crate) type SubmissionTuple = (Vec<u8>, Option<Vec<u8>>, bool);

/// What a row says to another call of the same name.
#[derive(Debug)]
pub(crate) enum Standing {
    /// This.
    Is(SubmissionState),
    /// It may be taken over.
    Stale,
}

/// Reads the row.
pub(crate) fn standing(submission: &Submission, row: SubmissionTuple) -> Standing {
    let (body_sha256, answer, is_stale) = row;
    Standing::Is(match answer {
        _ if body_sha256 != submission.body_sha256 => SubmissionState::Reused,
        Some(answer) => SubmissionState::Answered {
            answer: Bytes::from(answer),
        },
        None if is_stale => return Standing::Stale,
        None => SubmissionState::UnderWay,
    })
}

/// Refuses names that hold a NUL.
///
/// # Errors
/// [`Error::Refused`].
pub(crate) fn check(submission: &Submission) -> Result<(), Error> {
    refuse_nul([
        ("partner_id", submission.partner_id.as_str()),
        ("request_id", &submission.request_id),
    ])
}

/// Returns the error for a submission that nobody began with this body.
pub(crate) fn not_begun(submission: &Submission) -> Error {
    Error::Conflict {
        code: "submission.unknown",
        reason: format!(
            "partner {} began no request {} with this body",
            submission.partner_id, submission.request_id
        ),
    }
}
