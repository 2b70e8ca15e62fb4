//! What a run of records needs from the database before it is linked (DESIGN.md, "Processing a batch", step 3).

use std::collections::{BTreeSet, HashSet};

use bordergate_crossing::Board;
use bordergate_store::{Error, Found, Progress, Store, Wanted, WantedParts};

use crate::run::{Content, ReadRecord};

/// Rounds of looking up keys that found crossings brought along.
const MOST_LOOK_UP_ROUNDS: usize = 8;

/// Looks up what a run needs first; keys that found crossings bring along are looked up in turn.
pub(crate) async fn look_up(
    store: &dyn Store,
    board: &Board,
    mut next: Wanted,
) -> Result<Found, Error> {
    let mut asked: HashSet<_> = next
        .keys
        .iter()
        .map(|window| (window.gate_id.clone(), window.key.clone()))
        .collect();
    let mut known = HashSet::new();
    let mut all = Found::default();
    for _ in 0..MOST_LOOK_UP_ROUNDS {
        let found = store.look_up(&next).await?;
        all.records.extend(found.records);
        all.events.extend(found.events);
        all.unlinked.extend(found.unlinked);
        all.tombstones.extend(found.tombstones);
        all.parts.extend(found.parts);
        next = Wanted::default();
        for crossing in found.crossings {
            if known.insert(crossing.crossing_id) {
                let windows = crossing
                    .readings
                    .iter()
                    .flat_map(|reading| board.wanted(&reading.observation));
                next.keys.extend(
                    windows.filter(|window| {
                        asked.insert((window.gate_id.clone(), window.key.clone()))
                    }),
                );
                all.crossings.push(crossing);
            }
        }
        if next.keys.is_empty() {
            break;
        }
    }
    Ok(all)
}

/// Returns the ids, events and parts that a run needs looked up, and the messages known to be `joined` in it; keys of
/// crossings come from the board.
pub(crate) fn wanted(
    board: &Board,
    progress: &Progress,
    run: &[ReadRecord],
    joined: &[ReadRecord],
) -> Wanted {
    let mut wanted = Wanted::default();
    let mut events = HashSet::new();
    let mut keys = HashSet::new();
    wanted.record_ids = run
        .iter()
        .map(|read| read.logged.record.record_id)
        .collect();
    wanted.parts = wanted_parts(progress, run);
    for read in run.iter().chain(joined) {
        for observation in read.content.observations() {
            let ids = [&observation.event_id, &observation.corrects]
                .into_iter()
                .flatten();
            events.extend(ids.map(|event_id| (observation.source_id.clone(), event_id.clone())));
            keys.extend(board.wanted(observation));
        }
    }
    wanted.events = events.into_iter().collect();
    wanted.keys = keys.into_iter().collect();
    wanted
}

/// Returns which kept parts a run needs; `None` for an empty run.
fn wanted_parts(progress: &Progress, run: &[ReadRecord]) -> Option<WantedParts> {
    let received = run.iter().map(|read| read.logged.record.received_at);
    let message = |read: &ReadRecord| match &read.content {
        Content::Part(part) => {
            let source_id = read.logged.record.source_id.clone();
            Some((source_id, part.message_key.clone()))
        }
        _ => None,
    };
    let messages: BTreeSet<_> = run.iter().filter_map(message).collect();
    Some(WantedParts {
        shard: progress.shard,
        messages: messages.into_iter().collect(),
        log_time: received.chain(progress.log_time).max()?,
    })
}
