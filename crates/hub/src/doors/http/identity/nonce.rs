//! Nonces of digest authentication: made and recognised by a key of this process, each use of them counted once.
//!
//! A nonce is its age and sixteen hexadecimal digits of chance, signed. Only nonces under which somebody logged in are
//! kept, for as long as they hold, so that strangers fill no memory. After a restart, or at another hub, all are
//! stale: the client asks again, and nothing that was overheard can be sent a second time. Source: RFC 7616, 3.3, 5.5.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// How long a nonce holds.
const HOLDS: Duration = Duration::from_secs(300);
/// Most nonces kept; above it the oldest is forgotten, and with it all that are as old.
const MOST: usize = 65_536;
/// Bytes of a nonce's signature.
const SIGNATURE: usize = 16;

/// When a nonce was made, in milliseconds of this process, and its chance.
type Made = (u64, [u8; 8]);

/// The nonces of this process.
pub(super) struct Nonces {
    key: [u8; 32],
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    windows: BTreeMap<Made, Window>,
    /// Nonces up to this time were forgotten.
    forgotten_ms: Option<u64>,
}

/// Which counts of a nonce were used: the highest, and of the 128 up to it each by a bit.
#[derive(Clone, Copy, Default)]
struct Window {
    highest: u32,
    used: u128,
}

impl Nonces {
    /// Begins without any; nobody else knows the key.
    pub(super) fn new() -> Self {
        let mut key = [0; 32];
        key[..16].copy_from_slice(Uuid::new_v4().as_bytes());
        key[16..].copy_from_slice(Uuid::new_v4().as_bytes());
        Self {
            key,
            used: Mutex::default(),
        }
    }

    /// Makes a nonce; `age` is that of this process.
    pub(super) fn make(&self, age: Duration) -> String {
        let mut chance = [0; 8];
        chance.copy_from_slice(&Uuid::new_v4().as_bytes()[8..]);
        self.written((milliseconds(age), chance))
    }

    fn written(&self, made: Made) -> String {
        let mut bytes = made.0.to_be_bytes().to_vec();
        bytes.extend(made.1);
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.key)
            .expect("HMAC takes a key of any length");
        mac.update(&bytes);
        bytes.extend(&mac.finalize().into_bytes()[..SIGNATURE]);
        hex::encode(bytes)
    }

    /// Takes one use of a nonce: false when it is not ours, too old, or that count was used before.
    pub(super) fn take(&self, nonce: &str, count: u32, age: Duration) -> bool {
        let Some(made) = self.read(nonce) else {
            return false;
        };
        let now = milliseconds(age);
        let oldest = now.saturating_sub(milliseconds(HOLDS));
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(first) = used.windows.first_entry()
            && first.key().0 < oldest
        {
            first.remove();
        }
        if made.0 < oldest || made.0 > now || used.forgotten_ms.is_some_and(|until| made.0 <= until)
        {
            return false;
        }
        if used.windows.len() == MOST
            && !used.windows.contains_key(&made)
            && let Some((first, _)) = used.windows.pop_first()
        {
            used.forgotten_ms = Some(first.0);
        }
        used.windows.entry(made).or_default().take(count)
    }

    /// Reads a nonce of ours.
    fn read(&self, nonce: &str) -> Option<Made> {
        let mut bytes = [0; 16 + SIGNATURE];
        hex::decode_to_slice(nonce, &mut bytes).ok()?;
        let (at, chance) = (bytes[..8].try_into().ok()?, bytes[8..16].try_into().ok()?);
        let made = (u64::from_be_bytes(at), chance);
        let is_ours: bool = self.written(made).as_bytes().ct_eq(nonce.as_bytes()).into();
        is_ours.then_some(made)
    }
}

impl Window {
    fn take(&mut self, count: u32) -> bool {
        if count > self.highest {
            let steps = count - self.highest;
            self.used = self.used.checked_shl(steps).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let bit = 1_u128.checked_shl(self.highest - count).unwrap_or(0);
        let is_new = count > 0 && bit != 0 && self.used & bit == 0;
        self.used |= bit;
        is_new
    }
}

fn milliseconds(age: Duration) -> u64 {
    u64::try_from(age.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    #[test]
    fn each_count_of_a_nonce_holds_once_in_any_order() {
        let nonces = Nonces::new();
        let nonce = nonces.make(SOON);
        for (count, expected) in [
            (1, true),
            (1, false),
            (3, true),
            (2, true),
            (2, false),
            (3, false),
            (0, false),
            (200, true),
            (72, false),
            (73, true),
            (u32::MAX, true),
            (u32::MAX, false),
        ] {
            assert_eq!(nonces.take(&nonce, count, SOON), expected, "{count}");
        }
        assert!(
            nonces.take(&nonces.make(SOON), 1, SOON),
            "another has its own counts"
        );
    }

    #[test]
    fn a_nonce_ends_with_its_time_or_its_process() {
        let nonces = Nonces::new();
        let nonce = nonces.make(SOON);
        assert!(nonces.take(&nonce, 1, SOON + HOLDS));
        assert!(!nonces.take(&nonce, 2, SOON + HOLDS + Duration::from_millis(1)));
        assert!(
            !nonces.take(&nonces.make(SOON * 2), 1, SOON),
            "of the future"
        );
        assert!(!Nonces::new().take(&nonce, 1, SOON));
        for changed in [
            nonce.to_uppercase(),
            format!("{nonce}00"),
            "0".repeat(64),
            String::new(),
        ] {
            assert!(
                changed == nonce || !nonces.take(&changed, 9, SOON),
                "{changed}"
            );
        }
    }

    #[test]
    fn what_was_forgotten_for_room_is_stale_and_never_new() {
        let nonces = Nonces::new();
        let first = nonces.make(SOON);
        assert!(nonces.take(&first, 1, SOON));
        let later = SOON + Duration::from_millis(1);
        for _ in 0..MOST {
            assert!(nonces.take(&nonces.make(later), 1, later));
        }
        assert!(!nonces.take(&first, 2, later));
        assert!(!nonces.take(&first, 1, later));
        let kept = nonces.used.lock().expect("nobody panicked").windows.len();
        assert_eq!(kept, MOST);
    }

    proptest! {
        #[test]
        fn no_count_is_ever_taken_twice(counts in proptest::collection::vec(0_u32..300, 0..400)) {
            let mut window = Window::default();
            let mut taken = std::collections::BTreeSet::new();
            for count in counts {
                prop_assert!(!window.take(count) || taken.insert(count));
            }
        }

        #[test]
        fn arbitrary_nonces_never_panic(text in "[0-9a-fx ]{0,80}") {
            prop_assert!(!Nonces::new().take(&text, 1, SOON));
        }
    }
}
