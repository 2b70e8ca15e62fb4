//! Multi-row writes: one statement per table and chunk, below SQLite's limit of bound values.

use sqlx::query_builder::Separated;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::Error;
use crate::failure::OrFailure;
use crate::moment::micros;

/// Most bound values of one statement (sqlite.org/limits.html, 9).
const BIND_LIMIT: usize = 32_766;

/// Puts the values of one row in place.
pub(crate) type Values<'s> = Separated<'s, Sqlite, &'static str>;

/// Returns the statements that write `rows` of `width` values between `head` and `tail`.
pub(crate) fn statements<'r, T>(
    head: &'static str,
    rows: &'r [T],
    width: usize,
    values: impl Fn(Values<'_>, &T) + 'r,
    tail: &'static str,
) -> impl Iterator<Item = QueryBuilder<Sqlite>> + 'r {
    rows.chunks(BIND_LIMIT / width).map(move |chunk| {
        let mut builder = QueryBuilder::new(head);
        builder.push_values(chunk, &values);
        builder.push(tail);
        builder
    })
}

/// Writes rows; returns how many were touched.
pub(crate) async fn write<T>(
    connection: &mut SqliteConnection,
    head: &'static str,
    rows: &[T],
    width: usize,
    values: impl Fn(Values<'_>, &T),
    tail: &'static str,
) -> Result<u64, Error> {
    let mut count = 0;
    for mut statement in statements(head, rows, width, values, tail).collect::<Vec<_>>() {
        let done = statement
            .build()
            .persistent(false)
            .execute(&mut *connection)
            .await
            .or_failure()?;
        count += done.rows_affected();
    }
    Ok(count)
}

/// A time as the column has it.
pub(crate) fn at(at: Option<jiff::Timestamp>) -> Option<i64> {
    at.map(micros)
}
