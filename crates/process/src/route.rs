//! Which gate a record of a province-wide source belongs to (DESIGN.md, "Shards and keys"). Pure.
//!
//! In this order, each only where the one before says nothing or names several gates:
//! 1. *known*: a gate has the record, its event or a part of its message already, or the record is on its way there, so a retry
//!    or a correction goes there too;
//! 2. *place*: an office, gate or place code of the message is one of the gate's registered codes;
//! 3. *link*: a crossing at the gate carries a key of the message.
//!
//! A message that tells several events is about one gate, or it waits: it is never split. What was decided before, by the
//! router or by a person, is not decided again: the database has it ([`bordergate_store::Decisions`]).

use std::collections::{BTreeMap, BTreeSet};

use bordergate_model::{Gate, GateId, KeyKind};

/// Outcome code of a record whose gate knew it.
pub(crate) const KNOWN: &str = "route.known";
/// Outcome code of a record whose code of a place is the gate's.
pub(crate) const PLACE: &str = "route.place";
/// Outcome code of a record that shares a key with a crossing at the gate.
pub(crate) const LINK: &str = "route.link";
/// Outcome code of a record whose gate a person named.
pub const ASSIGNED: &str = "route.assigned";
/// Outcome code of a record that waits since nothing points to a gate.
pub(crate) const UNKNOWN: &str = "route.unknown";
/// Outcome code of a record that waits since it may belong to several gates.
pub(crate) const AMBIGUOUS: &str = "route.ambiguous";
/// Outcome code of a part of a split message that waits for the others.
pub(crate) const PART: &str = "route.part";
/// Outcome code of a record that waits since its gate is disabled.
pub(crate) const DISABLED: &str = "route.gate_disabled";
/// Outcome code of a record that waits since the log does not take it with its gate's name.
pub(crate) const TOO_LARGE: &str = "route.too_large";

/// Shortest registered code that may stand for the codes that begin with it: a customs office has four characters, and the
/// places it supervises are named after it (`15BB` has `15BBC01`).
const SHORTEST_OFFICE: usize = 4;
/// Longest code shown in words, in characters: what a message gives there may be anything.
const LONGEST_SHOWN: usize = 20;

/// Where a record goes, or why it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// To this gate, for the reason of that code.
    Gate(GateId, String),
    /// Nowhere yet: code and words.
    Waits(&'static str, String),
}

/// What is known of a record, or of a whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// Gates that have the record itself or a part of its message.
    pub(crate) known: BTreeSet<GateId>,
    /// What points from each of its events.
    pub(crate) events: Vec<EventEvidence>,
}

/// What points from one event to gates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EventEvidence {
    /// Gates at which the event, or the one it corrects, was read.
    pub(crate) known: BTreeSet<GateId>,
    /// Codes of places in the message.
    pub(crate) places: Vec<String>,
    /// Kinds of the keys it carries.
    pub(crate) kinds: BTreeSet<KeyKind>,
    /// Gates by the keys they share with it: kind, rank (0 is best) and gate.
    pub(crate) links: BTreeSet<(KeyKind, u8, GateId)>,
}

/// The registered office, gate and place codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offices {
    gates: BTreeMap<String, BTreeSet<GateId>>,
    disabled: BTreeSet<GateId>,
}

impl Offices {
    /// Takes the codes of the newest version of each gate.
    pub(crate) fn new<'g>(gates: impl IntoIterator<Item = &'g Gate>) -> Self {
        let mut newest: BTreeMap<&GateId, &Gate> = BTreeMap::new();
        for gate in gates {
            let held = newest.entry(&gate.gate_id).or_insert(gate);
            if gate.version > held.version {
                *held = gate;
            }
        }
        let mut offices = Self::default();
        for gate in newest.into_values() {
            if gate.is_disabled {
                offices.disabled.insert(gate.gate_id.clone());
            }
            for code in gate.office_codes.iter().map(|code| normal(code)) {
                let of_code = offices.gates.entry(code).or_default();
                of_code.insert(gate.gate_id.clone());
            }
        }
        offices
    }

    /// Returns the gates of a code: those registered with it, else with the longest code that it begins with.
    fn gates_of(&self, code: &str) -> BTreeSet<GateId> {
        let code = normal(code);
        let shorter = (0..=code.len())
            .rev()
            .filter(|end| code.is_char_boundary(*end));
        let candidates = shorter
            .map(|end| &code[..end])
            .take_while(|part| *part == code || part.chars().count() >= SHORTEST_OFFICE);
        let mut found = candidates.filter_map(|part| self.gates.get(part));
        found.next().cloned().unwrap_or_default()
    }
}

/// Codes are compared in upper case, without blanks around them.
fn normal(code: &str) -> String {
    code.trim().to_uppercase()
}

