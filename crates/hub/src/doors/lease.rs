//! The lease of a door that only one hub may use at a time: a partition of another system, a customs service.
//!
//! What of ours keeps such a door from going on is here too, since it is the same whatever the door reads from.

use std::sync::Arc;
use std::time::Duration;

use bordergate_store::{DoorLease, Store};
use uuid::Uuid;

use super::refusal::Refusal;
use super::states::State;
use crate::app::App;

/// How often a lease of 8 s is prolonged.
const RENEW_EVERY: Duration = Duration::from_secs(2);

/// The codes of one kind of door.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Another hub has it.
    pub(super) held: &'static str,
    /// Another hub took it over.
    pub(super) lost: &'static str,
}

/// What of ours keeps a door from going on, though nothing is wrong with what it reads from.
#[derive(Debug, thiserror::Error)]
pub(super) enum Hindrance {
    /// Another hub has the door.
    #[error("another hub has it")]
    Held(Kind),
    /// Another hub took the door over.
    #[error("another hub took it over")]
    Lost(Kind),
    /// Our database.
    #[error(transparent)]
    Store(#[from] bordergate_store::Error),
    /// Our own door.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Hindrance {
    /// Stable label for the door's state.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Held(kind) => kind.held,
            Self::Lost(kind) => kind.lost,
            Self::Store(error) => error.code(),
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

/// A door that this hub has.
pub(super) struct Lease {
    store: Arc<dyn Store>,
    kind: Kind,
    held: DoorLease,
}

impl Lease {
    /// Takes a door; `owner` names this process.
    ///
    /// # Errors
    /// [`Hindrance::Held`] or [`Hindrance::Store`].
    pub(super) async fn take(
        app: &App,
        kind: Kind,
        door: &str,
        owner: Uuid,
    ) -> Result<Self, Hindrance> {
        let store = Arc::clone(&app.store);
        let held = store.take_door(door, owner).await?;
        let held = held.ok_or(Hindrance::Held(kind))?;
        Ok(Self { store, kind, held })
    }

    /// Returns what a write is fenced by.
    pub(super) fn held(&self) -> &DoorLease {
        &self.held
    }

    /// Returns what a fenced write, or a renewal, means that was done or not.
    ///
    /// # Errors
    /// [`Hindrance::Lost`] when it was not done, or [`Hindrance::Store`].
    pub(super) fn check(
        &self,
        done: Result<bool, bordergate_store::Error>,
    ) -> Result<(), Hindrance> {
        if done? {
            Ok(())
        } else {
            Err(Hindrance::Lost(self.kind))
        }
    }

    /// Prolongs the lease.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub(super) async fn renew(&self) -> Result<(), Hindrance> {
        self.check(self.store.renew_door(&self.held).await)
    }

    /// Keeps the lease, however long what is done under it takes; returns why it is no longer ours.
    pub(super) async fn keep(&self) -> Hindrance {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            if let Err(hindrance) = self.renew().await {
                return hindrance;
            }
        }
    }

    /// Gives the door up. When this is not heard of, the lease runs out.
    pub(super) async fn release(self, state: &State) {
        if let Err(error) = self.store.release_door(&self.held).await {
            tracing::debug!("{} could not be given up: {error}", state.door());
        }
    }
}
