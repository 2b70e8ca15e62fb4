//! Times as the databases keep them: to the microsecond, in either form.

use jiff::Timestamp;

use crate::Error;
use crate::document::corrupt;

/// A column's form of a time.
pub(crate) trait Moment: Copy {
    /// Returns the time.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when it is outside the years -9999 to 9999.
    fn timestamp(self) -> Result<Timestamp, Error>;
}

impl Moment for i64 {
    fn timestamp(self) -> Result<Timestamp, Error> {
        Timestamp::from_microsecond(self).map_err(|_| corrupt("a time is out of range"))
    }
}

impl Moment for jiff_sqlx::Timestamp {
    fn timestamp(self) -> Result<Timestamp, Error> {
        Ok(self.to_jiff())
    }
}

/// Returns an optional time.
///
/// # Errors
/// As [`Moment::timestamp`].
pub(crate) fn optional<T: Moment>(moment: Option<T>) -> Result<Option<Timestamp>, Error> {
    moment.map(Moment::timestamp).transpose()
}

/// Returns the time in whole microseconds since 1970: what is finer is cut off in both databases alike.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}
