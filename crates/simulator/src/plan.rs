//! What to simulate: the day, how much traffic, how much noise.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// What to simulate. The same plan gives the same bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The first local day (Asia/Ho_Chi_Minh); all of it is history when it is posted.
    pub day: Date,
    /// How many days, 1 to [`MOST_DAYS`].
    pub day_count: u32,
    /// The gates, among [`known_gates`](crate::known_gates); the others are passed over.
    pub gates: Vec<String>,
    /// How many vehicles come to the border in a day, over all gates, relief vehicles not counted.
    pub vehicle_count: u32,
    /// Seed of the traffic and of the noise.
    pub seed: u64,
    /// How messages are disturbed.
    pub noise: Noise,
    /// How those of one source or of one format are disturbed instead, by its name; a source's own goes first.
    pub noise_of: BTreeMap<String, Noise>,
}

/// Most days of a plan: nothing expires within them, since a crossing expires after 30 days without a reading.
pub const MOST_DAYS: u32 = 28;

impl Plan {
    /// Returns the plan of the demo: 1,600 vehicles and the fixed noise.
    #[must_use]
    pub fn of_day(day: Date) -> Self {
        Self {
            day,
            day_count: 1,
            gates: vec!["huu-nghi".to_owned(), "tan-thanh".to_owned()],
            vehicle_count: 1600,
            seed: 1,
            noise: Noise::default(),
            noise_of: BTreeMap::new(),
        }
    }

    /// Returns the noise of a source.
    pub(crate) fn noise_of(&self, source_id: &str, format: &str) -> &Noise {
        let own = self.noise_of.get(source_id);
        own.or_else(|| self.noise_of.get(format))
            .unwrap_or(&self.noise)
    }
}

/// Shares of disturbed readings and messages, each 0 to 1.
///
/// A message has one fate: doubled, re-sent, out of order, late, missing and malformed exclude each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// Plate readings of sensors with one wrong character.
    pub misread: f64,
    /// Of the misread ones: the wrong character is of the right one's confusion class.
    pub within_class: f64,
    /// Plate readings of sensors without a plate.
    pub unreadable: f64,
    /// Messages sent twice at once.
    pub doubled: f64,
    /// Messages sent again 10 minutes to 6 hours later.
    pub resent: f64,
    /// Messages up to 10 minutes out of order.
    pub out_of_order: f64,
    /// Messages up to 3 hours late.
    pub late: f64,
    /// Messages that never come.
    pub missing: f64,
    /// Messages that cannot be read.
    pub malformed: f64,
    /// How much the clock of one camera at each gate is ahead, in seconds; registered with the camera.
    pub wrong_clock_seconds: i64,
}

impl Default for Noise {
    /// Returns the noise that the demo promises to cope with.
    fn default() -> Self {
        Self {
            misread: 0.02,
            within_class: 0.8,
            unreadable: 0.005,
            doubled: 0.01,
            resent: 0.02,
            out_of_order: 0.05,
            late: 0.01,
            missing: 0.01,
            malformed: 0.002,
            wrong_clock_seconds: 437,
        }
    }
}

impl Noise {
    /// Returns no noise at all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            misread: 0.0,
            within_class: 0.0,
            unreadable: 0.0,
            doubled: 0.0,
            resent: 0.0,
            out_of_order: 0.0,
            late: 0.0,
            missing: 0.0,
            malformed: 0.0,
            wrong_clock_seconds: 0,
        }
    }
}
