//! Leases of doors, in the embedded database.

use async_trait::async_trait;
use sqlx::{SqliteConnection, query, query_scalar};
use uuid::Uuid;

use super::{SqliteStore, sql};
use crate::failure::OrFailure;
use crate::{DoorLease, Doors, Error};

#[async_trait]
impl Doors for SqliteStore {
    async fn take_door(&self, door: &str, owner: Uuid) -> Result<Option<DoorLease>, Error> {
        let door = door.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let owner_epoch: Option<i64> = query_scalar(sql!("door_take"))
                    .bind(&door)
                    .bind(owner)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                Ok(owner_epoch.map(|owner_epoch| DoorLease { door, owner_epoch }))
            })
        })
        .await
    }

    async fn renew_door(&self, lease: &DoorLease) -> Result<bool, Error> {
        // Only looked up, so that no reader waits for the one writer.
        let row: Option<i32> = query_scalar(sql!("door_renew"))
            .bind(&lease.door)
            .bind(lease.owner_epoch)
            .fetch_optional(&self.readers)
            .await
            .or_failure()?;
        Ok(row.is_some())
    }

    async fn release_door(&self, lease: &DoorLease) -> Result<(), Error> {
        let DoorLease { door, owner_epoch } = lease.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let release = query(sql!("door_release")).bind(door).bind(owner_epoch);
                release.execute(connection).await.or_failure().map(|_| ())
            })
        })
        .await
    }
}

/// Tells whether a door is still ours, so that what follows in the transaction may be written.
pub(super) async fn fence(
    connection: &mut SqliteConnection,
    lease: &DoorLease,
) -> Result<bool, Error> {
    let row: Option<i32> = query_scalar(sql!("door_renew"))
        .bind(&lease.door)
        .bind(lease.owner_epoch)
        .fetch_optional(connection)
        .await
        .or_failure()?;
    Ok(row.is_some())
}
