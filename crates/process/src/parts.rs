//! The kept parts of split messages as a batch sees them: what completes a message, what contradicts it, and when a
//! missing part is waited for no longer. Pure; log time is the only clock.
//!
//! Parts belong together by source and message key, in whatever order they come. A message must be whole within
//! [`PART_WAIT`] of its first part. Once it is, the hashes of its parts stay that long to recognise doubles.

use std::collections::BTreeMap;

use bordergate_model::{LoggedRecord, Offset, SourceId};
use bordergate_sources::{Part, part};
use bordergate_store::{KeptPart, NewQuarantine, PartChanges};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// How long the parts of a message may be apart, in log time: longer than a feed or a line is usually down, and shorter
/// than the horizon of linking, so that a message which is late still meets its crossing.
pub(crate) const PART_WAIT: SignedDuration = SignedDuration::from_hours(24);
/// Most numbers of parts that a detail lists.
const MOST_LISTED: usize = 20;

/// What a part does that has just come.
#[derive(Debug, PartialEq)]
pub(crate) enum Arrival {
    /// It came before, with the same bytes.
    Double,
    /// It contradicts what came before, or makes the message too large: code and words.
    Refused(&'static str, String),
    /// Others are still missing.
    Waits,
    /// It was the last one missing: every part's bytes, in order.
    Completes(Vec<Bytes>),
}

/// The kept parts, and what a batch changes of them.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    messages: BTreeMap<(SourceId, String), Message>,
    dropped: Vec<Offset>,
    put_aside: Vec<NewQuarantine>,
}

#[derive(Debug, Default)]
struct Message {
    waits_until: Timestamp,
    parts: BTreeMap<u16, Held>,
}

#[derive(Debug)]
struct Held {
    kept: KeptPart,
    /// Whether the database has it with its bytes, has it without, or has it not.
    stored: Stored,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    No,
    Waiting,
    Joined,
}

impl Parts {
    /// Starts from what the database keeps.
    pub(crate) fn new(found: Vec<KeptPart>) -> Self {
        let mut parts = Self::default();
        for kept in found {
            let stored = match kept.bytes {
                Some(_) => Stored::Waiting,
                None => Stored::Joined,
            };
            parts.hold(kept, stored);
        }
        parts
    }

    /// Tells what the part does; nothing changes yet.
    pub(crate) fn arrival(&self, source_id: &SourceId, part: &Part) -> Arrival {
        let message = self
            .messages
            .get(&(source_id.clone(), part.message_key.clone()));
        match message {
            Some(message) => message.arrival(part),
            None => Message::default().arrival(part),
        }
    }

    /// Keeps the part with its bytes until the message is whole.
    pub(crate) fn keep(&mut self, logged: &LoggedRecord, part: &Part, log_time: Timestamp) {
        let kept = self.kept(logged, part, log_time);
        self.hold(kept, Stored::No);
    }

    /// Notes that the part made its message whole: of every part only the hash stays.
    pub(crate) fn complete(&mut self, logged: &LoggedRecord, part: &Part, log_time: Timestamp) {
        let kept = self.kept(logged, part, log_time);
        let name = (kept.source_id.clone(), kept.message_key.clone());
        self.hold(kept, Stored::No);
        for held in self
            .messages
            .get_mut(&name)
            .into_iter()
            .flat_map(|message| message.parts.values_mut())
        {
            held.kept.bytes = None;
        }
    }

    /// Forgets the messages whose time is over. Returns the parts that still waited, each with what was missing in
    /// words and whether the database has its outcome.
    pub(crate) fn give_up(&mut self, log_time: Timestamp) -> Vec<(KeptPart, String, bool)> {
        let is_over = |message: &Message| message.waits_until <= log_time;
        let names: Vec<_> = self
            .messages
            .iter()
            .filter(|(_, message)| is_over(message))
            .map(|(name, _)| name.clone())
            .collect();
        let mut lost = Vec::new();
        for message in names.iter().filter_map(|name| self.messages.remove(name)) {
            let words = message.missing();
            for held in message.parts.into_values() {
                if held.stored != Stored::No {
                    self.dropped.push(held.kept.offset);
                }
                if held.kept.bytes.is_some() {
                    lost.push((held.kept, words.clone(), held.stored != Stored::No));
                }
            }
        }
        lost
    }

