//! Readings without identity: a scale's weighing is of the one vehicle that other devices saw on its lane (formats.md,
//! Weighbridge).
//!
//! Decided last, by what was said within two minutes. Whatever leaves room for a second vehicle keeps the reading unlinked:
//! two were named, a device that named one told something nameless besides, or the scale told two weighings of one vehicle.

use bordergate_model::{RecordId, SourceId};

use super::{Group, OnLane, Reading, Seen};

/// How far apart two words on one vehicle may be, in milliseconds.
const WINDOW_MS: i64 = 120_000;

/// What a device on a lane said.
struct Word<'a> {
    on_lane: &'a OnLane,
    record_id: RecordId,
    /// The group of the vehicle it named; `None` for something nameless.
    of: Option<usize>,
}

impl Word<'_> {
    fn is_near(&self, other: &Word<'_>) -> bool {
        (self.on_lane.at_ms - other.on_lane.at_ms).abs() <= WINDOW_MS
    }

    fn source_id(&self) -> &SourceId {
        &self.on_lane.source_id
    }
}

/// Joins what has no key with its vehicle; returns the records that stay unlinked.
pub(super) fn join<'a>(
    groups: &mut [Group<'a>],
    keyless: &[&'a (RecordId, Seen)],
) -> Vec<RecordId> {
    let words = words(groups, keyless);
    let decided: Vec<Option<usize>> = keyless
        .iter()
        .map(|(record_id, seen)| {
            let asked = seen.on_lane.as_ref().filter(|_| seen.is_dated)?;
            let on_lane = words.iter().filter(|word| word.on_lane.lane == asked.lane);
            vehicle(*record_id, &on_lane.collect::<Vec<_>>())
        })
        .collect();
    let mut unlinked = Vec::new();
    for (message, decided) in keyless.iter().zip(decided) {
        match decided {
            Some(place) => groups[place].take(Reading::all(message, false)),
            None => unlinked.push(message.0),
        }
    }
    unlinked
}

fn words<'a>(groups: &[Group<'a>], keyless: &[&'a (RecordId, Seen)]) -> Vec<Word<'a>> {
    let named = groups.iter().enumerate().flat_map(|(place, group)| {
        let readings = group.readings.iter();
        readings.filter_map(move |reading| {
            Some(Word {
                on_lane: reading.seen.on_lane.as_ref()?,
                record_id: reading.record_id,
                of: Some(place),
            })
        })
    });
    let nameless = keyless.iter().filter_map(|(record_id, seen)| {
        Some(Word {
            on_lane: seen.on_lane.as_ref()?,
            record_id: *record_id,
            of: None,
        })
    });
    named.chain(nameless).collect()
}

/// Returns the group of the vehicle that something nameless is of; `None` when none or more than one may be.
fn vehicle(record_id: RecordId, words: &[&Word<'_>]) -> Option<usize> {
    let asked = words.iter().find(|word| word.record_id == record_id)?;
    let near = || words.iter().filter(|word| word.is_near(asked));
    let is_own = |word: &Word<'_>| word.source_id() == asked.source_id();
    let sightings = || near().filter(|word| !is_own(word) && word.of.is_some());
    let vehicle = sightings().find_map(|word| word.of)?;
    let names = |source_id| near().any(|word| word.source_id() == source_id && word.of.is_some());
    let is_another = near().any(|word| match word.of {
        Some(other) => other != vehicle,
        None => names(word.source_id()),
    });
    let has_rival = words.iter().any(|word| {
        word.of.is_none()
            && is_own(word)
            && word.record_id != record_id
            && sightings().any(|sighting| sighting.is_near(word))
    });
    (!is_another && !has_rival).then_some(vehicle)
}
