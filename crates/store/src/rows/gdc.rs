//! Services and questions of the poller of container lists, from and into their columns.

use std::time::Duration;

use bordergate_model::DeclarationNumber;

use super::{name, number, wide};
use crate::document::corrupt;
use crate::moment::{Moment, optional};
use crate::{AskedService, Error, Question};

/// Failures in a row, microseconds until the next request.
pub(crate) type ServiceTuple = (i64, i64);

/// Source, first eleven digits, the number as read, when it was registered, how many are due.
pub(crate) type QuestionTuple<T> = (String, String, String, Option<T>, i64);

/// Reads a service.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn service((failures, pause_us): ServiceTuple) -> Result<AskedService, Error> {
    Ok(AskedService {
        failure_count: number("failure_count", failures)?,
        pause: Duration::from_micros(number("pause", pause_us)?),
    })
}

/// Reads a question and how many are due.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn question<T: Moment>(row: QuestionTuple<T>) -> Result<(Question, u64), Error> {
    let (source_id, link_part, declaration, registered_at, due_count) = row;
    let declaration = DeclarationNumber::parse(&declaration)
        .ok()
        .filter(|number| number.link_part() == link_part)
        .ok_or_else(|| corrupt("declaration is no number of its key"))?;
    let question = Question {
        source_id: name("source_id", &source_id)?,
        declaration,
        registered_at: optional(registered_at)?,
    };
    Ok((question, number("due_count", due_count)?))
}

/// Returns whole microseconds; what is longer than a column can hold stands at the most it can.
pub(crate) fn span_us(span: Duration) -> i64 {
    wide(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
}
