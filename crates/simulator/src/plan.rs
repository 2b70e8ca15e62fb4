//! What to simulate: the days, the gates, how much traffic, how much noise.

mod noise;
mod setting;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use noise::Noise;

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
    /// Share of customs' messages that come by the feed of the whole province, which is registered at no gate; 0: all
    /// come by the feed of their gate, and there is no other.
    pub province_share: f64,
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
            province_share: 0.3,
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
