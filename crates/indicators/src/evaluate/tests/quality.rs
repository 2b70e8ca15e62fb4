//! Q1 to Q4, worked by hand.

use bordergate_model::{Channel, Direction, State};

use super::{ask, at, crossing, fact, gate, of_crossings, of_facts};
use crate::{Exclusion, ReadingRow, Rows, Segment};

fn reading(
    latency_us: Option<i64>,
    has_identifier: bool,
    crossing_reading_count: u32,
) -> ReadingRow {
    ReadingRow {
        gate_id: gate("huu-nghi"),
        direction: Direction::Export,
        channel: Channel::None,
        ordered_at: at(0),
        latency_us,
        has_identifier,
        crossing_reading_count,
    }
}

#[test]
fn completeness_is_a_ratio_of_sums_over_closed_crossings() {
    let mut poor = crossing(Some(0));
    (poor.expected_count, poor.present_count) = (9, 4);
    let mut open = crossing(None);
    (open.state, open.expected_count, open.present_count) = (State::Open, 8, 0);
    // (8 + 4) / (8 + 9) = 70.588... %, not the mean of 100 % and 44.4 %.
    let found = ask("Q1", "", &of_crossings(vec![crossing(Some(0)), poor, open]));
    let value = found.total.value.expect("two closed ones");
    assert!((value - 1200.0 / 17.0).abs() < 1e-9, "{value}");
    assert_eq!((found.total.n, found.total.counts["expected"]), (2, 17));
    assert_eq!(found.total.crossings, "/v1/crossings?state=closed");
}

#[test]
fn match_rate_is_of_observations_with_an_identifier() {
    // Four carry one, three of them stand beside another reading: 75 %.
    let readings = vec![
        reading(None, true, 2),
        reading(None, true, 9),
        reading(None, true, 2),
        reading(None, true, 1),
        reading(None, false, 2),
    ];
    let rows = Rows {
        readings,
        ..Rows::default()
    };
    let found = ask("Q2", "", &rows).total;
    assert_eq!(
        (found.n, found.value, found.counts["matched"]),
        (4, Some(75.0), 3)
    );
    assert_eq!(found.crossings, "/v1/observations");
}

#[test]
fn latency_leaves_untimed_readings_out_and_shows_a_clock_that_is_ahead() {
    // -1, 1, 2, 3, 20 s: median h = 2 -> 2; P95 h = 3.8 -> 3 + 0.8 * 17 = 16.6.
    let mut readings: Vec<ReadingRow> = [20, 1, -1, 3, 2]
        .map(|seconds| reading(Some(seconds * 1_000_000), true, 2))
        .to_vec();
    readings.push(reading(None, true, 2));
    let rows = Rows {
        readings,
        ..Rows::default()
    };
    let found = ask("Q3", "", &rows).total;
    let spread = found.distribution.expect("five figures");
    assert_eq!((found.n, found.excluded["not_timed"]), (5, 1));
    assert_eq!((spread.min, spread.median), (-1.0, Some(2.0)));
    let p95 = spread.percentiles.iter().find(|one| one.p == 95.0);
    let p95 = p95.and_then(|one| one.value).expect("five figures");
    assert!((p95 - 16.6).abs() < 1e-9, "{p95}");
}

#[test]
fn disorder_counts_skew_among_intervals_with_two_believed_ends() {
    let mut skewed = fact(Ok(0));
    skewed.is_skewed = true;
    let mut place = fact(Ok(60));
    place.segment = Segment::C4;
    let facts = vec![
        fact(Ok(60)),
        fact(Ok(60)),
        skewed,
        fact(Err(Exclusion::Negative)),
        fact(Err(Exclusion::Suspect)),
        fact(Err(Exclusion::Open)),
        place,
    ];
    // Two believed ends: 4 (C4 is not judged); the wrong way round: 1 skewed + 1 negative: 50 %.
    let found = ask("Q4", "", &of_facts(facts)).total;
    assert_eq!(
        (found.n, found.value, found.counts["disordered"]),
        (4, Some(50.0), 2)
    );
    assert_eq!((found.excluded["suspect"], found.open), (1, 1));
}
