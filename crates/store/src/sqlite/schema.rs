//! The schema's version, and the migrations that bring it to this program's.

use sqlx::{SqliteConnection, query, query_scalar, raw_sql};

use super::sql;
use crate::Error;
use crate::failure::OrFailure;
use crate::schema::{SQLITE, check_not_newer, expected_version};

/// Runs what is missing, inside the caller's transaction; returns the versions before and after.
///
/// # Errors
/// [`Error::Schema`] when the file is newer than this program.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(i64, i64), Error> {
    query(sql!("schema_versions_create"))
        .execute(&mut *connection)
        .await
        .or_failure()?;
    let before = version(connection).await?;
    check_not_newer(before, SQLITE)?;
    for migration in SQLITE.iter().filter(|migration| migration.version > before) {
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
    Ok((before, expected_version(SQLITE)))
}

/// Returns the schema's version; 0 for an empty file.
pub(crate) async fn version(connection: &mut SqliteConnection) -> Result<i64, Error> {
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

#[cfg(test)]
mod tests {
    use sqlx::{Connection, raw_sql};

    use super::*;

    #[tokio::test]
    async fn tokens_outlive_the_change_of_their_table() {
        let mut connection = SqliteConnection::connect("sqlite::memory:")
            .await
            .expect("memory is there");
        query(sql!("schema_versions_create"))
            .execute(&mut connection)
            .await
            .expect("an empty file");
        for migration in SQLITE.iter().take_while(|one| one.name != "devices") {
            raw_sql(migration.sql)
                .execute(&mut connection)
                .await
                .expect("it ran before");
            query(sql!("schema_version_insert"))
                .bind(migration.version)
                .bind(migration.name)
                .execute(&mut connection)
                .await
                .expect("it is new");
        }
        let stored =
            "insert into tokens values (randomblob(16), zeroblob(32), 'partner', 'lgsp', 17, null)";
        raw_sql(stored)
            .execute(&mut connection)
            .await
            .expect("a token of then");
        migrate(&mut connection).await.expect("forward");
        let row: (Vec<u8>, String, i64) =
            sqlx::query_as("select token_sha256, subject, created_at from tokens")
                .fetch_one(&mut connection)
                .await
                .expect("it is still there");
        assert_eq!(row, (vec![0; 32], "lgsp".to_owned(), 17));
    }
}
