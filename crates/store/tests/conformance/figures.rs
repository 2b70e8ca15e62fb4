//! Rows from which figures are computed.

use bordergate_indicators::Segment;
use bordergate_model::{Basis, CargoClass, Channel, Direction, Milestone, Occurred};
use bordergate_store::{Counts, MeasureFilter};
use jiff::SignedDuration;

use crate::bench::Bench;
use crate::sample::{Owner, at, closed, crossing, gate, quarantined, reading, tombstone, unlinked};

/// Three exports of 30, 10 and 20 minutes, crossed at minutes 30, 40 and 60; one still open.
async fn exports(bench: &Bench) -> Owner {
    let mut owner = Owner::take(&bench.store).await;
    let visit = |from, to| {
        closed(crossing(&[
            reading(from, Milestone::GateIn),
            reading(to, Milestone::CrossedOut),
        ]))
    };
    let mut red = visit(30 + 10, 60);
    red.channel = Channel::Red;
    let waiting = crossing(&[
        reading(50, Milestone::GateIn),
        reading(51, Milestone::Weighed),
    ]);
    owner
        .store(61, &[visit(0, 30), visit(31, 41), red, waiting])
        .await;
    owner
}

fn between(from: i64, to: i64) -> MeasureFilter {
    MeasureFilter {
        from: Some(at(from * 60)),
        to: Some(at(to * 60)),
        ..MeasureFilter::default()
    }
}

pub(crate) async fn facts_come_by_duration_and_filing_time(bench: Bench) {
    exports(&bench).await;
    let minutes = |filter: MeasureFilter| {
        let store = bench.store.clone();
        async move {
            let facts = store.facts(Segment::C3, &filter).await.expect("it answers");
            facts
                .into_iter()
                .map(|fact| fact.duration_us.map(|us| us / 60_000_000))
                .collect::<Vec<_>>()
        }
    };
    let all = MeasureFilter::default();
    assert_eq!(
        minutes(all.clone()).await,
        [Some(10), Some(20), Some(30), None],
        "those without one last"
    );
    assert_eq!(minutes(between(30, 41)).await, [Some(30)], "half open");
    assert_eq!(minutes(between(30, 42)).await, [Some(10), Some(30)]);
    let after = MeasureFilter {
        from: Some(at(42 * 60)),
        ..MeasureFilter::default()
    };
    assert_eq!(minutes(after).await, [Some(20), None]);
    let red = MeasureFilter {
        channel: Some(Channel::Red),
        ..all.clone()
    };
    assert_eq!(minutes(red).await, [Some(20)]);
    let fruit = MeasureFilter {
        gate_id: Some(gate("huu-nghi")),
        direction: Some(Direction::Export),
        cargo: Some(CargoClass::Fruit),
        is_loaded: Some(true),
        ..all.clone()
    };
    assert_eq!(minutes(fruit).await.len(), 4);
    let empty = MeasureFilter {
        is_loaded: Some(false),
        ..all.clone()
    };
    assert!(minutes(empty).await.is_empty());
    let elsewhere = MeasureFilter {
        gate_id: Some(gate("tan-thanh")),
        ..all
    };
    assert!(minutes(elsewhere).await.is_empty());
    bench
        .edit("update facts set filed_at = null where duration_us = 600000000")
        .await;
    assert_eq!(
        minutes(MeasureFilter::default()).await.len(),
        4,
        "filed nowhere: counted without a range only"
    );
    let before = MeasureFilter {
        to: Some(at(9_000_000)),
        ..MeasureFilter::default()
    };
    assert_eq!(minutes(before).await.len(), 3);
}

pub(crate) async fn crossings_are_counted_by_filing_time(bench: Bench) {
    let mut owner = exports(&bench).await;
    let rows = bench
        .store
        .crossing_rows(&MeasureFilter::default())
        .await
        .expect("it answers");
    assert_eq!(rows.len(), 4);
    let first = &rows[0];
    assert_eq!(
        (first.crossed_at, first.entered_at, first.filed_at),
        (Some(at(1_800)), Some(at(0)), Some(at(1_800)))
    );
    assert_eq!(
        (
            first.reading_count,
            first.expected_count,
            first.present_count
        ),
        (2, 8, 2)
    );
    assert_eq!(
        bench
            .store
            .crossing_rows(&between(41, 60))
            .await
            .expect("it answers")
            .len(),
        2
    );
    assert_eq!(
        bench.store.first_filed_at().await.expect("it answers"),
        Some(at(1_800))
    );
    let gone = tombstone(
        bench
            .store
            .crossing(first.crossing_id)
            .await
            .expect("it answers")
            .expect("stored"),
        None,
    );
    let mut batch = owner.batch(62);
    batch.crossings.push(crate::sample::measured(gone));
    owner.commit(&batch).await;
    assert_eq!(
        bench
            .store
            .crossing_rows(&MeasureFilter::default())
            .await
            .expect("it answers")
            .len(),
        3
    );
    assert_eq!(
        bench.store.first_filed_at().await.expect("it answers"),
        Some(at(41 * 60))
    );
}

