//! Moments: `jiff::Timestamp` and `google.protobuf.Timestamp`.

use jiff::Timestamp;

use super::Error;

/// Returns the moment as a message; exact.
#[must_use]
pub fn to_timestamp(at: Timestamp) -> prost_types::Timestamp {
    // The message counts nanoseconds forward from its second also before 1970.
    let (seconds, nanos) = (at.as_second(), at.subsec_nanosecond());
    if nanos < 0 {
        prost_types::Timestamp {
            seconds: seconds - 1,
            nanos: nanos + 1_000_000_000,
        }
    } else {
        prost_types::Timestamp { seconds, nanos }
    }
}

/// Reads a moment.
///
/// # Errors
/// [`Error::Value`] naming `field` when it is outside the years -9999 to 9999, or its nanoseconds are not 0 to 999,999,999.
pub fn from_timestamp(
    field: &'static str,
    at: &prost_types::Timestamp,
) -> Result<Timestamp, Error> {
    let refused = || Error::Value {
        field,
        reason: format!(
            "of {} s and {} ns is no moment of time",
            at.seconds, at.nanos
        ),
    };
    if !(0..1_000_000_000).contains(&at.nanos) {
        return Err(refused());
    }
    Timestamp::new(at.seconds, at.nanos).map_err(|_| refused())
}

pub(super) fn optional(
    field: &'static str,
    at: Option<&prost_types::Timestamp>,
) -> Result<Option<Timestamp>, Error> {
    at.map(|at| from_timestamp(field, at)).transpose()
}

pub(super) fn needed(
    field: &'static str,
    at: Option<&prost_types::Timestamp>,
) -> Result<Timestamp, Error> {
    from_timestamp(field, at.ok_or(Error::Missing { field })?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nanoseconds_count_forward_also_before_1970() {
        let at: Timestamp = "1969-12-31T23:59:59.25Z".parse().expect("RFC 3339");
        let message = to_timestamp(at);
        assert_eq!((message.seconds, message.nanos), (-1, 250_000_000));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (i64::MAX, 0)] {
            assert!(from_timestamp("at", &prost_types::Timestamp { seconds, nanos }).is_err());
        }
    }

    proptest! {
        #[test]
        fn every_moment_reads_back_as_itself(microseconds in -377_705_116_800_000_000_i64..253_402_207_200_000_000) {
            let at = Timestamp::from_microsecond(microseconds).expect("within jiff's range");
            prop_assert_eq!(from_timestamp("at", &to_timestamp(at)), Ok(at));
        }
    }
}
