//! Which messages of the province-wide source find their gate (DESIGN.md, "Shards and keys"): those that name it, and those
//! that share an exact key with something told at the gate.

use std::collections::BTreeSet;

use bordergate_model::RecordId;

use super::Seen;

/// Parts the messages of a gate, and of its vehicles, from those whose gate nothing tells.
pub(super) fn parted(here: Vec<&(RecordId, Seen)>) -> (Vec<&(RecordId, Seen)>, Vec<RecordId>) {
    let exact = |seen: &Seen| seen.keys_with(str::to_owned);
    let placed = here.iter().filter(|(_, seen)| seen.is_placed);
    let known: BTreeSet<String> = placed.flat_map(|(_, seen)| exact(seen)).collect();
    let is_found = |(_, seen): &&(RecordId, Seen)| {
        seen.is_placed || exact(seen).iter().any(|key| known.contains(key))
    };
    let (found, lost): (Vec<_>, Vec<_>) = here.into_iter().partition(is_found);
    (
        found,
        lost.into_iter().map(|(record_id, _)| *record_id).collect(),
    )
}
