//! Crossings: one visit of one vehicle with its cargo, as linking leaves it (milestones.md, "One visit").

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CrossingId, GateId, KeyKind, MatchKey, Milestone, Observation, ObservationRef};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the stable word used in tables and interfaces.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Reads a word back; `None` when it is none of [`Self::ALL`].
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

words!(
    /// Which way a crossing goes, seen from Viet Nam.
    Direction {
        /// Viet Nam to China.
        Export = "export",
        /// China to Viet Nam.
        Import = "import",
        /// Nothing tells.
        Unknown = "unknown",
    }
);
words!(
    /// Customs channel; the order of values is the order of severity.
    Channel {
        /// Not channelled yet.
        None = "none",
        /// Exempt from checks.
        Green = "green",
        /// Documents checked.
        Yellow = "yellow",
        /// Goods inspected.
        Red = "red",
    }
);
words!(
    /// Class of the cargo, as milestone reports name it.
    CargoClass {
        /// Fresh fruit and other perishables.
        Fruit = "fruit",
        /// Any other goods.
        Other = "other",
        /// Vehicles driven as goods.
        NewVehicle = "new_vehicle",
    }
);
words!(
    /// State of a crossing.
    State {
        /// Not ended.
        Open = "open",
        /// Ended by CROSSED_OUT (export) or GATE_OUT (import).
        Closed = "closed",
        /// Ended by what can only follow an end that was not read.
        CloseMissed = "close_missed",
        /// Ended by TURNED_BACK.
        TurnedBack = "turned_back",
        /// Nothing was read for the expiry time; a late milestone reopens it.
        Expired = "expired",
        /// A relief vehicle's own way before it took over another's goods.
        Relieved = "relieved",
        /// Found to be part of another crossing; its row points there.
        Merged = "merged",
    }
);

impl State {
    /// Tells whether the crossing has ended in any way.
    #[must_use]
    pub fn is_ended(self) -> bool {
        self != Self::Open
    }
}

/// One observation in its crossing, and why it is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkedReading {
    /// The observation, shared with every revision of its crossings.
    pub observation: Arc<Observation>,
    /// The key by which it was linked; `None` for the one that opened the crossing.
    pub link_key: Option<MatchKey>,
    /// Whether it stands for its milestone among several readings.
    pub stands: bool,
}

impl PartialEq for LinkedReading {
    fn eq(&self, other: &Self) -> bool {
        // Revisions of one crossing share most of their observations.
        let is_same = Arc::ptr_eq(&self.observation, &other.observation)
            || self.observation == other.observation;
        is_same && self.link_key == other.link_key && self.stands == other.stands
    }
}

/// One visit of one vehicle with its cargo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Its name, kept through every later linking.
    pub crossing_id: CrossingId,
    /// The gate.
    pub gate_id: GateId,
    /// 1 at first, one more for every change.
    pub revision: u64,
    /// Which way.
    pub direction: Direction,
    /// The severest channel of its declarations.
    pub channel: Channel,
    /// Cargo class; `None` when no report tells.
    pub cargo: Option<CargoClass>,
    /// Loaded or empty; `None` when no report tells.
    pub is_loaded: Option<bool>,
    /// State.
    pub state: State,
    /// Whether its first reading is one that only follows an entry.
    pub entry_unknown: bool,
    /// For a merged one: the crossing it became part of.
    pub merged_into: Option<CrossingId>,
    /// The time of its earliest reading.
    pub first_at: Timestamp,
    /// The time of its latest reading.
    pub last_at: Timestamp,
    /// The shard's log time when its latest reading was received; expiry counts from here.
    pub last_read_log_time: Timestamp,
    /// When it ended; `None` while open, and for an expired one the log time of expiry.
    pub ended_at: Option<Timestamp>,
    /// The plate shown for it: the exact text most of its readings agree on; `None` without any plate.
    pub plate: Option<String>,
    /// Every match key its readings lend, sorted; a near-linked reading lends none.
    pub keys: Vec<MatchKey>,
    /// The moment that stands for each milestone that has a dated one.
    pub milestones: BTreeMap<Milestone, Standing>,
    /// Its readings by time, then offset, then index.
    pub readings: Vec<LinkedReading>,
}

/// The moment that stands for a milestone, and the reading it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// When it occurred.
    pub at: Timestamp,
    /// The reading.
    pub reading: ObservationRef,
    /// Whether that reading's clock cannot be believed.
    pub is_suspect: bool,
}

impl Crossing {
    /// Returns when `milestone` occurred; `None` when no dated reading of it is known.
    #[must_use]
    pub fn at(&self, milestone: Milestone) -> Option<Timestamp> {
        self.milestones.get(&milestone).map(|standing| standing.at)
    }

    /// Tells whether any reading of `milestone` is in it, dated or not.
    #[must_use]
    pub fn has(&self, milestone: Milestone) -> bool {
        self.readings
            .iter()
            .any(|reading| reading.observation.milestone == Some(milestone))
    }

    /// Tells whether it is open, or ended by nothing but readings that a near plate or their lane joined: readings with
    /// one of its keys may still go on with it, however much later they occurred, and then those end it no more.
    ///
    /// An answer that is too often yes costs a look at an ended crossing and nothing else.
    #[must_use]
    pub fn is_open_by_keys(&self) -> bool {
        let ending: &[Milestone] = match self.state {
            State::Open | State::Expired => return true,
            State::Merged | State::Relieved => return false,
            State::TurnedBack => &[Milestone::TurnedBack],
            State::Closed => &[Milestone::CrossedOut, Milestone::GateOut],
            State::CloseMissed => &[Milestone::Returned, Milestone::Delivered],
        };
        let ends = |reading: &&LinkedReading| {
            let milestone = reading.observation.milestone;
            milestone.is_some_and(|milestone| ending.contains(&milestone))
        };
        let is_by_keys = |reading: &LinkedReading| {
            let kind = reading.link_key.as_ref().map(|key| key.kind);
            !matches!(kind, Some(KeyKind::PlateNear | KeyKind::Lane))
        };
        let mut endings = self.readings.iter().filter(ends).peekable();
        endings.peek().is_some() && !endings.any(is_by_keys)
    }
}

/// A crossing after a change; what the feed, the store and the indicators see.
///
/// A merged crossing (and one left empty by a new linking) is a tombstone: `crossing.state` is
/// [`State::Merged`], it has no readings, and `merged_into` says where they went, if to one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossingChange {
    /// The whole crossing at its new revision.
    pub crossing: Crossing,
}

impl CrossingChange {
    /// Tells whether the crossing is gone: merged into another or left empty.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.crossing.state == State::Merged
    }
}
