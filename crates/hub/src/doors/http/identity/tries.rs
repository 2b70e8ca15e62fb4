//! Wrong passwords: after ten of one name from one address, nothing is tried for five minutes (FAULTS.md, A15).
//!
//! Others are unaffected, also the same name from elsewhere. Tokens need no such limit: they are too long to be guessed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Wrong passwords after which there is a pause.
const MOST: u32 = 10;
/// How long the pause is, and how long a wrong password counts.
const PAUSE: Duration = Duration::from_secs(300);
/// Most names and addresses kept; above it the one that failed longest ago is forgotten.
const MOST_KEPT: usize = 16_384;

/// What failed lately, by name and address.
#[derive(Default)]
pub(super) struct Tries(Mutex<HashMap<(String, IpAddr), Failed>>);

struct Failed {
    count: u32,
    last: Duration,
}

impl Tries {
    /// Returns how many seconds a name has to wait at an address; `None` when it may try. `age` is that of this process.
    pub(super) fn pause_seconds(&self, username: &str, peer: IpAddr, age: Duration) -> Option<u32> {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = tries.get(&(username.to_owned(), peer))?;
        let left = (failed.last + PAUSE).checked_sub(age)?;
        let seconds = u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        (failed.count >= MOST && seconds > 0).then_some(seconds)
    }

    /// Notes a wrong password; true when it is the one that begins a pause.
    pub(super) fn failed(&self, username: &str, peer: IpAddr, age: Duration) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (username.to_owned(), peer);
        if tries.len() >= MOST_KEPT && !tries.contains_key(&key) {
            tries.retain(|_, failed| failed.last + PAUSE > age);
            let oldest = tries.iter().min_by_key(|(_, failed)| failed.last);
            if tries.len() >= MOST_KEPT
                && let Some(oldest) = oldest.map(|(key, _)| key.clone())
            {
                tries.remove(&oldest);
            }
        }
        let failed = tries.entry(key).or_insert(Failed {
            count: 0,
            last: age,
        });
        if failed.last + PAUSE <= age {
            failed.count = 0;
        }
        failed.count += 1;
        failed.last = age;
        failed.count == MOST
    }

    /// Forgets the wrong passwords of a name at an address: the right one came.
    pub(super) fn succeeded(&self, username: &str, peer: IpAddr) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&(username.to_owned(), peer));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 8));

    #[test]
    fn ten_wrong_passwords_pause_that_name_at_that_address() {
        let tries = Tries::default();
        let at = Duration::from_secs;
        for number in 1..=10 {
            assert_eq!(tries.pause_seconds("cam", HERE, at(number)), None);
            assert_eq!(tries.failed("cam", HERE, at(number)), number == 10);
        }
        assert_eq!(tries.pause_seconds("cam", HERE, at(10)), Some(300));
        assert_eq!(tries.pause_seconds("cam", HERE, at(309)), Some(1));
        assert_eq!(tries.pause_seconds("cam", THERE, at(10)), None);
        assert_eq!(tries.pause_seconds("other", HERE, at(10)), None);
        assert_eq!(tries.pause_seconds("cam", HERE, at(310)), None);
        assert!(
            !tries.failed("cam", HERE, at(310)),
            "it counts from one again"
        );
    }

    #[test]
    fn a_right_password_clears_what_was_wrong() {
        let tries = Tries::default();
        for _ in 0..9 {
            tries.failed("cam", HERE, PAUSE);
        }
        tries.succeeded("cam", HERE);
        assert!(!tries.failed("cam", HERE, PAUSE));
    }

    #[test]
    fn strangers_fill_no_memory() {
        let tries = Tries::default();
        for number in 0..=MOST_KEPT {
            tries.failed(
                &number.to_string(),
                HERE,
                Duration::from_millis(number as u64),
            );
        }
        assert_eq!(tries.0.lock().expect("nobody panicked").len(), MOST_KEPT);
    }
}
