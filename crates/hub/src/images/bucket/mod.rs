//! The bucket: one object for each content and day (`key`), acknowledged by the object store before anybody relies on
//! it. Several hubs may share a bucket.
//!
//! What the object store answers is noted as the state `images` of `/healthz`, by every request.

mod client;
mod key;
mod round;
mod trouble;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bordergate_model::detached::Hash;
use bordergate_sources::pictures::Taken;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _, PutPayload};
use tokio_util::sync::CancellationToken;

use super::Error;
use super::error::undamaged;
use crate::config::{Images, S3Url};
use crate::doors::states::{State, States};
use key::Key;

/// Most pictures of one message, or removals of one hub, under way at once.
const AT_ONCE: usize = 8;
/// Written and removed to find out whether pictures can be kept.
const PROBE: &str = ".probe";
/// Longest wait for whether a picture is there, which a list of pictures is only more useful with.
const GLANCE: Duration = Duration::from_secs(2);
/// Time between two looks at an object store that did not answer.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// A bucket, or the part of it under a prefix.
#[derive(Clone, Debug)]
pub struct Bucket {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    url: String,
    /// Longest wait for one answer, tries included.
    patience: Duration,
    /// Larger objects are no pictures of ours.
    most_bytes: usize,
    state: State,
}

impl Bucket {
    /// Names the bucket of `images.url`; nothing is asked yet. No picture is larger than `most_bytes`.
    ///
    /// # Errors
    /// When the URL, or a file with what it takes, cannot be used; names its key.
    pub fn open(
        settings: &Images,
        url: &str,
        most_bytes: usize,
        states: &States,
    ) -> anyhow::Result<Self> {
        let place = S3Url::parse(url).map_err(|words| anyhow::anyhow!("images.url: {words}"))?;
        Ok(Self {
            objects: client::open(settings, &place)?,
            prefix: Path::parse(&place.prefix)?,
            url: url.to_owned(),
            patience: Duration::from_millis(settings.timeout_ms),
            most_bytes,
            state: states.of("images".to_owned()),
        })
    }

    /// Keeps pictures from `now` on; each is acknowledged when this returns. Returns how many bytes were written.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::NoBucket`], [`Error::Denied`]; some may have been kept.
    pub async fn keep(&self, taken: Vec<Taken>, now: SystemTime) -> Result<u64, Error> {
        let puts = taken.into_iter().map(|one| async move {
            let written_bytes = one.bytes.len() as u64;
            let path = Key::new(one.sha256, now).path(&self.prefix);
            self.objects.put(&path, one.bytes.into()).await?;
            Ok(written_bytes)
        });
        let all = stream::iter(puts).buffer_unordered(AT_ONCE);
        let sum = all.try_fold(0, |sum, bytes| async move { Ok(sum + bytes) });
        self.ask(self.patience, sum).await
    }

    /// Returns the picture of a hash.
    ///
    /// # Errors
    /// [`Error::Expired`] when it is not there, [`Error::Damaged`] when it is not what the hash says, and those of
    /// [`Self::keep`].
    pub async fn get(&self, sha256: Hash) -> Result<Bytes, Error> {
        let newest = self.newest(sha256, self.patience).await?;
        let found = newest.ok_or(Error::Expired)?;
        if found.size > self.most_bytes as u64 {
            return Err(Error::Damaged);
        }
        let got = async { self.objects.get(&found.location).await?.bytes().await };
        let bytes = self.ask(self.patience, got).await?;
        undamaged(bytes, sha256)
    }

    /// Tells whether the picture of a hash is there.
    ///
    /// # Errors
    /// Those of [`Self::keep`].
    pub async fn has(&self, sha256: Hash) -> Result<bool, Error> {
        let patience = self.patience.min(GLANCE);
        Ok(self.newest(sha256, patience).await?.is_some())
    }

    /// Checks that pictures can be kept, found and removed.
    ///
    /// # Errors
    /// Those of [`Self::keep`].
    pub async fn check(&self) -> Result<(), Error> {
        self.put(PROBE, Bytes::new()).await?;
        self.newest(Hash::default(), self.patience).await?;
        self.remove(&self.own(PROBE)).await
    }

    /// Looks at the object store at once, and again while it does not answer as it should, until the hub stops.
    pub async fn watch(&self, stop: CancellationToken) {
        loop {
            if !self.state.is_now_well() {
                // Noted and told by whatever was asked.
                let _ = self.check().await;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Returns the object of a picture that was written last.
    async fn newest(&self, sha256: Hash, patience: Duration) -> Result<Option<ObjectMeta>, Error> {
        let folder = Key::folder(&self.prefix, &sha256);
        let listed = self.objects.list(Some(&folder));
        let newest = listed.try_fold(None, |newest: Option<ObjectMeta>, found| async move {
            let is_newer = newest
                .as_ref()
                .is_none_or(|newest| newest.location < found.location);
            Ok(if is_newer { Some(found) } else { newest })
        });
        self.ask(patience, newest).await
    }

    /// Writes an object of the hub's own.
    async fn put(&self, name: &str, bytes: Bytes) -> Result<(), Error> {
        let path = self.own(name);
        let put = self.objects.put(&path, PutPayload::from(bytes));
        self.ask(self.patience, put).await.map(drop)
    }

    /// Removes an object; one that another hub removed meanwhile is removed too.
    async fn remove(&self, path: &Path) -> Result<(), Error> {
        match self.ask(self.patience, self.objects.delete(path)).await {
            Err(Error::Expired) => Ok(()),
            removed => removed,
        }
    }

    fn own(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }

    /// Waits for an answer so long, and notes whether there was one.
    async fn ask<T>(
        &self,
        patience: Duration,
        asked: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, Error> {
        let answer = match tokio::time::timeout(patience, asked).await {
            Ok(answer) => answer.map_err(|told| trouble::error_of(&told)),
            Err(_) => Err(Error::Unreachable(format!(
                "not within {} ms",
                patience.as_millis()
            ))),
        };
        self.note(answer.as_ref().err());
        answer
    }

    fn note(&self, error: Option<&Error>) {
        match error {
            None | Some(Error::Expired) => {
                if self.state.set(State::OPEN) {
                    tracing::info!("pictures are kept in {}", self.url);
                }
            }
            Some(error) => {
                if self.state.set(error.code()) {
                    tracing::error!(
                        error.code = error.code(),
                        "no pictures can be kept in {}, and records with large ones are refused: {error}",
                        self.url
                    );
                }
            }
        }
    }
}
