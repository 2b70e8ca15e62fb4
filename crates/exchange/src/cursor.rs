//! Cursors: a place in the feed that a partner keeps for us, sealed so that nobody else can use or change it.
//!
//! A cursor carries the feed's epoch, whose it is, which filter it was made under, and per shard the
//! sequence number of the last record before the place. Whether the place exists is the feed's to say
//! ([`Cursor::check_place`]); a cursor that cannot be right is refused with a stable code, never skipped over.

use std::collections::BTreeMap;

use bordergate_model::{Fault, GateId, Shard};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The layout this version writes.
const VERSION: u8 = 1;
/// Bytes of the seal at the end.
const SEAL_BYTES: usize = 16;
/// Bytes of the marks that tell partners and filters apart.
const MARK_BYTES: usize = 8;
/// Bytes of one shard's place.
const PLACE_BYTES: usize = 10;
/// Bytes before the first place.
const HEAD_BYTES: usize = 1 + 16 + MARK_BYTES + MARK_BYTES;

/// Why a cursor is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no cursor of this hub, or was changed on the way.
    #[error("the cursor is none of this hub's or was changed")]
    Invalid,
    /// It was given to another partner.
    #[error("the cursor was given to another partner")]
    NotYours,
    /// It was made under another filter, which may have passed over records wanted now.
    #[error("the cursor was made with other gate_ids")]
    OtherFilter,
    /// The feed it belongs to is gone: the database was restored, and sequences begin anew.
    #[error("the cursor is of another epoch of the feed, which is now {epoch}")]
    EpochChanged {
        /// The present epoch.
        epoch: Uuid,
    },
    /// It names a place the feed has not reached.
    #[error("the cursor is ahead of shard {shard}, whose last record is {last_sequence}")]
    Ahead {
        /// The shard.
        shard: Shard,
        /// Sequence number of its last record; 0 without one.
        last_sequence: i64,
    },
}

impl Error {
    /// Stable label for statuses and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "cursor.invalid",
            Self::NotYours => "cursor.not_yours",
            Self::OtherFilter => "cursor.other_filter",
            Self::EpochChanged { .. } => "cursor.epoch_changed",
            Self::Ahead { .. } => "cursor.ahead",
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }
}

/// The hub's secret for sealing cursors.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// Takes the secret.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    fn mac(&self, sealed: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(sealed);
        mac
    }
}

/// A place in the feed under a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    epoch: Uuid,
    filter: [u8; MARK_BYTES],
    places: BTreeMap<Shard, i64>,
}

impl Cursor {
    /// Returns the place before the first record of every shard, for readers of `gates` (all when empty).
    #[must_use]
    pub fn beginning(epoch: Uuid, gates: &[GateId]) -> Self {
        Self {
            epoch,
            filter: filter_mark(gates),
            places: BTreeMap::new(),
        }
    }

    /// Returns the feed's epoch in which the place is.
    #[must_use]
    pub fn epoch(&self) -> Uuid {
        self.epoch
    }

    /// Returns the sequence number of the last record before the place; 0 at the shard's beginning.
    #[must_use]
    pub fn sequence(&self, shard: Shard) -> i64 {
        self.places.get(&shard).copied().unwrap_or(0)
    }

