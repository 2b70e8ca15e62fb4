//! Which event a reading is, and which of several frames of one vehicle speaks for it.
//!
//! A camera that takes several pictures of a vehicle sends each as an event of its own, all with one `GroupID`: they are
//! revisions of one event, and the best text stands whatever the order of arrival. A single picture is an event by
//! `GroupID`, `EventSeq`, time and plate, as formats.md says.
//!
//! `GroupID` counts anew when a camera starts, so the group's id also holds the ten minutes of the device's own clock in
//! which the frame lies. That is shorter than most pauses between two starts, which would make one event of two vehicles
//! and lose one; a group across the border of ten minutes (one in some hundred) becomes two events, which link as two
//! readings of one vehicle do.

use bordergate_model::plate::Country;
use bordergate_model::{Observation, PlateNumber};
use jiff::tz::TimeZone;

use super::event::Event;
use crate::time_text::{self, Iso};
use crate::{Error, event_id};

/// Span of the device's clock that tells the groups of two starts apart, in seconds.
const SPAN_SECONDS: i64 = 600;
/// Where the device's own time stands, the same in all frames of a group.
const TIMES: [&str; 4] = ["UTC", "TrafficCar.UTC", "RealUTC", "LocaleTime"];

/// Names the event and its revision; none where there is neither time nor plate, since equal bytes are no duplicate.
pub(super) fn name(
    observation: &mut Observation,
    event: &Event<'_>,
    plate: Option<&str>,
) -> Result<(), Error> {
    let time = event.first_text(&TIMES)?;
    if time.is_none() && plate.is_none() {
        return Ok(());
    }
    let group = event.first_text(&["GroupID", "TrafficCar.GroupID"])?;
    let fields = [group, event.text("EventSeq")?, time, event.text("UTCMS")?];
    let mut fields: Vec<&str> = fields
        .iter()
        .map(|field| field.as_deref().unwrap_or_default())
        .collect();
    fields.push(plate.unwrap_or_default());
    let alone = event_id::derived(&fields);
    let (group, time) = (fields[0], fields[2]);
    // Events without pictures in groups have the number 0.
    let has_group = !matches!(group.trim(), "" | "0");
    let is_one_of_several = has_group && !matches!(count(event, "CountInGroup")?, Some(0 | 1));
    match device_seconds(time).filter(|_| is_one_of_several) {
        None => observation.event_id = Some(alone),
        Some(seconds) => {
            let machine = event.first_text(&["MachineName", "TrafficCar.MachineName"])?;
            let machine = machine.as_deref().unwrap_or_default();
            let span = seconds.div_euclid(SPAN_SECONDS).to_string();
            observation.event_id = Some(event_id::derived(&["group", machine, group, &span]));
            observation.revision = revision(observation, event, &alone)?;
        }
    }
    Ok(())
}

/// Returns the device's own clock, without correction, so that a later one leaves the ids as they were.
fn device_seconds(time: &str) -> Option<i64> {
    if let Ok(seconds) = time.trim().parse() {
        return Some(seconds);
    }
    match time_text::iso(time)? {
        Iso::Moment(at) => Some(at.as_second()),
        Iso::Wall(wall) => Some(wall.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()),
    }
}

/// Returns how good a frame is, as a revision: a milestone before none, a plate of either country before another text
/// and that before none, the higher confidence, the later frame. What is left is told apart by 14 bits of the frame's own
/// hash, so that a frame sent again has its revision and two frames are hardly ever taken for one.
fn revision(observation: &Observation, event: &Event<'_>, alone: &str) -> Result<u32, Error> {
    let shape = |plate: &PlateNumber| match plate.country() {
        Country::VietNam | Country::China => 2,
        Country::Other => 1,
    };
    let confidence = count(event, "Object.Confidence")?.unwrap_or_default();
    let index = count(event, "IndexInGroup")?.unwrap_or_default();
    let hash = alone.rsplit(':').next().and_then(|digits| digits.get(..4));
    let hash = hash.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    Ok(u32::from(observation.milestone.is_some()) << 30
        | observation.plate.as_ref().map_or(0, shape) << 28
        | confidence.min(255) << 20
        | index.min(63) << 14
        | hash.unwrap_or_default() & 0x3fff)
}

/// Returns a whole number of a field; `None` when it is none.
fn count(event: &Event<'_>, path: &str) -> Result<Option<u32>, Error> {
    let text = event.text(path)?;
    Ok(text.and_then(|text| text.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_devices_clock_is_read_as_a_number_and_as_a_text() {
        for (time, expected) in [
            ("1794830300", Some(1_794_830_300)),
            ("2026-11-16 11:58:20", Some(1_794_830_300)),
            ("2026-11-16T11:58:20+07:00", Some(1_794_805_100)),
            ("noon", None),
        ] {
            assert_eq!(device_seconds(time), expected, "{time}");
        }
    }
}
