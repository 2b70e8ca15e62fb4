//! The rules of facts, counting times and completeness, one table each.

mod visit;

use bordergate_model::{Channel, Direction, Milestone, State};
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{Exclusion, Segment};
use visit::Visit;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

/// Returns the moment `seconds` after 2026-11-16 07:00 local time.
fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-16T00:00:00Z".parse().expect("a moment");
    start + SignedDuration::from_secs(seconds)
}

use Direction::{Export, Import};
use Milestone as M;

fn closed_export() -> Visit {
    Visit::new(Export, State::Closed)
        .with(M::GateIn, 0)
        .with(M::YardIn, 10 * MINUTE)
        .with(M::Cleared, 90 * MINUTE)
        .with(M::CrossedOut, 2 * HOUR)
        .ended(2 * HOUR)
}

fn closed_import() -> Visit {
    Visit::new(Import, State::Closed)
        .with(M::CrossedIn, 0)
        .with(M::Released, 80 * MINUTE)
        .with(M::Cleared, 100 * MINUTE)
        .with(M::GateOut, 3 * HOUR)
        .ended(3 * HOUR)
}

#[test]
fn each_direction_has_its_segments_worked_by_hand() {
    let export = closed_export();
    // GATE_IN 07:00, CLEARED 08:30: 5400 s. CROSSED_OUT 09:00: 7200 s. YARD_IN is no arrival here.
    assert_eq!(export.figure(Segment::C2), Ok(5_400));
    assert_eq!(export.figure(Segment::C3), Ok(7_200));
    assert_eq!(export.figure(Segment::C4), Ok(7_200));
    assert_eq!(export.figure(Segment::C6), Ok(7_200));
    assert_eq!(export.measure().facts.len(), 4);
    let import = closed_import();
    // CROSSED_IN 07:00, RELEASED 08:20 before CLEARED 08:40: 4800 s. GATE_OUT 10:00: 10800 s.
    assert_eq!(import.figure(Segment::C1), Ok(4_800));
    assert_eq!(import.figure(Segment::C4), Ok(10_800));
    assert_eq!(import.figure(Segment::C6), Ok(10_800));
    assert_eq!(import.measure().facts.len(), 3);
    assert_eq!(
        Visit::new(Direction::Unknown, State::Open)
            .measure()
            .facts
            .len(),
        1
    );
}

#[test]
fn the_first_reason_that_applies_is_the_one_given() {
    let open = || Visit::new(Export, State::Open);
    let expired = || Visit::new(Export, State::Expired).ended(40 * HOUR);
    for (name, visit, expected) in [
        (
            "turned back before all",
            Visit::new(Export, State::TurnedBack),
            Err(Exclusion::TurnedBack),
        ),
        ("no start before open", open(), Err(Exclusion::MissingStart)),
        (
            "no start though ended",
            expired().with(M::Cleared, 5),
            Err(Exclusion::MissingStart),
        ),
        ("running", open().with(M::GateIn, 0), Err(Exclusion::Open)),
        (
            "running with a suspect start",
            open().suspect(M::GateIn, 0),
            Err(Exclusion::Open),
        ),
        (
            "ended without the end",
            expired().with(M::GateIn, 0),
            Err(Exclusion::MissingEnd),
        ),
        (
            "suspect start",
            open().suspect(M::GateIn, 0).with(M::Cleared, 9),
            Err(Exclusion::Suspect),
        ),
        (
            "suspect end before negative",
            open().with(M::GateIn, 900).suspect(M::Cleared, 0),
            Err(Exclusion::Suspect),
        ),
        (
            "both ends though open",
            open().with(M::GateIn, 0).with(M::Cleared, 9),
            Ok(9),
        ),
        (
            "yard when no gate",
            open().with(M::YardIn, 4).with(M::Cleared, 9),
            Ok(5),
        ),
        (
            "a suspect gate is still the arrival",
            open()
                .suspect(M::GateIn, 0)
                .with(M::YardIn, 4)
                .with(M::Cleared, 9),
            Err(Exclusion::Suspect),
        ),
    ] {
        assert_eq!(visit.figure(Segment::C2), expected, "{name}");
    }
}