    /// Puts a stored part aside.
    pub(crate) fn put_aside(&mut self, row: NewQuarantine) {
        self.put_aside.push(row);
    }

    /// Returns what the batch writes.
    pub(crate) fn finish(self) -> PartChanges {
        let mut changes = PartChanges {
            dropped: self.dropped,
            put_aside: self.put_aside,
            ..PartChanges::default()
        };
        let held = self
            .messages
            .into_values()
            .flat_map(|message| message.parts.into_values());
        for held in held {
            match (held.stored, &held.kept.bytes) {
                (Stored::No, _) => changes.kept.push(held.kept),
                (Stored::Waiting, None) => changes.joined.push(held.kept.offset),
                (Stored::Waiting, Some(_)) | (Stored::Joined, _) => {}
            }
        }
        changes
    }

    fn hold(&mut self, kept: KeptPart, stored: Stored) {
        let name = (kept.source_id.clone(), kept.message_key.clone());
        let message = self.messages.entry(name).or_default();
        message.waits_until = kept.waits_until;
        message.parts.insert(kept.number, Held { kept, stored });
    }

    fn kept(&self, logged: &LoggedRecord, part: &Part, log_time: Timestamp) -> KeptPart {
        let record = &logged.record;
        let name = (record.source_id.clone(), part.message_key.clone());
        let waits_until = match self.messages.get(&name) {
            Some(message) => message.waits_until,
            None => end_of_wait(log_time),
        };
        KeptPart {
            offset: logged.offset,
            record_id: record.record_id,
            source_id: name.0,
            gate_id: record
                .gate_id
                .clone()
                .expect("a record without a gate of the shard is not read"),
            format: record.format.clone(),
            received_at: record.received_at,
            message_key: name.1,
            number: part.number,
            is_last: part.is_last,
            bytes_sha256: Sha256::digest(&part.bytes).into(),
            bytes: Some(part.bytes.clone()),
            waits_until,
        }
    }
}

impl Message {
    fn arrival(&self, part: &Part) -> Arrival {
        if let Some(held) = self.parts.get(&part.number) {
            let sha256: [u8; 32] = Sha256::digest(&part.bytes).into();
            return match held.kept.bytes_sha256 == sha256 {
                true => Arrival::Double,
                false => Arrival::Refused(
                    part::CONFLICT,
                    format!("part {} came before with other bytes", part.number),
                ),
            };
        }
        let ends = self.last().into_iter();
        let last = ends.chain(part.is_last.then_some(part.number)).min();
        let highest = self.parts.keys().next_back().copied().unwrap_or(0);
        let highest = highest.max(part.number);
        if let Some(last) = last.filter(|last| *last < highest) {
            let detail =
                format!("the message ends with part {last}, and there is a part {highest}");
            return Arrival::Refused(part::CONFLICT, detail);
        }
        let there = self
            .parts
            .values()
            .filter_map(|held| held.kept.bytes.as_ref());
        let length = part.bytes.len() + there.map(Bytes::len).sum::<usize>();
        if length > part::MOST_JOINED_BYTES {
            let detail = format!(
                "{length} bytes with part {}, {} at most",
                part.number,
                part::MOST_JOINED_BYTES
            );
            return Arrival::Refused(part::TOO_LARGE, detail);
        }
        let bytes = |number| match number == part.number {
            true => Some(part.bytes.clone()),
            false => self.parts.get(&number)?.kept.bytes.clone(),
        };
        let whole = last.and_then(|last| (1..=last).map(bytes).collect());
        whole.map_or(Arrival::Waits, Arrival::Completes)
    }

    fn last(&self) -> Option<u16> {
        let mut parts = self.parts.values();
        let last = parts.find(|held| held.kept.is_last);
        last.map(|held| held.kept.number)
    }

    /// Says which parts came and which did not.
    fn missing(&self) -> String {
        let hours = PART_WAIT.as_hours();
        let came = listed(self.parts.keys().copied());
        match self.last() {
            Some(last) => {
                let missing = (1..=last).filter(|number| !self.parts.contains_key(number));
                let missing = listed(missing);
                format!(
                    "of {last} parts of the message came {came} within {hours} h, not {missing}"
                )
            }
            None => format!("of the message came {came} within {hours} h, and no last part"),
        }
    }
}

