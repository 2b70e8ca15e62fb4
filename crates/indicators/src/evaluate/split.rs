//! Which rows a query keeps, and into which groups they fall.

use std::collections::BTreeMap;

use bordergate_model::{CargoClass, Channel, Direction, GateId};
use jiff::Timestamp;

use crate::calendar::{self, Bucket, Period};
use crate::{CrossingRow, Dimension, Fact, Query, ReadingRow};

/// What filters and groups look at in a row.
pub(super) trait Row {
    /// The time by which it is selected and filed (rule 7).
    fn filed_at(&self) -> Option<Timestamp>;
    fn gate_id(&self) -> &GateId;
    fn direction(&self) -> Direction;
    fn channel(&self) -> Channel;
    fn cargo(&self) -> Option<CargoClass>;
    fn is_loaded(&self) -> Option<bool>;
}

macro_rules! crossing_like {
    ($row:ty) => {
        impl Row for $row {
            fn filed_at(&self) -> Option<Timestamp> {
                self.filed_at
            }
            fn gate_id(&self) -> &GateId {
                &self.gate_id
            }
            fn direction(&self) -> Direction {
                self.direction
            }
            fn channel(&self) -> Channel {
                self.channel
            }
            fn cargo(&self) -> Option<CargoClass> {
                self.cargo
            }
            fn is_loaded(&self) -> Option<bool> {
                self.is_loaded
            }
        }
    };
}
crossing_like!(Fact);
crossing_like!(CrossingRow);

impl Row for ReadingRow {
    fn filed_at(&self) -> Option<Timestamp> {
        Some(self.ordered_at)
    }
    fn gate_id(&self) -> &GateId {
        &self.gate_id
    }
    fn direction(&self) -> Direction {
        self.direction
    }
    fn channel(&self) -> Channel {
        self.channel
    }
    fn cargo(&self) -> Option<CargoClass> {
        None
    }
    fn is_loaded(&self) -> Option<bool> {
        None
    }
}

/// Tells whether a row passes the query's filters other than those of time.
pub(super) fn keeps<R: Row>(query: &Query, row: &R) -> bool {
    query
        .gate_id
        .as_ref()
        .is_none_or(|gate| gate == row.gate_id())
        && query.direction.is_none_or(|one| one == row.direction())
        && query.channel.is_none_or(|one| one == row.channel())
        && query.cargo.is_none_or(|one| Some(one) == row.cargo())
        && query
            .is_loaded
            .is_none_or(|one| Some(one) == row.is_loaded())
}

/// Tells whether a row is filed in the query's half-open range; one that nothing dates is in the
/// whole of time only.
pub(super) fn in_range<R: Row>(query: &Query, row: &R) -> bool {
    match row.filed_at() {
        Some(at) => query.from.is_none_or(|from| from <= at) && query.to.is_none_or(|to| at < to),
        None => query.from.is_none() && query.to.is_none(),
    }
}

/// A row's value in one dimension; ordered by time, by severity for channels, else as words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// What orders values of one dimension before their words do.
    rank: i64,
    /// The value as shown.
    pub(super) value: String,
    /// The dimension.
    pub(super) dimension: Dimension,
    /// The half-open range of a period of time.
    pub(super) range: Option<(Timestamp, Timestamp)>,
}

impl Slot {
    /// Returns the slot of a moment (T3).
    pub(super) fn of_moment(at: Timestamp) -> Self {
        Self {
            rank: at.as_microsecond(),
            value: calendar::local_text(at),
            dimension: Dimension::At,
            range: None,
        }
    }

    /// Returns the slot of a period of time.
    pub(super) fn of_bucket(dimension: Dimension, bucket: Bucket) -> Self {
        Self {
            rank: bucket.from.as_microsecond(),
            value: bucket.label,
            dimension,
            range: Some((bucket.from, bucket.to)),
        }
    }

    fn of_word(dimension: Dimension, rank: i64, word: &str) -> Self {
        Self {
            rank,
            value: word.to_owned(),
            dimension,
            range: None,
        }
    }

    fn of<R: Row>(row: &R, dimension: Dimension) -> Self {
        let word = |rank, text: &str| Self::of_word(dimension, rank, text);
        match dimension {
            Dimension::Hour => Self::of_period(row.filed_at(), dimension, Period::Hour),
            Dimension::Day => Self::of_period(row.filed_at(), dimension, Period::Day),
            Dimension::Week => Self::of_period(row.filed_at(), dimension, Period::Week),
            Dimension::Month => Self::of_period(row.filed_at(), dimension, Period::Month),
            Dimension::Channel => word(row.channel() as i64, row.channel().code()),
            Dimension::Gate => word(0, row.gate_id().as_str()),
            Dimension::Direction => word(row.direction() as i64, row.direction().code()),
            Dimension::Cargo => match row.cargo() {
                Some(cargo) => word(cargo as i64, cargo.code()),
                None => word(i64::MAX, "unknown"),
            },
            Dimension::Loaded => match row.is_loaded() {
                Some(true) => word(0, "true"),
                Some(false) => word(1, "false"),
                None => word(i64::MAX, "unknown"),
            },
            Dimension::At => word(i64::MAX, "undated"),
        }
    }

    fn of_period(at: Option<Timestamp>, dimension: Dimension, period: Period) -> Self {
        match at {
            Some(at) => Self::of_bucket(dimension, calendar::bucket(at, period)),
            None => Self::of_word(dimension, i64::MAX, "undated"),
        }
    }
}

/// Rows by the values they share, in order; a value per dimension of `by`.
pub(super) type Parted<'a, R> = BTreeMap<Vec<Slot>, Vec<&'a R>>;

/// Returns `rows` by their values in the dimensions of `by`; each row falls into one group.
pub(super) fn split<'a, R: Row>(by: &[Dimension], rows: &[&'a R]) -> Parted<'a, R> {
    let mut parts = Parted::new();
    for row in rows {
        let key = by
            .iter()
            .map(|dimension| Slot::of(*row, *dimension))
            .collect();
        parts.entry(key).or_default().push(*row);
    }
    parts
}