#[test]
fn up_to_sixty_seconds_the_wrong_way_round_count_as_zero_and_are_flagged() {
    for (end, expected, is_skewed) in [
        (1, Ok(1), false),
        (0, Ok(0), false),
        (-1, Ok(0), true),
        (-60, Ok(0), true),
        (-61, Err(Exclusion::Negative), false),
    ] {
        let visit = Visit::new(Export, State::Open)
            .with(M::GateIn, 0)
            .with(M::Cleared, end);
        assert_eq!(visit.figure(Segment::C2), expected, "{end} s");
        assert_eq!(visit.fact(Segment::C2).is_skewed, is_skewed, "{end} s");
    }
}

#[test]
fn a_suspect_release_leaves_open_which_of_the_two_came_first() {
    let import = |released_is_suspect: bool| {
        let visit = Visit::new(Import, State::Open)
            .with(M::CrossedIn, 0)
            .with(M::Cleared, 9);
        match released_is_suspect {
            true => visit.suspect(M::Released, 900),
            false => visit,
        }
    };
    assert_eq!(import(false).figure(Segment::C1), Ok(9));
    assert_eq!(import(true).figure(Segment::C1), Err(Exclusion::Suspect));
}

#[test]
fn crossing_time_runs_from_the_first_sight_at_the_place_to_the_close() {
    let closed = |visit: Visit| visit.with(M::CrossedOut, HOUR).ended(HOUR);
    let export = || Visit::new(Export, State::Closed);
    for (name, visit, expected) in [
        (
            "paper does not count",
            closed(export().with(M::Predeclared, -9 * HOUR).with(M::GateIn, 0)),
            Ok(3_600),
        ),
        (
            "an earlier health check does",
            closed(export().with(M::HealthChecked, -60).with(M::GateIn, 0)),
            Ok(3_660),
        ),
        (
            "what follows the close does not",
            closed(export().with(M::GateIn, 0).with(M::GateOut, 9 * HOUR)),
            Ok(3_600),
        ),
        (
            "the close alone is no interval",
            closed(export().with(M::Cleared, 0)),
            Err(Exclusion::MissingStart),
        ),
        (
            "a suspect sight is passed over",
            closed(export().suspect(M::GateIn, -90).with(M::Weighed, 0)),
            Ok(3_600),
        ),
        (
            "unless nothing else is left",
            closed(export().suspect(M::GateIn, -90)),
            Err(Exclusion::Suspect),
        ),
        (
            "suspect close",
            export().with(M::GateIn, 0).suspect(M::CrossedOut, HOUR),
            Err(Exclusion::Suspect),
        ),
        (
            "open",
            Visit::new(Export, State::Open)
                .with(M::GateIn, 0)
                .with(M::Weighed, 9),
            Err(Exclusion::Open),
        ),
        (
            "close missed",
            Visit::new(Export, State::CloseMissed)
                .with(M::GateIn, 0)
                .ended(9),
            Err(Exclusion::MissingEnd),
        ),
        (
            "expired",
            Visit::new(Export, State::Expired)
                .with(M::GateIn, 0)
                .ended(9),
            Err(Exclusion::MissingEnd),
        ),
    ] {
        assert_eq!(visit.figure(Segment::C4), expected, "{name}");
    }
}

#[test]
fn relieved_and_merged_crossings_have_no_facts() {
    for state in [State::Relieved, State::Merged] {
        let visit = Visit::new(Export, state).with(M::GateIn, 0).ended(9);
        assert!(visit.measure().facts.is_empty(), "{state}");
        assert_eq!(visit.measure().expected_count, 0, "{state}");
    }
}

#[test]
fn a_crossing_is_counted_by_its_own_direction_and_not_after_its_end() {
    let home = closed_import().with(M::CrossedOut, 9 * HOUR);
    let turned = |seconds| {
        Visit::new(Export, State::TurnedBack)
            .with(M::TurnedBack, 0)
            .with(M::CrossedOut, seconds)
            .ended(0)
    };
    for (name, visit, expected) in [
        ("export", closed_export(), Some(2 * HOUR)),
        ("a foreign vehicle going home is no export", home, Some(0)),
        (
            "not read",
            Visit::new(Export, State::Open).with(M::GateIn, 0),
            None,
        ),
        (
            "suspect",
            Visit::new(Export, State::Closed).suspect(M::CrossedOut, 0),
            None,
        ),
        ("turned back after crossing", turned(-5), Some(-5)),
        ("turned back within the same minute", turned(60), Some(60)),
        ("passing the line after being turned back", turned(61), None),
        (
            "import turned back",
            Visit::new(Import, State::TurnedBack)
                .with(M::CrossedIn, -9)
                .with(M::TurnedBack, 0)
                .ended(0),
            Some(-9),
        ),
        (
            "delivered without a crossing read",
            Visit::new(Export, State::CloseMissed)
                .with(M::Delivered, 9)
                .ended(9),
            None,
        ),
    ] {
        assert_eq!(visit.measure().crossed_at, expected.map(at), "{name}");
    }
}

