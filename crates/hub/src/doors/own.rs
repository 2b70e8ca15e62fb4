//! What the doors share that fetch records themselves: nobody waits for an answer, so what is refused for now is
//! offered again until it is accepted.

use std::sync::Arc;
use std::time::Duration;

use bordergate_model::Receipt;
use futures_util::future::join_all;
use sha2::{Digest as _, Sha256};

use super::accept::{LONGEST_KEY, Offer};
use super::pauses::Pauses;
use super::refusal::Refusal;
use super::states::State;
use crate::access::Caller;
use crate::app::App;

/// Pauses before what was refused for now is offered again.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(200), Duration::from_secs(5));

/// What became of an offer: its place, and the receipt or why this record can never be accepted.
pub type Answer<T> = (T, Result<Receipt, Refusal>);

/// Offers records until each is accepted or finally refused, as `is_final` says; returns the answers in order.
///
/// Meanwhile the door's state says what is waited for. An offer made again has the same key, so that a record which
/// was in the log after all is a duplicate.
///
/// # Errors
/// [`Refusal::Stopping`] when the hub stops before; some of the records may be in the log.
pub async fn accept_all<T>(
    app: &Arc<App>,
    offers: Vec<(T, Offer)>,
    state: &State,
    is_final: impl Fn(&T, &Refusal) -> bool,
) -> Result<Vec<Answer<T>>, Refusal> {
    let mut answers: Vec<Option<Answer<T>>> = offers.iter().map(|_| None).collect();
    let mut waiting: Vec<(usize, T, Offer)> = offers
        .into_iter()
        .enumerate()
        .map(|(index, (place, offer))| (index, place, offer))
        .collect();
    let mut pauses = PAUSES;
    loop {
        let offered = waiting.iter().map(|(_, _, offer)| {
            let caller = Caller::source(&offer.source_id);
            async move { app.accept(&caller, offer.clone()).await }
        });
        let results = join_all(offered).await;
        let mut refused_for_now = None;
        let mut still_waiting = Vec::new();
        for ((index, place, offer), result) in waiting.into_iter().zip(results) {
            match result {
                Err(refusal) if !is_final(&place, &refusal) => {
                    refused_for_now = Some(refusal);
                    still_waiting.push((index, place, offer));
                }
                result => answers[index] = Some((place, result)),
            }
        }
        let Some(refusal) = refused_for_now else {
            state.set(State::OPEN);
            return Ok(answers.into_iter().flatten().collect());
        };
        waiting = still_waiting;
        if state.set(refusal.code()) {
            tracing::warn!(
                error.code = refusal.code(),
                "{} waits: {refusal}",
                state.door()
            );
        }
        tokio::select! {
            () = tokio::time::sleep(pauses.take()) => {}
            () = app.shutdown.cancelled() => return Err(Refusal::Stopping),
        }
    }
}

/// Returns the key itself, or its hash when it is longer than a key may be.
pub fn key(key: String) -> String {
    if key.len() <= LONGEST_KEY {
        key
    } else {
        format!("sha256/{}", hex::encode(Sha256::digest(&key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_key_is_hashed_and_a_short_one_is_itself() {
        assert_eq!(key("a".repeat(LONGEST_KEY)), "a".repeat(LONGEST_KEY));
        let long = key("a".repeat(LONGEST_KEY + 1));
        assert!(long.len() <= LONGEST_KEY);
        assert_ne!(long, key("b".repeat(LONGEST_KEY + 1)));
    }
}
