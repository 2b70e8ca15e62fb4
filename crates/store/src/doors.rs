//! Leases of doors: which hub reads what only one may read at a time, whatever kind of door it is.

use async_trait::async_trait;
use uuid::Uuid;

use crate::Error;

/// A door that is ours until its lease runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorLease {
    /// Its kind and its name.
    pub door: String,
    /// Grows by one with every take-over; every write of an owner is fenced by it.
    pub owner_epoch: i64,
}

/// Leases of doors. SQLite has none: taking always succeeds.
#[async_trait]
pub trait Doors: Send + Sync + 'static {
    /// Takes the door for `owner` when it is free or its lease has run out; `None` while another process holds it.
    async fn take_door(&self, door: &str, owner: Uuid) -> Result<Option<DoorLease>, Error>;

    /// Prolongs the lease by 8 s from now; false when it is no longer ours.
    async fn renew_door(&self, lease: &DoorLease) -> Result<bool, Error>;

    /// Gives the door up cleanly; without effect when it is no longer ours.
    async fn release_door(&self, lease: &DoorLease) -> Result<(), Error>;
}
