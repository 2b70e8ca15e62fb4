//! What a door to devices tells about itself: its connections under `/healthz` and `/metrics`, its messages counted.

use std::sync::Arc;
use std::time::Instant;

use bordergate_model::Fault;

use super::complaints::Complaints;
use super::refusal::Refusal;
use super::states::State;
use crate::app::App;

/// The voice of one door.
#[derive(Clone)]
pub struct Report {
    app: Arc<App>,
    state: State,
    complaints: Arc<Complaints>,
}

impl Report {
    /// Returns the voice of the door of this name.
    #[must_use]
    pub fn new(app: &Arc<App>, door: impl Into<String>) -> Self {
        Self {
            app: Arc::clone(app),
            state: app.doors.of(door.into()),
            complaints: Arc::default(),
        }
    }

    /// Tells that the door has its one connection.
    pub fn is_connected(&self) {
        self.tell(State::CONNECTED, 1);
    }

    /// Tells that the door has no connection: why, or what it does about it.
    pub fn is_waiting(&self, state: &'static str) {
        self.tell(state, 0);
    }

    /// Tells how many connections a listening door has.
    pub fn is_listening(&self, connection_count: usize) {
        let count = i64::try_from(connection_count).unwrap_or(i64::MAX);
        self.tell(State::LISTENING, count);
    }

    fn tell(&self, state: &'static str, connection_count: i64) {
        self.state.set(state);
        let door = self.state.door();
        self.app
            .metrics
            .set_door_connections(door, connection_count);
    }

    /// Counts a message; `result` is `accepted` or the code of its refusal.
    pub fn count(&self, result: &'static str) {
        self.app
            .metrics
            .count_door_message(self.state.door(), result);
    }

    /// Counts a message that the other side says it sent before.
    pub fn count_again(&self) {
        self.app.metrics.count_door_again(self.state.door());
    }

    /// Tells the log of a refusal, unless it was told of late.
    pub fn refuses(&self, refusal: &Refusal) {
        let then = match refusal.fault() {
            Fault::Sender => "not kept",
            _ => "offered again",
        };
        self.complains(refusal.code(), &format!("refused and {then}: {refusal}"));
    }

    /// Tells the log what is wrong at the door, unless it was told of late.
    pub fn complains(&self, code: &'static str, words: &str) {
        if let Some(count) = self.complaints.due(words, code, Instant::now()) {
            let door = self.state.door();
            tracing::warn!(
                error.code = code,
                door,
                count,
                "door {door}, {count} times: {words}"
            );
        }
    }

    /// Counts bytes that belong to no message.
    pub fn count_noise(&self, bytes: usize) {
        self.app
            .metrics
            .count_door_noise(self.state.door(), u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}