pub(crate) async fn backlog_counts_who_had_entered_and_not_left(bench: Bench) {
    exports(&bench).await;
    let all = MeasureFilter::default();
    for (minute, inside) in [
        (-1, 0),
        (0, 1),
        (29, 1),
        (30, 0),
        (35, 1),
        (40, 2),
        (41, 1),
        (55, 2),
        (60, 1),
        (999, 1),
    ] {
        let rows = bench
            .store
            .backlog_rows(&all, at(minute * 60))
            .await
            .expect("it answers");
        assert_eq!(rows.len(), inside, "minute {minute}");
    }
    let red = MeasureFilter {
        channel: Some(Channel::Red),
        ..between(900, 901)
    };
    assert_eq!(
        bench
            .store
            .backlog_rows(&red, at(55 * 60))
            .await
            .expect("it answers")
            .len(),
        1,
        "times are ignored"
    );
}

pub(crate) async fn readings_carry_latency_and_identifier(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let visit = closed(crossing(&[
        reading(0, Milestone::GateIn),
        reading(10, Milestone::CrossedOut),
    ]));
    let mut batch = owner.batch_of(20, std::slice::from_ref(&visit));
    let mut late = reading(11, Milestone::Weighed);
    (late.plate, late.received_at) = (None, late.received_at + SignedDuration::from_secs(100));
    let mut told = reading(12, Milestone::Weighed);
    told.told_at = Some(told.received_at + SignedDuration::from_secs(1));
    let mut suspect = reading(13, Milestone::Weighed);
    suspect.is_suspect = true;
    let mut undated = reading(14, Milestone::Weighed);
    undated.occurred = Occurred {
        at: None,
        text: None,
        basis: Basis::Undated,
    };
    let mut second = reading(15, Milestone::Weighed);
    second.index = 1;
    batch
        .observations
        .extend([late, told, suspect, undated, second].map(unlinked));
    owner.commit(&batch).await;
    let rows = bench
        .store
        .reading_rows(&MeasureFilter::default())
        .await
        .expect("it answers");
    let seconds: Vec<_> = rows
        .iter()
        .map(|row| row.latency_us.map(|us| us / 1_000_000))
        .collect();
    assert_eq!(
        seconds,
        [Some(-1), Some(2), Some(2), Some(102), None, None, None]
    );
    assert_eq!(
        rows.iter().filter(|row| !row.has_identifier).count(),
        1,
        "no plate"
    );
    let linked = &rows[1];
    let of_crossing = (
        linked.direction,
        linked.channel,
        linked.crossing_reading_count,
    );
    assert_eq!(of_crossing, (Direction::Export, Channel::Green, 2));
    let alone = (
        rows[0].direction,
        rows[0].channel,
        rows[0].crossing_reading_count,
    );
    assert_eq!(alone, (Direction::Unknown, Channel::None, 0));
    let export = MeasureFilter {
        direction: Some(Direction::Export),
        ..MeasureFilter::default()
    };
    assert_eq!(
        bench
            .store
            .reading_rows(&export)
            .await
            .expect("it answers")
            .len(),
        2
    );
    let unknown = MeasureFilter {
        direction: Some(Direction::Unknown),
        ..between(11, 13)
    };
    assert_eq!(
        bench
            .store
            .reading_rows(&unknown)
            .await
            .expect("it answers")
            .len(),
        2,
        "by occurrence"
    );
}

pub(crate) async fn milestone_times_are_those_that_stand(bench: Bench) {
    exports(&bench).await;
    let times = |milestone, from: i64, to: i64| {
        let store = bench.store.clone();
        async move {
            let times = store
                .milestone_times(&gate("huu-nghi"), milestone, at(from * 60), at(to * 60))
                .await;
            times.expect("it answers")
        }
    };
    assert_eq!(
        times(Milestone::CrossedOut, 0, 99).await,
        [at(1_800), at(2_460), at(3_600)]
    );
    assert_eq!(
        times(Milestone::CrossedOut, 30, 60).await,
        [at(1_800), at(2_460)],
        "half open"
    );
    assert_eq!(
        times(Milestone::GateIn, 1, 41).await,
        [at(31 * 60), at(40 * 60)]
    );
    assert!(times(Milestone::TurnedBack, 0, 99).await.is_empty());
}

pub(crate) async fn metrics_count_what_waits(bench: Bench) {
    let mut owner = exports(&bench).await;
    let mut batch = owner.batch(63);
    let (outcome, row) = quarantined(61);
    batch.outcomes.push(outcome);
    batch.quarantine.push(row);
    batch
        .observations
        .push(unlinked(reading(62, Milestone::Weighed)));
    owner.commit(&batch).await;
    let counts = Counts {
        open_crossings: 1,
        quarantined_records: 1,
        unlinked_observations: 1,
        ..Counts::default()
    };
    assert_eq!(bench.store.counts().await.expect("it answers"), counts);
    bench.store.mark_redriven(0, 61).await.expect("it is there");
    let redriven = Counts {
        quarantined_records: 0,
        ..counts
    };
    assert_eq!(bench.store.counts().await.expect("it answers"), redriven);
}
