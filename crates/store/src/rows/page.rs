//! Page tokens of observations: where the last one shown stands in the order of reception.

use crate::Error;

/// A place in the order: reception in microseconds, shard, offset, index.
pub(crate) type Place = (i64, i32, i64, i32);

/// The place before every other.
pub(crate) const START: Place = (i64::MIN, -1, -1, -1);

/// Writes a place down.
pub(crate) fn write(place: Place) -> String {
    let (received_at_us, shard, log_offset, index) = place;
    format!("{received_at_us}.{shard}.{log_offset}.{index}")
}

/// Reads a place back.
///
/// # Errors
/// [`Error::Conflict`] `page_token.malformed` when it is none.
pub(crate) fn read(token: &str) -> Result<Place, Error> {
    let malformed = || Error::Conflict {
        code: "page_token.malformed",
        reason: "the page token is not one this hub gave".to_owned(),
    };
    let mut parts = token
        .split('.')
        .map(|part| part.parse::<i64>().map_err(|_| malformed()));
    let mut next = || parts.next().ok_or_else(malformed).flatten();
    let place = (next()?, next()?, next()?, next()?);
    if parts.next().is_some() {
        return Err(malformed());
    }
    let narrow = |number: i64| i32::try_from(number).map_err(|_| malformed());
    Ok((place.0, narrow(place.1)?, place.2, narrow(place.3)?))
}

/// Cuts rows, of which one more than `limit` was asked for, to a page; returns the last of them when
/// more follow.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: u32) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    if has_more { rows.last() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_as_itself_and_nothing_else_is_taken() {
        for place in [START, (1_700_000_000_000_000, 7, 42, 3)] {
            assert_eq!(read(&write(place)).expect("a token we wrote"), place);
        }
        for token in ["", "1.2.3", "1.2.3.4.5", "a.b.c.d", "1.99999999999.1.1"] {
            assert_eq!(
                read(token).expect_err("no token").code(),
                "page_token.malformed",
                "{token:?}"
            );
        }
    }
}
