//! The times by which readings are linked (milestones.md, "One visit"; identifiers.md).

use jiff::SignedDuration;

/// Times of linking; the default is the domain pages'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// A second start of one kind later than this after the first begins another crossing.
    pub restart: SignedDuration,
    /// Any other milestone read again later than this begins another crossing.
    pub reread: SignedDuration,
    /// Readings up to this long after the close still belong to the crossing.
    pub after_close: SignedDuration,
    /// A second reading of the closing milestone up to this long after the close belongs to it.
    pub second_close: SignedDuration,
    /// The returned vehicle's GATE_OUT belongs to the crossing up to this long after RETURNED.
    pub leave_after_return: SignedDuration,
    /// Readings at the gate belong to a turned-back crossing up to this long after TURNED_BACK.
    pub leave_after_turn_back: SignedDuration,
    /// A foreign vehicle's CROSSED_OUT belongs to its import up to this long after GATE_OUT.
    pub going_home: SignedDuration,
    /// Log time after which a lone sensor reading may be linked by a near plate.
    pub near_window: SignedDuration,
    /// How far apart a reading without a key and those that name the vehicle on its lane may lie.
    pub lane_window: SignedDuration,
    /// With more readings than this on a lane within two windows of one without a key, nobody can tell whose it is.
    pub lane_crowd: usize,
    /// Log time without a reading after which an open crossing expires.
    pub expiry: SignedDuration,
    /// How far apart in time readings may lie and still matter to each other's linking.
    pub reach: SignedDuration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            restart: SignedDuration::from_secs(600),
            reread: SignedDuration::from_hours(12),
            after_close: SignedDuration::from_secs(60),
            second_close: SignedDuration::from_secs(600),
            leave_after_return: SignedDuration::from_hours(1),
            leave_after_turn_back: SignedDuration::from_hours(3),
            going_home: SignedDuration::from_hours(36),
            near_window: SignedDuration::from_hours(2),
            lane_window: SignedDuration::from_secs(120),
            lane_crowd: 64,
            expiry: SignedDuration::from_hours(30 * 24),
            reach: SignedDuration::from_hours(36),
        }
    }
}

impl Rules {
    /// Returns how long after its last reading an ended crossing stays in memory.
    #[must_use]
    pub fn horizon(&self) -> SignedDuration {
        self.reach + self.near_window
    }
}
