//! Several words on one event: the best speaks for all, and the others go where it goes (formats.md, Axis and Dahua).

use std::collections::BTreeMap;

use bordergate_model::RecordId;

use super::{Group, Reading, Seen};

/// A message, and the one that speaks for it.
pub(super) type Superseded<'a> = (&'a (RecordId, Seen), RecordId);

/// Parts the messages that speak for themselves from those another speaks for, which is one that read a plate.
pub(super) fn speakers<'a>(
    sent: &[&'a (RecordId, Seen)],
) -> (Vec<&'a (RecordId, Seen)>, Vec<Superseded<'a>>) {
    let mut best: BTreeMap<_, ([u8; 3], RecordId)> = BTreeMap::new();
    for (record_id, seen) in sent.iter().filter(|(_, seen)| !seen.keys().is_empty()) {
        if let Some(event) = seen.event {
            let word = (seen.worth, *record_id);
            let speaker = best.entry(event).or_insert(word);
            *speaker = word.max(*speaker);
        }
    }
    let mut speaking = Vec::new();
    let mut superseded = Vec::new();
    for &message in sent {
        let speaker = message.1.event.and_then(|event| best.get(&event));
        let is_less = |worth: &[u8; 3]| *worth > message.1.worth || message.1.keys().is_empty();
        match speaker.filter(|(worth, _)| is_less(worth)) {
            Some((_, speaker)) => superseded.push((message, *speaker)),
            None => speaking.push(message),
        }
    }
    (speaking, superseded)
}

/// Lists superseded readings where the ones that speak for them are.
pub(super) fn follow<'a>(groups: &mut [Group<'a>], superseded: &[Superseded<'a>]) {
    for &(message, speaker) in superseded {
        let is_here = |group: &&mut Group<'a>| {
            let mut readings = group.readings.iter();
            readings.any(|reading| reading.record_id == speaker)
        };
        if let Some(group) = groups.iter_mut().find(is_here) {
            group.take(Reading::all(message, true));
        }
    }
}
