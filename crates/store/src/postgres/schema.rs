//! The schema's version, and the migrations that bring it to this program's.

use sqlx::{PgConnection, query, query_scalar, raw_sql};

use super::{Lock, lock, sql};
use crate::Error;
use crate::failure::OrFailure;
use crate::schema::{POSTGRES, check_not_newer, expected_version};

/// Runs what is missing, inside the caller's transaction; returns the versions before and after.
///
/// # Errors
/// [`Error::Schema`] when the database is newer than this program.
pub(crate) async fn migrate(connection: &mut PgConnection) -> Result<(i64, i64), Error> {
    query(sql!("schema_no_timeout"))
        .execute(&mut *connection)
        .await
        .or_failure()?;
    lock(connection, Lock::Schema).await?;
    query(sql!("schema_versions_create"))
        .execute(&mut *connection)
        .await
        .or_failure()?;
    let before = version(connection).await?;
    check_not_newer(before, POSTGRES)?;
    for migration in POSTGRES
        .iter()
        .filter(|migration| migration.version > before)
    {
        raw_sql(migration.sql)
            .execute(&mut *connection)
            .await
            .or_failure()?;
        query(sql!("schema_version_insert"))
            .bind(migration.version)
            .bind(migration.name)
            .execute(&mut *connection)
            .await
            .or_failure()?;
    }
    Ok((before, expected_version(POSTGRES)))
}

/// Returns the schema's version; 0 for an empty database.
pub(crate) async fn version(connection: &mut PgConnection) -> Result<i64, Error> {
    let exists: i64 = query_scalar(sql!("schema_exists"))
        .fetch_one(&mut *connection)
        .await
        .or_failure()?;
    if exists == 0 {
        return Ok(0);
    }
    query_scalar(sql!("schema_version"))
        .fetch_one(connection)
        .await
        .or_failure()
}