    /// Returns every shard's place that is not its beginning, by shard.
    pub fn places(&self) -> impl Iterator<Item = (Shard, i64)> + '_ {
        self.places
            .iter()
            .map(|(shard, sequence)| (*shard, *sequence))
    }

    /// Moves the place in one shard forward; a lower or equal sequence number changes nothing.
    pub fn advance(&mut self, shard: Shard, sequence: i64) {
        if sequence > self.sequence(shard) {
            self.places.insert(shard, sequence);
        }
    }

    /// Returns the cursor as text for `partner_id`: hexadecimal, sealed with `key`.
    #[must_use]
    pub fn seal(&self, key: &Key, partner_id: &str) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(self.epoch.as_bytes());
        bytes.extend_from_slice(&mark(partner_id.as_bytes()));
        bytes.extend_from_slice(&self.filter);
        for (shard, sequence) in &self.places {
            bytes.extend_from_slice(&shard.to_be_bytes());
            bytes.extend_from_slice(&sequence.to_be_bytes());
        }
        let seal = key.mac(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&seal[..SEAL_BYTES]);
        hex::encode(bytes)
    }

    /// Opens a cursor that `partner_id` gives.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it was not sealed with `key`; [`Error::NotYours`] when it was sealed for another partner.
    pub fn open(key: &Key, partner_id: &str, text: &str) -> Result<Self, Error> {
        let bytes = hex::decode(text).map_err(|_| Error::Invalid)?;
        let sealed_bytes = bytes.len().checked_sub(SEAL_BYTES).ok_or(Error::Invalid)?;
        let (sealed, seal) = bytes.split_at(sealed_bytes);
        let is_sealed = key.mac(sealed).verify_truncated_left(seal);
        is_sealed.map_err(|_| Error::Invalid)?;
        let (head, places) = sealed.split_at_checked(HEAD_BYTES).ok_or(Error::Invalid)?;
        if head[0] != VERSION || places.len() % PLACE_BYTES != 0 {
            return Err(Error::Invalid);
        }
        let (epoch, marks) = head[1..].split_at(16);
        let (owner, filter) = marks.split_at(MARK_BYTES);
        if owner != mark(partner_id.as_bytes()) {
            return Err(Error::NotYours);
        }
        Ok(Self {
            epoch: Uuid::from_slice(epoch).map_err(|_| Error::Invalid)?,
            filter: filter.try_into().map_err(|_| Error::Invalid)?,
            places: read_places(places).ok_or(Error::Invalid)?,
        })
    }

    /// Checks that the cursor was made for readers of the same gates, in any order.
    ///
    /// # Errors
    /// [`Error::OtherFilter`].
    pub fn check_filter(&self, gates: &[GateId]) -> Result<(), Error> {
        if self.filter == filter_mark(gates) {
            Ok(())
        } else {
            Err(Error::OtherFilter)
        }
    }

    /// Checks that the place exists in the feed of `epoch`, whose shards end at `last_sequence`.
    ///
    /// # Errors
    /// [`Error::EpochChanged`], [`Error::Ahead`].
    pub fn check_place(
        &self,
        epoch: Uuid,
        last_sequence: impl Fn(Shard) -> i64,
    ) -> Result<(), Error> {
        if self.epoch != epoch {
            return Err(Error::EpochChanged { epoch });
        }
        for (shard, sequence) in self.places() {
            let last_sequence = last_sequence(shard);
            if sequence > last_sequence {
                return Err(Error::Ahead {
                    shard,
                    last_sequence,
                });
            }
        }
        Ok(())
    }
}

fn read_places(bytes: &[u8]) -> Option<BTreeMap<Shard, i64>> {
    let places = bytes.chunks_exact(PLACE_BYTES).map(|place| {
        let (shard, sequence) = place.split_at(2);
        let shard = Shard::from_be_bytes(shard.try_into().ok()?);
        let sequence = i64::from_be_bytes(sequence.try_into().ok()?);
        (sequence > 0).then_some((shard, sequence))
    });
    places.collect()
}

/// A short mark that tells texts apart; not a secret.
fn mark(text: &[u8]) -> [u8; MARK_BYTES] {
    let digest: [u8; 32] = Sha256::digest(text).into();
    let mut mark = [0; MARK_BYTES];
    mark.copy_from_slice(&digest[..MARK_BYTES]);
    mark
}

fn filter_mark(gates: &[GateId]) -> [u8; MARK_BYTES] {
    let mut names: Vec<&str> = gates.iter().map(GateId::as_str).collect();
    names.sort_unstable();
    names.dedup();
    mark(names.join("\n").as_bytes())
}

#[cfg(test)]
mod tests;
