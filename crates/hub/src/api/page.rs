//! Page tokens: opaque, signed, and bound to the query that made them.

use bordergate_model::CrossingId;
use jiff::Timestamp;
use uuid::Uuid;

use super::params::bad;
use crate::access::Keys;
use crate::doors::http::Problem;

/// Bytes of the signature kept in a token.
const SIGNATURE_BYTES: usize = 16;

/// Returns the token that carries `place`, valid only with the query that `bound_to` describes.
#[must_use]
pub fn token(keys: &Keys, bound_to: &str, place: &[u8]) -> String {
    let signature = keys.sign(&purpose(bound_to), place);
    hex::encode([place, &signature[..SIGNATURE_BYTES]].concat())
}

/// Returns the place a token carries.
///
/// # Errors
/// A 400 when it is none of this hub's, or belongs to another query.
pub fn place(keys: &Keys, bound_to: &str, token: &str) -> Result<Vec<u8>, Problem> {
    let refused = || {
        bad(
            "page_token",
            "is not one of this query",
            ["the next_page_token of the page before"],
        )
    };
    let bytes = hex::decode(token).map_err(|_| refused())?;
    let (place, given) = bytes
        .split_at_checked(bytes.len().saturating_sub(SIGNATURE_BYTES))
        .ok_or_else(refused)?;
    let expected = keys.sign(&purpose(bound_to), place);
    let is_ours: bool = subtle::ConstantTimeEq::ct_eq(given, &expected[..SIGNATURE_BYTES]).into();
    if is_ours {
        Ok(place.to_vec())
    } else {
        Err(refused())
    }
}

fn purpose(bound_to: &str) -> String {
    format!("page\n{bound_to}")
}

/// Returns the place after a crossing: its first moment in microseconds and its id, big endian.
#[must_use]
pub fn crossing_place((first_at, crossing_id): (Timestamp, CrossingId)) -> Vec<u8> {
    [
        first_at.as_microsecond().to_be_bytes().as_slice(),
        crossing_id.0.as_bytes(),
    ]
    .concat()
}

/// Reads a place back; `None` when it has another shape.
#[must_use]
pub fn read_crossing_place(place: &[u8]) -> Option<(Timestamp, CrossingId)> {
    let (at, id) = place.split_at_checked(8)?;
    let at = Timestamp::from_microsecond(i64::from_be_bytes(at.try_into().ok()?)).ok()?;
    Some((at, CrossingId(Uuid::from_slice(id).ok()?)))
}
