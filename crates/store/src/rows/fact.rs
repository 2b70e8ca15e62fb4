//! A fact as a row, and back.

use bordergate_indicators::{Exclusion, Fact, Segment};
use bordergate_model::{CargoClass, Channel, CrossingId, Direction};
use uuid::Uuid;

use super::{name, word};
use crate::Error;
use crate::moment::{Moment, optional};

/// The columns of [`Fact`]'s fields, in order.
pub(crate) type FactTuple<T> = (
    Uuid,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<bool>,
    Option<T>,
    Option<T>,
    Option<i64>,
    bool,
    Option<String>,
    Option<T>,
);

/// Reads a fact.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn fact<T: Moment>(row: FactTuple<T>) -> Result<Fact, Error> {
    Ok(Fact {
        crossing_id: CrossingId(row.0),
        segment: word("facts.segment", Segment::from_code(&row.1))?,
        gate_id: name("facts.gate_id", &row.2)?,
        direction: word("facts.direction", Direction::from_code(&row.3))?,
        channel: word("facts.channel", Channel::from_code(&row.4))?,
        cargo: row
            .5
            .map(|code| word("facts.cargo", CargoClass::from_code(&code)))
            .transpose()?,
        is_loaded: row.6,
        start_at: optional(row.7)?,
        end_at: optional(row.8)?,
        duration_us: row.9,
        is_skewed: row.10,
        exclusion: row
            .11
            .map(|code| word("facts.exclusion", Exclusion::from_code(&code)))
            .transpose()?,
        filed_at: optional(row.12)?,
    })
}
