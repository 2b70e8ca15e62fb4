//! Pages and filters.

use bordergate_model::{Channel, Direction, Milestone, State};
use bordergate_store::{CrossingFilter, ObservationFilter, QuarantineFilter};

use crate::bench::Bench;
use crate::sample::{
    Owner, at, closed, crossing, gate, measured, plate_key, quarantined, reading, record_id,
    source, tombstone, unlinked,
};

pub(crate) async fn crossings_turn_pages_without_loss_or_repetition(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    // All begin at the same moment: only the id orders them.
    let crossings: Vec<_> = (0..7)
        .map(|n| {
            let mut one = reading(n, Milestone::GateIn);
            one.occurred.at = Some(at(0));
            crossing(&[one])
        })
        .collect();
    owner.store(7, &crossings).await;
    let mut expected: Vec<_> = crossings
        .iter()
        .map(|crossing| crossing.crossing_id)
        .collect();
    expected.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = bench
            .store
            .crossings(&CrossingFilter::default(), after, 3)
            .await
            .expect("it answers");
        seen.extend(page.crossings.iter().map(|crossing| crossing.crossing_id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected);
}

pub(crate) async fn observations_turn_pages_while_others_arrive(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let mut batch = owner.batch(6);
    batch.observations = (0..6)
        .map(|n| unlinked(reading(n, Milestone::Weighed)))
        .collect();
    owner.commit(&batch).await;
    for unlinked_only in [true, false] {
        let filter = ObservationFilter {
            unlinked_only,
            gate_id: Some(gate("huu-nghi")),
            ..ObservationFilter::default()
        };
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = bench
                .store
                .observations(&filter, after.as_deref(), 2)
                .await
                .expect("it answers");
            seen.extend(page.observations.iter().map(|fate| fate.observation.offset));
            after = page.next;
            if after.is_none() {
                break;
            }
            // One more arrives behind.
            let offset = owner.next_offset;
            if offset < 8 {
                let mut batch = owner.batch(offset + 1);
                batch
                    .observations
                    .push(unlinked(reading(offset, Milestone::Weighed)));
                owner.commit(&batch).await;
            }
        }
        assert_eq!(seen, (0..8).collect::<Vec<_>>());
    }
    let range = ObservationFilter {
        from: Some(at(62)),
        to: Some(at(182)),
        ..ObservationFilter::default()
    };
    let page = bench
        .store
        .observations(&range, None, 10)
        .await
        .expect("it answers");
    let offsets: Vec<_> = page
        .observations
        .iter()
        .map(|fate| fate.observation.offset)
        .collect();
    assert_eq!(offsets, [1, 2], "by reception, half open");
    let error = bench
        .store
        .observations(&range, Some("gibberish"), 10)
        .await
        .expect_err("no token of ours");
    assert_eq!(error.code(), "page_token.malformed");
}

pub(crate) async fn filters_of_crossings_hold_together(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let visit = |n, m| {
        closed(crossing(&[
            reading(n, Milestone::GateIn),
            reading(m, Milestone::CrossedOut),
        ]))
    };
    let mut red = visit(10, 20);
    red.channel = Channel::Red;
    let mut unknown = crossing(&[reading(30, Milestone::Weighed)]);
    unknown.direction = Direction::Unknown;
    unknown.keys = vec![plate_key("99X99999")];
    let lost = crossing(&[reading(40, Milestone::GateIn)]);
    let green = visit(1, 5);
    owner
        .store(
            41,
            &[green.clone(), red.clone(), unknown.clone(), lost.clone()],
        )
        .await;
    let mut batch = owner.batch(42);
    batch
        .crossings
        .push(measured(tombstone(lost.clone(), None)));
    owner.commit(&batch).await;
    let all = CrossingFilter::default();
    let (green, red, unknown, lost) = (
        green.crossing_id,
        red.crossing_id,
        unknown.crossing_id,
        lost.crossing_id,
    );
    for (filter, expected) in [
        (all.clone(), vec![green, red, unknown]),
        (
            CrossingFilter {
                gate_id: Some(gate("tan-thanh")),
                ..all.clone()
            },
            vec![],
        ),
        (
            CrossingFilter {
                direction: Some(Direction::Unknown),
                ..all.clone()
            },
            vec![unknown],
        ),
        (
            CrossingFilter {
                channel: Some(Channel::Red),
                ..all.clone()
            },
            vec![red],
        ),
        (
            CrossingFilter {
                states: vec![State::Open],
                ..all.clone()
            },
            vec![unknown],
        ),
        (
            CrossingFilter {
                states: vec![State::Merged, State::Open],
                ..all.clone()
            },
            vec![unknown, lost],
        ),
        (
            CrossingFilter {
                key: Some(plate_key("12C12345")),
                ..all.clone()
            },
            vec![green, red],
        ),
        (
            CrossingFilter {
                key: Some(plate_key("99X99999")),
                from: Some(at(0)),
                ..all.clone()
            },
            vec![unknown],
        ),
        (
            CrossingFilter {
                key: Some(plate_key("99X99999")),
                to: Some(at(0)),
                ..all.clone()
            },
            vec![],
        ),
        (
            CrossingFilter {
                from: Some(at(300)),
                to: Some(at(1_200)),
                ..all.clone()
            },
            vec![green],
        ),
        (
            CrossingFilter {
                from: Some(at(301)),
                ..all.clone()
            },
            vec![red, unknown],
        ),
        (
            CrossingFilter {
                from: Some(at(301)),
                channel: Some(Channel::Red),
                ..all.clone()
            },
            vec![red],
        ),
    ] {
        for limit in [1, 100] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = bench
                    .store
                    .crossings(&filter, after, limit)
                    .await
                    .expect("it answers");
                seen.extend(page.crossings.iter().map(|crossing| crossing.crossing_id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{filter:?}");
        }
    }
}

pub(crate) async fn quarantine_lists_newest_first_and_notes_redrives(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let mut batch = owner.batch(3);
    for offset in 0..3 {
        let (outcome, mut row) = quarantined(offset);
        if offset == 1 {
            row.code = "event.conflict".to_owned();
        }
        batch.outcomes.push(outcome);
        batch.quarantine.push(row);
    }
    owner.commit(&batch).await;
    bench.store.mark_redriven(0, 2).await.expect("it is there");
    let unknown = bench
        .store
        .mark_redriven(0, 9)
        .await
        .expect_err("there is none");
    assert_eq!(unknown.code(), "quarantine.unknown");
    let all = QuarantineFilter::default();
    for (filter, expected) in [
        (all.clone(), vec![1, 0]),
        (
            QuarantineFilter {
                with_redriven: true,
                ..all.clone()
            },
            vec![2, 1, 0],
        ),
        (
            QuarantineFilter {
                code: Some("event.conflict".to_owned()),
                ..all.clone()
            },
            vec![1],
        ),
        (
            QuarantineFilter {
                record_id: Some(record_id(0)),
                ..all.clone()
            },
            vec![0],
        ),
        (
            QuarantineFilter {
                source_id: Some(source("tt-cam")),
                ..all.clone()
            },
            vec![],
        ),
    ] {
        let rows = bench
            .store
            .quarantined(&filter, 10)
            .await
            .expect("it answers");
        assert_eq!(
            rows.iter().map(|row| row.offset).collect::<Vec<_>>(),
            expected,
            "{filter:?}"
        );
        assert!(
            rows.iter()
                .all(|row| row.redriven_at.is_some() == (row.offset == 2))
        );
    }
    assert_eq!(
        bench
            .store
            .quarantined(&all, 1)
            .await
            .expect("it answers")
            .len(),
        1
    );
}
