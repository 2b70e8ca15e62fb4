use bordergate_model::{GateId, RecordId};
use jiff::SignedDuration;

use super::*;

const DAY: &str = "2026-11-16T00:00:00Z";

fn source(name: &str) -> SourceId {
    SourceId::parse(name).expect("a plain name")
}

fn crossing(number: i64) -> CrossingId {
    let gate = GateId::parse("huu-nghi").expect("a plain name");
    let record = RecordId::from_key(&source("paper"), &number.to_string());
    CrossingId::opened_by(&gate, record, 0)
}

/// A reading every two minutes; the clock is ahead by `ahead(number)` seconds, the record `delay(number)` on its way.
fn readings(
    name: &str,
    count: i64,
    ahead: impl Fn(i64) -> i64,
    delay: impl Fn(i64) -> i64,
) -> Vec<ClockReading> {
    let day: Timestamp = DAY.parse().expect("RFC 3339");
    let after = |seconds| day + SignedDuration::from_secs(seconds);
    let reading = |number| ClockReading {
        source_id: source(name),
        received_at: after(120 * number + delay(number)),
        occurred_at: after(120 * number + ahead(number)),
        crossing_id: Some(crossing(number)),
        milestone: Some(Milestone::CrossedOut),
    };
    (0..count).map(reading).collect()
}

/// One to three seconds; now and then minutes or hours.
fn ordinary(number: i64) -> i64 {
    match number % 23 {
        7 => 400 + 31 * number,
        11 if number > 60 => 9_000 + 31 * number,
        rest => 1 + rest % 3,
    }
}

fn estimated(readings: &[ClockReading], name: &str) -> ClockEstimate {
    let estimates = estimate_clocks(readings);
    let estimate = estimates[&source(name)].clone();
    estimate.expect("there are enough readings")
}

#[test]
fn a_right_clock_is_left_alone_whatever_some_records_were_delayed() {
    let estimate = estimated(&readings("camera", 200, |_| 0, ordinary), "camera");
    assert!(estimate.offset_seconds.abs() <= 5.0, "{estimate:?}");
    assert!(!estimate.is_suspect(), "{estimate:?}");
    assert_eq!(estimate.correction_seconds(), None);
    assert_eq!(estimate.count, 200);
}

#[test]
fn a_known_offset_is_found_within_five_seconds() {
    for ahead in [90, -90, 3_600] {
        let estimate = estimated(&readings("camera", 100, |_| ahead, ordinary), "camera");
        let error = estimate.offset_seconds - ahead as f64;
        assert!(error.abs() <= 5.0, "{ahead}: {estimate:?}");
        assert!(estimate.is_suspect() && estimate.jumps.is_empty());
        assert_eq!(estimate.basis, ClockBasis::Reception);
    }
}

#[test]
fn what_may_be_a_long_way_is_no_ground_for_a_correction_until_neighbours_agree() {
    let behind = readings("line", 100, |_| -90, ordinary);
    let alone = estimated(&behind, "line");
    assert!(alone.is_suspect());
    assert_eq!(alone.correction_seconds(), None, "{alone:?}");
    let antenna = readings("antenna", 100, |_| 4, ordinary);
    let both = [behind, antenna.clone()].concat();
    let beside = estimated(&both, "line");
    assert_eq!(beside.basis, ClockBasis::ReceptionAndNeighbours);
    let correction = beside.correction_seconds().expect("it is sure");
    assert!((-95..=-85).contains(&correction), "{beside:?}");
    assert!(!estimated(&both, "antenna").is_suspect(), "it is right");

    let slow = readings("line", 100, |_| 0, |number| 90 + ordinary(number));
    let slow = estimated(&[slow, antenna].concat(), "line");
    assert_eq!(slow.basis, ClockBasis::Neighbours, "only its way is long");
    assert!(!slow.is_suspect(), "{slow:?}");
}

#[test]
fn a_jump_is_found_within_a_few_readings() {
    for by in [600, -600, 45] {
        let jumped = |number| if number >= 50 { by } else { 0 };
        for count in [56, 100] {
            let all = readings("camera", count, jumped, ordinary);
            let estimate = estimated(&all, "camera");
            let [jump] = estimate.jumps.as_slice() else {
                panic!("{by}, {count}: {estimate:?}");
            };
            assert!((jump.by_seconds - by as f64).abs() <= 5.0, "{jump:?}");
            let missed = all[50..].iter();
            let missed = missed
                .filter(|reading| reading.received_at < jump.at)
                .count();
            assert!(missed <= 3, "{by}, {count}: {missed} readings later");
            let error = estimate.offset_seconds - by as f64;
            assert!(error.abs() <= 5.0, "since the jump: {estimate:?}");
        }
    }
}

#[test]
fn records_that_waited_together_are_no_jump() {
    // The network was away for an hour: 30 records come at once.
    let waited = |number: i64| match number {
        100..130 => 120 * (130 - number) + 2,
        _ => 2,
    };
    let estimate = estimated(&readings("camera", 200, |_| 0, waited), "camera");
    assert!(!estimate.is_suspect(), "{estimate:?}");
}

#[test]
fn few_readings_tell_nothing_and_their_order_does_not_matter() {
    let few = readings("camera", 11, |_| 90, ordinary);
    assert_eq!(estimate_clocks(&few)[&source("camera")], None);
    let jumped = |number| if number >= 50 { 600 } else { 0 };
    let mut all = readings("camera", 100, jumped, ordinary);
    let expected = estimate_clocks(&all);
    all.reverse();
    assert_eq!(estimate_clocks(&all), expected);
    assert!(estimate_clocks(&[]).is_empty());
}
