//! What the doors that the settings open are doing: open, or a stable code for what they wait for. The bucket that
//! pictures are kept in is shown among them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The states of all such doors, for `/healthz` and the metrics.
#[derive(Clone, Debug, Default)]
pub struct States(Arc<Mutex<BTreeMap<String, &'static str>>>);

impl States {
    /// Returns the handle by which a door tells its state; it is starting until it tells one.
    #[must_use]
    pub fn of(&self, door: String) -> State {
        self.lock().insert(door.clone(), "starting");
        State {
            all: self.clone(),
            door,
        }
    }

    /// Returns every door and its state.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, &'static str> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, &'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One door's handle.
#[derive(Clone, Debug)]
pub struct State {
    all: States,
    door: String,
}

impl State {
    /// The state of a door that fetches records, and of the bucket that pictures are kept in.
    pub const OPEN: &'static str = "open";
    /// The state of a door that has its one connection.
    pub const CONNECTED: &'static str = "connected";
    /// The state of a door that devices connect to.
    pub const LISTENING: &'static str = "listening";

    /// Tells whether all is well in a state: the door takes records, or another hub does in its place.
    #[must_use]
    pub fn is_well(state: &str) -> bool {
        [Self::OPEN, Self::CONNECTED, Self::LISTENING].contains(&state) || state.ends_with(".held")
    }

    /// Notes the state; tells whether it is another than before.
    pub fn set(&self, state: &'static str) -> bool {
        self.all.lock().insert(self.door.clone(), state) != Some(state)
    }

    /// Tells whether all is well now.
    #[must_use]
    pub fn is_now_well(&self) -> bool {
        let all = self.all.lock();
        all.get(&self.door)
            .is_some_and(|state| Self::is_well(state))
    }

    /// Returns the door's name.
    #[must_use]
    pub fn door(&self) -> &str {
        &self.door
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_well_that_takes_records_or_leaves_them_to_another_hub() {
        let all = States::default();
        let state = all.of("folder inbox".to_owned());
        for (word, is_new, is_well) in [
            (State::OPEN, true, true),
            (State::OPEN, false, true),
            ("folder.held", true, true),
            (State::CONNECTED, true, true),
            (State::LISTENING, true, true),
            ("log.unreachable", true, false),
        ] {
            assert_eq!(state.set(word), is_new, "{word}");
            assert_eq!(State::is_well(all.all()["folder inbox"]), is_well, "{word}");
        }
    }
}