/// Decides where a record goes.
pub(crate) fn decide(offices: &Offices, evidence: &Evidence) -> Decision {
    match undisturbed(offices, evidence) {
        Decision::Gate(gate_id, _) if offices.disabled.contains(&gate_id) => {
            Decision::Waits(DISABLED, format!("gate {gate_id} is disabled"))
        }
        decision => decision,
    }
}

fn undisturbed(offices: &Offices, evidence: &Evidence) -> Decision {
    if let Some(gate_id) = only(&evidence.known) {
        return Decision::Gate(gate_id.clone(), KNOWN.to_owned());
    }
    let verdicts: Vec<Verdict> = evidence
        .events
        .iter()
        .map(|event| verdict(offices, event))
        .collect();
    let mut decided = BTreeMap::new();
    for verdict in &verdicts {
        if let (Some(gate_id), code) = (only(&verdict.gates), verdict.code) {
            decided.entry(gate_id).or_insert(code);
        }
    }
    let all: BTreeSet<&GateId> = verdicts.iter().flat_map(|verdict| &verdict.gates).collect();
    let one = match decided.pop_first() {
        Some(first) if decided.is_empty() => Some(first),
        _ => None,
    };
    if let Some((gate_id, code)) = one
        && verdicts
            .iter()
            .all(|verdict| verdict.gates.is_empty() || verdict.gates.contains(gate_id))
    {
        return Decision::Gate(gate_id.clone(), code.to_owned());
    }
    if all.is_empty() {
        Decision::Waits(UNKNOWN, nothing_points(&evidence.events))
    } else {
        let gates: Vec<&str> = all.into_iter().map(GateId::as_str).collect();
        Decision::Waits(AMBIGUOUS, format!("it may belong to {}", gates.join(", ")))
    }
}

/// The gates an event may belong to, and by which rule.
struct Verdict {
    gates: BTreeSet<GateId>,
    code: &'static str,
}

fn verdict(offices: &Offices, event: &EventEvidence) -> Verdict {
    if event.known.len() == 1 {
        return Verdict {
            gates: event.known.clone(),
            code: KNOWN,
        };
    }
    let named: BTreeSet<GateId> = event
        .places
        .iter()
        .flat_map(|code| offices.gates_of(code))
        .collect();
    if named.len() == 1 {
        return Verdict {
            gates: named,
            code: PLACE,
        };
    }
    let mut linked = BTreeSet::new();
    let kinds: BTreeSet<KeyKind> = event.links.iter().map(|(kind, ..)| *kind).collect();
    for kind in kinds {
        narrow(&mut linked, best(event, kind, &named));
    }
    if linked.is_empty() {
        linked = named;
    }
    Verdict {
        gates: linked,
        code: LINK,
    }
}

/// Returns the gates of the best rank that share a key of this kind; only those of `named`, when codes name some.
fn best(event: &EventEvidence, kind: KeyKind, named: &BTreeSet<GateId>) -> BTreeSet<GateId> {
    let of_kind = event
        .links
        .iter()
        .filter(|(one, _, gate_id)| *one == kind && (named.is_empty() || named.contains(gate_id)));
    let rank = of_kind.clone().map(|(_, rank, _)| *rank).min();
    of_kind
        .filter(|(_, one, _)| Some(*one) == rank)
        .map(|(.., gate_id)| gate_id.clone())
        .collect()
}

/// Leaves of the gates that stronger kinds point to those that a weaker kind points to as well, if there are any.
fn narrow(gates: &mut BTreeSet<GateId>, weaker: BTreeSet<GateId>) {
    if gates.is_empty() {
        *gates = weaker;
        return;
    }
    let both: BTreeSet<GateId> = gates.intersection(&weaker).cloned().collect();
    if !both.is_empty() {
        *gates = both;
    }
}

fn only(gates: &BTreeSet<GateId>) -> Option<&GateId> {
    gates.first().filter(|_| gates.len() == 1)
}

/// Says what was looked for; never a value of a key, which may be personal data.
fn nothing_points(events: &[EventEvidence]) -> String {
    let codes: BTreeSet<String> = events
        .iter()
        .flat_map(|event| &event.places)
        .map(|code| code.trim().chars().take(LONGEST_SHOWN).collect())
        .collect();
    let kinds: BTreeSet<KeyKind> = events
        .iter()
        .flat_map(|event| event.kinds.iter().copied())
        .collect();
    let codes = if codes.is_empty() {
        "it names no place".to_owned()
    } else {
        let codes: Vec<String> = codes.iter().map(|code| format!("{code:?}")).collect();
        format!("no gate is registered with code {}", codes.join(", "))
    };
    let kinds: Vec<&str> = kinds.into_iter().map(KeyKind::code).collect();
    if kinds.is_empty() {
        format!("{codes}, and it has no key that could link it")
    } else {
        format!("{codes}, and no crossing has its {}", kinds.join(", "))
    }
}

#[cfg(test)]
mod tests;
