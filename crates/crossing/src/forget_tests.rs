//! The queue of `forget` against a search through every group.

use std::collections::{BTreeMap, BTreeSet};

use bordergate_model::{
    CrossingId, GateId, Milestone, Observation, PlateNumber, RecordId, SourceId,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::rules::Rules;

/// Returns what may be forgotten, found without the queue: groups that are beyond the horizon and share
/// no crossing, directly or through others, with one that is not.
fn by_search(board: &Board, horizon: Timestamp) -> BTreeSet<GroupNumber> {
    let mut groups_of: BTreeMap<CrossingId, BTreeSet<GroupNumber>> = BTreeMap::new();
    let mut beyond: BTreeSet<GroupNumber> = BTreeSet::new();
    for (number, _) in board.groups.iter() {
        if board.is_beyond(number, horizon) {
            beyond.insert(number);
        }
        for crossing_id in board.crossings_of(number) {
            groups_of.entry(crossing_id).or_default().insert(number);
        }
    }
    loop {
        let before = beyond.len();
        for together in groups_of.values() {
            if together.iter().any(|number| !beyond.contains(number)) {
                beyond.retain(|number| !together.contains(number));
            }
        }
        if beyond.len() == before {
            return beyond;
        }
    }
}

fn seen(number: i64, milestone: Milestone, plate: &str, received_at: Timestamp) -> Observation {
    let record_id = RecordId(Uuid::from_u128(u128::from(number.unsigned_abs()) + 1));
    let gate_id = GateId::parse("huu-nghi").expect("a name");
    let source_id = SourceId::parse("camera").expect("a name");
    Observation {
        milestone: Some(milestone),
        plate: PlateNumber::parse(plate).ok(),
        ..Observation::new(record_id, number, gate_id, (source_id, 1), received_at)
    }
}

proptest! {
    #[test]
    fn the_queue_forgets_what_a_search_would(
        drawn in prop::collection::vec((0_usize..5, 0_usize..5, 0_i64..900, 0_i64..90), 1..60),
        restart in 0_usize..60,
    ) {
        let milestones = [Milestone::GateIn, Milestone::YardIn, Milestone::Weighed, Milestone::CrossedOut, Milestone::TurnedBack];
        let plates = ["12C12345", "12C12745", "29H55512", "29H55572", "98C00001"];
        let mut board = Board::new(Rules::default());
        let mut now = Timestamp::from_second(1_763_251_200).expect("in range");
        for (number, (milestone, plate, minutes, late)) in (0_i64..).zip(drawn) {
            now += SignedDuration::from_mins(minutes);
            let received_at = now - SignedDuration::from_mins(late);
            board.add(seen(number, milestones[milestone], plates[plate], received_at), now);
            if Ok(restart) == usize::try_from(number) {
                let live = board.crossings().cloned().collect();
                board = Board::new(Rules::default());
                board.load(live, Vec::new(), Vec::new());
            }
            let horizon = now - board.rules.horizon();
            let mut asked = board.clone();
            prop_assert_eq!(asked.take_forgettable(horizon), by_search(&board, horizon));
        }
    }
}
