//! The border line: open from 07:00 to 19:00, one vehicle at a time per gate and direction.

use jiff::civil::Date;

use super::vehicle::{Kind, Visit};
use crate::wall;

/// Seconds between two vehicles of one direction at a gate; what comes faster queues.
const BETWEEN_SECONDS: i64 = 45;

/// Lets the vehicles that are ready pass in the order in which they became ready; who is not served by 19:00
/// stays over night.
pub(super) fn pass(visits: &mut [Visit], gate_count: usize, day: Date) {
    let (opens_at, closes_at) = (wall::local(day, 7, 0), wall::local(day, 19, 0));
    let mut queue: Vec<usize> = (0..visits.len())
        .filter(|&place| visits[place].ready_at.is_some())
        .collect();
    queue.sort_by_key(|&place| visits[place].ready_at);
    let mut free_at = vec![[opens_at; 2]; gate_count];
    for place in queue {
        let visit = &mut visits[place];
        let lane = &mut free_at[visit.gate][usize::from(matches!(visit.kind, Kind::Import(_)))];
        let passed_at = visit.ready_at.map_or(*lane, |ready_at| ready_at.max(*lane));
        if passed_at < closes_at {
            *lane = passed_at + BETWEEN_SECONDS;
            visit.passed_at = Some(passed_at);
        }
    }
}
