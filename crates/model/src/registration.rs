//! Registrations of gates and sources: immutable versions, never constants in code.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DeviceSerial, GateId, Milestone, Shard, SourceId};

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
    /// The gate its readings belong to; `None` for a province-wide source, such as a customs feed, whose records go to
    /// the router shard: each is read there and appended again to the shard of the gate it is about.
    pub gate_id: Option<GateId>,
    /// The lane it watches; `None` when it watches several or none.
    pub lane: Option<String>,
    /// What a reading means, by the device's own word for direction in lower case (`forward`,
    /// `approach`, `in` ...) or by a sector of degrees such as `315-45`; `*` holds for any other word and for none. Without an entry a
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
    /// The recorder that may send records under this source; `None`: none may.
    pub recorder_id: Option<String>,
    /// What the device calls itself in its messages; finds the source of a message that comes without a name.
    pub device_serial: Option<DeviceSerial>,
    /// A disabled source is refused at the doors.
    pub is_disabled: bool,
    /// When this version was registered; `None` until the database has it.
    pub registered_at: Option<Timestamp>,
}

impl Source {
    /// Returns a sensor's first registration at a gate (`None`: province-wide) of Viet Nam, with a right clock; its readings
    /// mean nothing yet, and it may do nothing that is not said here.
    #[must_use]
    pub fn new(source_id: SourceId, format: &str, gate_id: Option<GateId>) -> Self {
        Self {
            source_id,
            version: 1,
            format: format.to_owned(),
            gate_id,
            lane: None,
            readings: BTreeMap::new(),
            rank: 0,
            zone: "Asia/Ho_Chi_Minh".to_owned(),
            clock_offset_seconds: 0,
            silent_after_seconds: None,
            is_replay: false,
            partner_id: None,
            recorder_id: None,
            device_serial: None,
            is_disabled: false,
            registered_at: None,
        }
    }

    /// Returns the milestone a reading means, given the device's word for direction (any letter
    /// case); `None` when the registration gives it no meaning.
    ///
    /// A direction told in degrees also falls into registered sectors: `315-45` holds from 315
    /// (inclusive) clockwise until 45 (exclusive). The narrowest of several decides.
    #[must_use]
    pub fn meaning(&self, device_direction: Option<&str>) -> Option<Milestone> {
        device_direction
            .and_then(|word| self.by_word(word).or_else(|| self.by_degrees(word)))
            .or_else(|| self.readings.get("*").copied())
    }

    fn by_word(&self, word: &str) -> Option<Milestone> {
        match self.readings.get(word) {
            None if word.chars().any(char::is_uppercase) => {
                self.readings.get(&word.to_lowercase()).copied()
            }
            found => found.copied(),
        }
    }

    fn by_degrees(&self, word: &str) -> Option<Milestone> {
        let degrees: f64 = word.trim().parse().ok()?;
        let inside = |(sector, milestone): (&String, &Milestone)| {
            let width = sector_width(sector, degrees)?;
            Some((width, *milestone))
        };
        let sectors = self.readings.iter().filter_map(inside);
        let narrowest = sectors.min_by(|one, two| one.0.total_cmp(&two.0));
        narrowest.map(|(_, milestone)| milestone)
    }
}

/// Returns how wide a sector such as `315-45` is, in degrees, when `degrees` lies in it; `None` when
/// it does not or `sector` is a word. Equal ends are the whole circle.
fn sector_width(sector: &str, degrees: f64) -> Option<f64> {
    let (from, until) = sector.split_once('-')?;
    let bound = |text: &str| text.trim().parse::<f64>().ok();
    let (from, until) = (bound(from)?, bound(until)?);
    let width = match (until - from).rem_euclid(360.0) {
        0.0 => 360.0,
        width => width,
    };
    ((degrees - from).rem_euclid(360.0) < width).then_some(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(readings: &[(&str, Milestone)]) -> Source {
        let camera = SourceId::parse("camera").expect("a plain name");
        Source {
            readings: readings
                .iter()
                .map(|(word, milestone)| ((*word).to_owned(), *milestone))
                .collect(),
            ..Source::new(camera, "rekor-scout", GateId::parse("huu-nghi").ok())
        }
    }

    #[test]
    fn degrees_fall_into_half_open_sectors_across_north() {
        let camera = source(&[
            ("315-45", Milestone::GateIn),
            ("135-225", Milestone::GateOut),
            ("0-360", Milestone::YardIn),
            ("in", Milestone::CrossedIn),
        ]);
        for (direction, expected) in [
            ("315", Milestone::GateIn),
            ("0", Milestone::GateIn),
            ("44.9", Milestone::GateIn),
            ("405", Milestone::YardIn),
            ("-10", Milestone::GateIn),
            ("45", Milestone::YardIn),
            ("180.0", Milestone::GateOut),
            ("In", Milestone::CrossedIn),
        ] {
            assert_eq!(
                camera.meaning(Some(direction)),
                Some(expected),
                "{direction}"
            );
        }
        for direction in [Some(""), Some("NaN"), Some("north"), None] {
            assert_eq!(camera.meaning(direction), None, "{direction:?}");
        }
    }

    #[test]
    fn outside_of_every_sector_the_star_holds() {
        let camera = source(&[("90-180", Milestone::GateIn), ("*", Milestone::GateOut)]);
        assert_eq!(camera.meaning(Some("10")), Some(Milestone::GateOut));
        assert_eq!(camera.meaning(Some("90")), Some(Milestone::GateIn));
    }
}
