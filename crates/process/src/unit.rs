//! What travels to a gate together: one record, or the parts of one split message. Pure.
//!
//! A split message is put together here to see what it is about; its gate then gets every part as it came, under its own
//! record id, and puts them together as it does with any other. What contradicts or repeats a part goes with the message
//! and is judged there. A message that is not whole waits, and is never given up: it may become whole at any time.

use std::collections::{BTreeMap, BTreeSet};

use bordergate_crossing::Board;
use bordergate_model::{KeyKind, Observation, OutcomeKind, SourceId};
use bordergate_sources::{Part, part};
use bordergate_store::{
    Destination, LinkKey, Links, RoutedRecord, SourceLink, Together, Unrouted, WantedLinks,
};
use bytes::Bytes;

use crate::registered::Registered;
use crate::route::{self, Decision, EventEvidence, Evidence, decide};
use crate::run::{Content, ReadRecord, joined, read_run};
use crate::tools::Decided;

/// A record, read, and why it waits if it does.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) read: ReadRecord,
    /// Code and words that are stored; `None` for a record that just came.
    pub(crate) told: Option<(String, String)>,
}

/// Records that go to one gate.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// By offset; at least one.
    pub(crate) members: Vec<Member>,
    /// For parts of a split message: whose it is, and its name.
    pub(crate) message: Option<(SourceId, String)>,
    /// Whether nothing of it is missing.
    is_whole: bool,
    events: Vec<Event>,
}

/// What one observation offers to find its gate by.
#[derive(Clone, Debug)]
struct Event {
    ids: Vec<(SourceId, String)>,
    places: Vec<String>,
    keys: Vec<LinkKey>,
}

/// What a run comes to before anything is looked up.
#[derive(Debug, Default)]
pub(crate) struct Units {
    /// What looks for a gate, by the offset of its first record.
    pub(crate) units: Vec<Unit>,
    /// Records that need none: heartbeats, ticks, and what cannot be read.
    pub(crate) aside: Vec<ReadRecord>,
}

/// Sorts records into units: those that just came, and waiting ones.
pub(crate) fn units(
    registered: &Registered,
    board: &Board,
    read: &[ReadRecord],
    waiting: Vec<Unrouted>,
) -> Units {
    let mut sorted = Units::default();
    let mut messages: BTreeMap<(SourceId, String), Vec<(Member, Part)>> = BTreeMap::new();
    let came = read.iter().map(|read| Member {
        read: read.clone(),
        told: None,
    });
    let waited = waiting
        .into_iter()
        .map(|unrouted| read_again(registered, unrouted));
    for member in waited.chain(came) {
        let message = match &member.read.content {
            Content::Part(part) => {
                let source_id = member.read.logged.record.source_id.clone();
                Some(((source_id, part.message_key.clone()), part.clone()))
            }
            Content::Nothing { .. } if member.told.is_none() => {
                sorted.aside.push(member.read);
                continue;
            }
            _ => None,
        };
        match message {
            Some((name, part)) => messages.entry(name).or_default().push((member, part)),
            None => sorted.units.push(Unit {
                events: events(board, &member.read),
                members: vec![member],
                message: None,
                is_whole: true,
            }),
        }
    }
    for (name, parts) in messages {
        sorted.take_message(registered, board, name, parts);
    }
    sorted
        .units
        .sort_by_key(|unit| unit.members[0].read.logged.offset);
    sorted
}

fn read_again(registered: &Registered, unrouted: Unrouted) -> Member {
    let logged = std::slice::from_ref(&unrouted.logged);
    let mut read = read_run(registered, &Decided::new(), logged);
    Member {
        read: read.pop().expect("one record gives one reading"),
        told: Some((unrouted.code, unrouted.detail)),
    }
}

impl Units {
    fn take_message(
        &mut self,
        registered: &Registered,
        board: &Board,
        name: (SourceId, String),
        mut parts: Vec<(Member, Part)>,
    ) {
        parts.sort_by_key(|(member, _)| member.read.logged.offset);
        let whole = whole(parts.iter().map(|(_, part)| part));
        let is_whole = whole.is_some();
        let mut members: Vec<Member> = parts.into_iter().map(|(member, _)| member).collect();
        let mut unit = Unit {
            members: Vec::new(),
            message: Some(name),
            is_whole,
            events: Vec::new(),
        };
        if let Some(whole) = whole {
            let last = members.last().expect("a message has parts");
            let message = joined(registered, &last.read, &whole);
            unit.events = events(board, &message);
            if is_unreadable(&message) && last.told.is_none() {
                // As at a gate: the part that would complete it is put aside, the others wait for its redrive.
                members.pop();
                self.aside.push(message);
                unit.is_whole = false;
            }
        }
        unit.members = members;
        if !unit.members.is_empty() {
            self.units.push(unit);
        }
    }
}

fn is_unreadable(read: &ReadRecord) -> bool {
    matches!(&read.content, Content::Nothing { kind, .. } if *kind == OutcomeKind::Quarantined)
}

/// Returns the bytes of a message's parts in the order of their numbers; `None` while one is missing, and when it would be
/// larger than what is ever put together. Of two parts of one number the first counts.
fn whole<'p>(parts: impl Iterator<Item = &'p Part>) -> Option<Vec<Bytes>> {
    let mut by_number: BTreeMap<u16, &Part> = BTreeMap::new();
    for part in parts {
        by_number.entry(part.number).or_insert(part);
    }
    let last = by_number.values().find(|part| part.is_last)?.number;
    let parts: Option<Vec<&Part>> = (1..=last)
        .map(|number| by_number.get(&number).copied())
        .collect();
    let parts = parts?;
    let size: usize = parts.iter().map(|part| part.bytes.len()).sum();
    (size <= part::MOST_JOINED_BYTES).then(|| parts.iter().map(|part| part.bytes.clone()).collect())
}

