//! The audit trail in PostgreSQL: append and follow the hash chain.

use jiff::Timestamp;
use sqlx::{PgConnection, query, query_as, query_scalar};

use super::{Lock, Stamp, lock, sql};
use crate::failure::OrFailure;
use crate::moment::Moment;
use crate::rows::audit::{AuditTuple, Chain, EntryTuple, entry, head, link};
use crate::{AuditCheck, AuditEntry, Error};

/// Rows followed at a time.
const STEP: i64 = 1000;

/// Appends an entry, inside the caller's transaction.
pub(crate) async fn append(connection: &mut PgConnection, entry: &AuditEntry) -> Result<(), Error> {
    lock(connection, Lock::Audit).await?;
    let last: Option<(i64, Vec<u8>)> = query_as(sql!("audit_head"))
        .fetch_optional(&mut *connection)
        .await
        .or_failure()?;
    let (last_seq, previous) = head(last)?;
    let now: Stamp = query_scalar(sql!("clock"))
        .fetch_one(&mut *connection)
        .await
        .or_failure()?;
    query(sql!("audit_insert"))
        .bind(last_seq + 1)
        .bind(now)
        .bind(&entry.actor)
        .bind(&entry.action)
        .bind(&entry.subject)
        .bind(&entry.purpose)
        .bind(previous.to_vec())
        .bind(link(&previous, last_seq + 1, now.timestamp()?, entry).to_vec())
        .execute(connection)
        .await
        .or_failure()
        .map(|_| ())
}

/// Returns the newest entries.
pub(crate) async fn newest(
    connection: &mut PgConnection,
    limit: u32,
) -> Result<Vec<(Timestamp, AuditEntry)>, Error> {
    let rows: Vec<EntryTuple<Stamp>> = query_as(sql!("audit_newest"))
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
        .or_failure()?;
    rows.into_iter().map(entry).collect()
}

/// Follows the chain from its start.
pub(crate) async fn verify(connection: &mut PgConnection) -> Result<AuditCheck, Error> {
    let mut chain = Chain::new();
    loop {
        let rows: Vec<AuditTuple<Stamp>> = query_as(sql!("audit_after"))
            .bind(chain.position())
            .bind(STEP)
            .fetch_all(&mut *connection)
            .await
            .or_failure()?;
        if rows.is_empty() {
            return Ok(chain.end());
        }
        for row in rows {
            if !chain.take(row)? {
                return Ok(chain.end());
            }
        }
    }
}