#[test]
fn entry_is_the_earlier_believed_one_of_gate_and_yard() {
    let visit = |direction| Visit::new(direction, State::Open);
    for (visit, expected) in [
        (visit(Export).with(M::GateIn, 5).with(M::YardIn, 3), Some(3)),
        (
            visit(Import).with(M::CrossedIn, 0).with(M::YardIn, 3),
            Some(3),
        ),
        (
            visit(Export).suspect(M::GateIn, 1).with(M::YardIn, 3),
            Some(3),
        ),
        (visit(Export).with(M::Predeclared, 0), None),
    ] {
        assert_eq!(visit.measure().entered_at, expected.map(at));
    }
}

#[test]
fn completeness_counts_what_is_there_dated_or_not_of_closed_crossings_only() {
    // Export green expects eight; GATE_IN, YARD_IN, CLEARED, CROSSED_OUT are there, WEIGHED undated: 5.
    let measures = closed_export().undated(M::Weighed).measure();
    assert_eq!((measures.expected_count, measures.present_count), (8, 5));
    let mut red = closed_export();
    red.0.channel = Channel::Red;
    assert_eq!(red.measure().expected_count, 9);
    let mut open = closed_export();
    open.0.state = State::Open;
    assert_eq!(open.measure().expected_count, 0);
    assert_eq!(measures.reading_count, 5);
}

#[test]
fn facts_are_filed_under_the_crossing_milestone_else_the_end_else_the_start() {
    let open = || Visit::new(Export, State::Open);
    for (name, visit, expected) in [
        ("crossing milestone", closed_export(), 2 * HOUR),
        (
            "interval's end",
            open().with(M::GateIn, 0).with(M::Cleared, 9),
            9,
        ),
        ("interval's start", open().with(M::GateIn, 0), 0),
        (
            "suspect crossing milestone",
            open()
                .with(M::GateIn, 0)
                .with(M::Cleared, 9)
                .suspect(M::CrossedOut, 99),
            9,
        ),
        (
            "suspect end",
            open().with(M::GateIn, 7).suspect(M::Cleared, 9),
            7,
        ),
        (
            "neither end: the crossing's own time",
            open().with(M::Weighed, 3),
            3,
        ),
    ] {
        assert_eq!(
            visit.fact(Segment::C2).filed_at,
            Some(at(expected)),
            "{name}"
        );
    }
}

#[test]
fn a_crossing_is_filed_under_its_crossing_else_its_end_else_its_entry() {
    for (name, visit, expected) in [
        ("crossed", closed_export(), Some(2 * HOUR)),
        (
            "import without its crossing",
            Visit::new(Import, State::Closed)
                .with(M::YardIn, 2)
                .with(M::GateOut, 9)
                .ended(9),
            Some(9),
        ),
        (
            "turned back",
            Visit::new(Export, State::TurnedBack)
                .with(M::GateIn, 2)
                .with(M::TurnedBack, 5)
                .ended(5),
            Some(5),
        ),
        (
            "inside",
            Visit::new(Export, State::Open)
                .with(M::Predeclared, 0)
                .with(M::GateIn, 2),
            Some(2),
        ),
        (
            "expiry is no occurrence",
            Visit::new(Export, State::Expired)
                .with(M::Predeclared, 4)
                .ended(720 * HOUR),
            Some(4),
        ),
        (
            "only suspect readings: reception",
            Visit::new(Export, State::Open).suspect(M::Weighed, 4),
            Some(20 * HOUR),
        ),
        ("tombstone", Visit::new(Export, State::Merged), None),
    ] {
        assert_eq!(filed_at(&visit.0), expected.map(at), "{name}");
    }
}
