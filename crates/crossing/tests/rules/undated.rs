//! formats.md: "Undated: `occurred_at` null, linked by declaration only, ordered by `received_at`, never in an interval".

use bordergate_crossing::{Rules, link};
use bordergate_model::Milestone::*;
use bordergate_model::UnlinkedReason;

use crate::common::{crossings, declared, late_enough, seen};
use crate::{TRUCK, all, undated};

const EXPORT: &str = "301234567890";

#[test]
fn an_undated_reading_joins_by_its_declaration_and_stands_for_nothing() {
    let found = crossings(&[
        declared(seen(0, DeclRegistered, 0, TRUCK), EXPORT),
        undated(declared(seen(1, Channelled, 20, "29H55512"), EXPORT)),
    ]);
    assert_eq!(all(&found), [["DECL_REGISTERED", "CHANNELLED"]]);
    assert_eq!(found[0].at(Channelled), None);
    assert!(found[0].has(Channelled));
}

#[test]
fn an_undated_reading_is_not_linked_by_its_plate() {
    let readings = [
        seen(0, GateIn, 0, TRUCK),
        undated(seen(1, Weighed, 20, TRUCK)),
    ];
    let linked = link(&readings, late_enough(&readings), &Rules::default());
    assert_eq!(all(&linked.crossings), [["GATE_IN"]]);
    assert_eq!(linked.unlinked[0].1, UnlinkedReason::NoKey);
}

#[test]
fn an_undated_readings_plate_does_not_make_two_crossings_one() {
    let paper = undated(declared(seen(1, Channelled, 20, TRUCK), EXPORT));
    let found = crossings(&[
        seen(0, GateIn, 0, TRUCK),
        paper.clone(),
        seen(2, Weighed, 30, TRUCK),
    ]);
    assert_eq!(
        all(&found),
        [vec!["GATE_IN", "WEIGHED"], vec!["CHANNELLED"]]
    );
    let found = crossings(&[paper, seen(2, Weighed, 30, TRUCK)]);
    assert_eq!(all(&found), [["CHANNELLED"], ["WEIGHED"]]);
}

#[test]
fn an_undated_readings_plate_contradicts_nothing() {
    let found = crossings(&[
        undated(declared(seen(0, Channelled, 0, "29H55512"), EXPORT)),
        declared(seen(1, Cleared, 20, TRUCK), EXPORT),
        seen(2, GateIn, 30, TRUCK),
    ]);
    assert_eq!(all(&found), [["CHANNELLED", "CLEARED", "GATE_IN"]]);
}

#[test]
fn an_undated_reading_received_a_day_later_begins_no_other_crossing() {
    const DAY: i64 = 24 * 60;
    let visit = [
        declared(seen(0, GateIn, 0, TRUCK), EXPORT),
        declared(seen(1, Cleared, 20, TRUCK), EXPORT),
    ];
    let told_again = undated(declared(seen(2, Cleared, DAY, TRUCK), EXPORT));
    let found = crossings(&[visit[0].clone(), visit[1].clone(), told_again.clone()]);
    assert_eq!(all(&found), [["GATE_IN", "CLEARED", "CLEARED"]]);

    // Nor is what is dated read again after it.
    let told_before = undated(declared(seen(3, Cleared, 10, TRUCK), EXPORT));
    let cleared = declared(seen(4, Cleared, DAY, TRUCK), EXPORT);
    let found = crossings(&[visit[0].clone(), told_before, cleared.clone()]);
    assert_eq!(all(&found), [["GATE_IN", "CLEARED", "CLEARED"]]);

    let found = crossings(&[visit[0].clone(), visit[1].clone(), cleared]);
    assert_eq!(found.len(), 2, "what is dated does begin one");
}
