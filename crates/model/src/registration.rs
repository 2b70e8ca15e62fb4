//! Registrations of gates and sources: immutable versions, never constants in code.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{GateId, Milestone, Shard, SourceId};

/// One version of a gate's registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The gate's name in the log and in every interface.
    pub gate_id: GateId,
    /// 1 for the first registration, one more for each change.
    pub version: u32,
    /// Name in English.
    pub name_en: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// The shard that holds its records; fixed once a record carries the gate.
    pub shard: Shard,
    /// Customs office and gate codes seen in messages, such as `15BB` or `VNHUGT`.
    pub office_codes: Vec<String>,
    /// A disabled gate takes no more records.
    pub is_disabled: bool,
}

/// One version of a source's registration: what its messages mean at the gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The source's name in the log and in every interface.
    pub source_id: SourceId,
    /// 1 for the first registration, one more for each change.
    pub version: u32,
    /// Format name of `bordergate-sources`' registry, such as `hikvision-anpr`.
    pub format: String,
    /// The gate its readings belong to.
    pub gate_id: GateId,
    /// The lane it watches; `None` when it watches several or none.
    pub lane: Option<String>,
    /// What a reading means, by the device's own word for direction in lower case (`forward`,
    /// `approach`, `in` ...); `*` holds for any other word and for none. Without an entry a
    /// reading is kept without a milestone.
    pub readings: BTreeMap<String, Milestone>,
    /// Rank among several readings of one milestone: 0 sensor at the place, 1 agency or yard
    /// report, 2 customs message.
    pub rank: u8,
    /// IANA zone of times that carry none, such as `Asia/Ho_Chi_Minh`.
    pub zone: String,
    /// Device clock minus true time in seconds; subtracted from every device time, also from
    /// times with an explicit (then wrong) zone. 0 when the clock is right.
    pub clock_offset_seconds: i64,
    /// After how many seconds without a record the source counts as silent; `None`: never.
    pub silent_after_seconds: Option<u32>,
    /// Whether it may say when its records were received (loading history, demo, tests).
    pub is_replay: bool,
    /// The LGSP partner that may submit records under this source; `None`: none may.
    pub partner_id: Option<String>,
    /// A disabled source is refused at the doors.
    pub is_disabled: bool,
    /// When this version was registered; `None` until the database has it.
    pub registered_at: Option<Timestamp>,
}

impl Source {
    /// Returns the milestone a reading means, given the device's word for direction (any letter
    /// case); `None` when the registration gives it no meaning.
    #[must_use]
    pub fn meaning(&self, device_direction: Option<&str>) -> Option<Milestone> {
        device_direction
            .and_then(|word| self.readings.get(&word.to_lowercase()))
            .or_else(|| self.readings.get("*"))
            .copied()
    }
}
