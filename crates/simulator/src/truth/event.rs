//! Several words on one event: the last speaks for all, and the others go where it goes (formats.md, Axis).

use std::collections::BTreeMap;

use bordergate_model::RecordId;

use super::{Group, Reading, Seen};

/// A message, and the one that speaks for it.
pub(super) type Superseded<'a> = (&'a (RecordId, Seen), RecordId);

/// Parts the messages that speak for themselves from those another speaks for, also when it alone read a plate.
pub(super) fn speakers<'a>(
    sent: &[&'a (RecordId, Seen)],
) -> (Vec<&'a (RecordId, Seen)>, Vec<Superseded<'a>>) {
    let last_words: BTreeMap<_, RecordId> = sent
        .iter()
        .filter(|(_, seen)| !seen.is_provisional && !seen.keys().is_empty())
        .filter_map(|(record_id, seen)| Some((seen.event?, *record_id)))
        .collect();
    let mut speaking = Vec::new();
    let mut superseded = Vec::new();
    for &message in sent {
        let last_word = message.1.event.and_then(|event| last_words.get(&event));
        match last_word.filter(|_| message.1.is_provisional) {
            Some(speaker) => superseded.push((message, *speaker)),
            None => speaking.push(message),
        }
    }
    (speaking, superseded)
}

/// Lists superseded readings where the ones that speak for them are.
pub(super) fn follow<'a>(groups: &mut [Group<'a>], superseded: &[Superseded<'a>]) {
    for &((record_id, seen), speaker) in superseded {
        let is_here = |group: &&mut Group<'a>| {
            let mut readings = group.readings.iter();
            readings.any(|reading| reading.record_id == speaker)
        };
        let Some(group) = groups.iter_mut().find(is_here) else {
            continue;
        };
        let readings = seen.readings.iter().map(|&(milestone, at)| Reading {
            record_id: *record_id,
            seen,
            milestone,
            at,
            is_superseded: true,
        });
        group.readings.extend(readings);
        group
            .readings
            .sort_by_key(|reading| (reading.at, reading.record_id));
    }
}