fn events(board: &Board, read: &ReadRecord) -> Vec<Event> {
    let format = &read.logged.record.format;
    let observations = read.content.observations().iter();
    observations
        .map(|observation| event(board, format, observation))
        .collect()
}

fn event(board: &Board, format: &str, observation: &Observation) -> Event {
    let ids = [&observation.event_id, &observation.corrects];
    let keys = board.wanted(observation).into_iter();
    Event {
        ids: ids
            .into_iter()
            .flatten()
            .map(|id| (observation.source_id.clone(), id.clone()))
            .collect(),
        places: bordergate_sources::places(format, observation)
            .map(str::to_owned)
            .collect(),
        keys: keys
            .filter(|window| counts(window.key.kind))
            .map(|window| LinkKey {
                key: window.key,
                from: window.from,
                until: window.until,
            })
            .collect(),
    }
}

/// A plate with similar letters folded does not point to a gate: a record at a wrong gate stays there, one that waits is
/// still to be helped.
fn counts(kind: KeyKind) -> bool {
    !matches!(kind, KeyKind::PlateFolded | KeyKind::PlateNear)
}

impl Unit {
    /// Returns its records, and where they go by `decision`.
    pub(crate) fn together(&self, decision: &Decision) -> Together {
        let record = |member: &Member| RoutedRecord {
            offset: member.read.logged.offset,
            record_id: member.read.logged.record.record_id,
            body_sha256: member.read.body_sha256,
        };
        Together {
            records: self.members.iter().map(record).collect(),
            choice: match decision {
                Decision::Gate(gate_id, code) => Some(Destination {
                    gate_id: gate_id.clone(),
                    code: code.clone(),
                }),
                Decision::Waits(..) => None,
            },
        }
    }

    /// Returns every key it carries, each once.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &LinkKey> {
        let mut seen = BTreeSet::new();
        let keys = self.events.iter().flat_map(|event| &event.keys);
        keys.filter(move |one| seen.insert(&one.key))
    }

    /// Decides where it goes; `first_key` is the place of its first key among the wanted ones.
    fn decide(&self, registered: &Registered, links: &Links, first_key: usize) -> Decision {
        let Some(destinations) = registered.destinations() else {
            return Decision::Waits(route::UNKNOWN, "this shard routes nothing".to_owned());
        };
        let evidence = self.evidence(links, first_key);
        match decide(&destinations.offices, &evidence) {
            Decision::Waits(_, _) if !self.is_whole => {
                Decision::Waits(route::PART, "parts of the message are missing".to_owned())
            }
            decision => decision,
        }
    }

    fn evidence(&self, links: &Links, first_key: usize) -> Evidence {
        let mut evidence = Evidence::default();
        let records = links.records.iter().filter(|(record_id, sha256, _)| {
            self.members.iter().any(|member| {
                member.read.logged.record.record_id == *record_id
                    && member.read.body_sha256 == *sha256
            })
        });
        evidence
            .known
            .extend(records.map(|(.., gate_id)| gate_id.clone()));
        let messages = links.messages.iter().filter(|link| {
            let (source_id, message_key, _) = link;
            self.message
                .as_ref()
                .is_some_and(|name| (&name.0, &name.1) == (source_id, message_key))
        });
        evidence
            .known
            .extend(messages.map(|(.., gate_id)| gate_id.clone()));
        let mut first_key = first_key;
        for event in &self.events {
            evidence.events.push(event.evidence(links, first_key));
            first_key += event.keys.len();
        }
        evidence
    }

    fn key_count(&self) -> usize {
        self.events.iter().map(|event| event.keys.len()).sum()
    }
}

impl Event {
    fn evidence(&self, links: &Links, first_key: usize) -> EventEvidence {
        let is_told = |link: &&SourceLink| {
            let (source_id, event_id, _) = *link;
            self.ids
                .iter()
                .any(|id| (&id.0, &id.1) == (source_id, event_id))
        };
        let known = links.events.iter().filter(is_told);
        let linked = links.keys.iter().filter_map(|link| {
            let place = link.wanted.checked_sub(first_key)?;
            let key = self.keys.get(place)?;
            Some((key.key.kind, link.rank, link.gate_id.clone()))
        });
        EventEvidence {
            known: known.map(|(.., gate_id)| gate_id.clone()).collect(),
            places: self.places.clone(),
            kinds: self.keys.iter().map(|key| key.key.kind).collect(),
            links: linked.collect(),
        }
    }
}

/// Returns what must be looked up to decide where the units go.
pub(crate) fn wanted(units: &[Unit]) -> WantedLinks {
    let mut wanted = WantedLinks::default();
    for unit in units {
        let records = unit.members.iter();
        wanted
            .record_ids
            .extend(records.map(|member| member.read.logged.record.record_id));
        wanted.messages.extend(unit.message.clone());
        for event in &unit.events {
            wanted.events.extend(event.ids.iter().cloned());
            wanted.keys.extend(event.keys.iter().cloned());
        }
    }
    wanted
}

/// Decides where each unit goes, with the answer to [`wanted`]; in the order of the units.
pub(crate) fn decisions(registered: &Registered, units: &[Unit], links: &Links) -> Vec<Decision> {
    let mut first_key = 0;
    let mut decisions = Vec::with_capacity(units.len());
    for unit in units {
        decisions.push(unit.decide(registered, links, first_key));
        first_key += unit.key_count();
    }
    decisions
}