fn listed(numbers: impl Iterator<Item = u16>) -> String {
    let mut texts: Vec<String> = numbers
        .take(MOST_LISTED + 1)
        .map(|number| number.to_string())
        .collect();
    if texts.len() > MOST_LISTED {
        texts.truncate(MOST_LISTED);
        texts.push("more".to_owned());
    }
    texts.join(", ")
}

/// Returns the end of a wait that begins now, to the microsecond that databases keep.
fn end_of_wait(log_time: Timestamp) -> Timestamp {
    let end = log_time.saturating_add(PART_WAIT).unwrap_or(Timestamp::MAX);
    Timestamp::from_microsecond(end.as_microsecond()).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u16, is_last: bool, bytes: &'static [u8]) -> Part {
        Part {
            message_key: "key".to_owned(),
            number,
            is_last,
            bytes: Bytes::from_static(bytes),
        }
    }

    fn message(parts: &[Part]) -> Message {
        let held = |part: &Part| {
            let kept = KeptPart {
                offset: i64::from(part.number),
                record_id: bordergate_model::RecordId(uuid::Uuid::nil()),
                source_id: SourceId::parse("customs").expect("a plain name"),
                gate_id: bordergate_model::GateId::parse("huu-nghi").expect("a plain name"),
                format: "vnaccs".to_owned(),
                received_at: Timestamp::UNIX_EPOCH,
                message_key: part.message_key.clone(),
                number: part.number,
                is_last: part.is_last,
                bytes_sha256: Sha256::digest(&part.bytes).into(),
                bytes: Some(part.bytes.clone()),
                waits_until: Timestamp::UNIX_EPOCH,
            };
            let stored = Stored::No;
            (part.number, Held { kept, stored })
        };
        Message {
            waits_until: Timestamp::UNIX_EPOCH,
            parts: parts.iter().map(held).collect(),
        }
    }

    #[test]
    fn a_message_is_whole_when_every_number_up_to_its_last_is_there() {
        let (one, two, three) = (
            part(1, false, b"1"),
            part(2, false, b"2"),
            part(3, true, b"3"),
        );
        for (there, comes, is_whole) in [
            (vec![], &one, false),
            (vec![], &three, false),
            (vec![&one], &two, false),
            (vec![&one], &three, false),
            (vec![&two, &three], &one, true),
            (vec![&one, &three], &two, true),
            (vec![&one, &two], &three, true),
        ] {
            let there: Vec<Part> = there.into_iter().cloned().collect();
            let whole = ["1", "2", "3"].map(Bytes::from).to_vec();
            let expected = match is_whole {
                true => Arrival::Completes(whole),
                false => Arrival::Waits,
            };
            assert_eq!(
                message(&there).arrival(comes),
                expected,
                "{there:?} and {comes:?}"
            );
        }
    }

    #[test]
    fn a_part_that_contradicts_the_others_is_refused() {
        let (one, three, last) = (
            part(1, false, b"1"),
            part(3, false, b"3"),
            part(2, true, b"2"),
        );
        for (there, comes) in [
            (vec![&one], part(1, false, b"other")),
            (vec![&one, &last], part(3, false, b"3")),
            (vec![&one, &last], part(3, true, b"3")),
            (vec![&three], last.clone()),
            (vec![&last], part(1, true, b"1")),
        ] {
            let there: Vec<Part> = there.into_iter().cloned().collect();
            let arrival = message(&there).arrival(&comes);
            assert!(
                matches!(arrival, Arrival::Refused(part::CONFLICT, _)),
                "{there:?} and {comes:?}: {arrival:?}"
            );
        }
        assert_eq!(
            message(std::slice::from_ref(&one)).arrival(&one),
            Arrival::Double
        );
    }

    #[test]
    fn a_message_larger_than_a_record_may_be_is_refused() {
        static HALF: [u8; part::MOST_JOINED_BYTES / 2] = [0; part::MOST_JOINED_BYTES / 2];
        let one = part(1, false, &HALF);
        assert_eq!(
            message(std::slice::from_ref(&one)).arrival(&part(2, false, &HALF)),
            Arrival::Waits
        );
        let arrival = message(&[one, part(2, false, &HALF)]).arrival(&part(3, true, b"3"));
        assert!(
            matches!(arrival, Arrival::Refused(part::TOO_LARGE, _)),
            "{arrival:?}"
        );
    }
}
