//! Look-ups of a batch: records, events, crossings by key, unlinked observations, tombstones.

use bordergate_model::{CrossingId, KeyKind, LaneWindow, MatchKey, Milestone, Observation, State};
use bordergate_store::{Found, Wanted};

use crate::bench::Bench;
use crate::sample::{
    Owner, at, closed, crossing, gate, measured, plate_key, quarantined, reading, record_id,
    source, tombstone, unlinked, window,
};

async fn look_up(bench: &Bench, wanted: Wanted) -> Found {
    bench.store.look_up(&wanted).await.expect("it answers")
}

async fn by_key(bench: &Bench, key: &str, from: i64, until: i64) -> Found {
    look_up(
        bench,
        Wanted {
            keys: vec![window(plate_key(key), from, until)],
            ..Wanted::default()
        },
    )
    .await
}

fn ids(found: &Found) -> Vec<CrossingId> {
    found
        .crossings
        .iter()
        .map(|crossing| crossing.crossing_id)
        .collect()
}

pub(crate) async fn a_crossing_that_only_its_lane_ended_is_found_by_key_whenever(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let mut visit = closed(crossing(&[
        reading(10, Milestone::GateIn),
        reading(20, Milestone::CrossedOut),
    ]));
    let by_key_of_a_plate = visit.readings[1].link_key.clone();
    visit.readings[1].link_key = Some(MatchKey {
        kind: KeyKind::Lane,
        value: "3".to_owned(),
    });
    owner.store(21, std::slice::from_ref(&visit)).await;
    let days_later = (500_000, 600_000);
    let found = by_key(&bench, "12C12345", days_later.0, days_later.1).await;
    assert_eq!(found.crossings, vec![visit.clone()]);
    visit.revision = 2;
    visit.readings[1].link_key = by_key_of_a_plate;
    let mut batch = owner.batch(owner.next_offset + 1);
    batch.crossings.push(measured(visit));
    owner.commit(&batch).await;
    let found = by_key(&bench, "12C12345", days_later.0, days_later.1).await;
    assert!(found.crossings.is_empty(), "its plate was read at its end");
}

pub(crate) async fn a_crossing_is_found_by_key_while_it_matters(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let visit = crossing(&[
        reading(10, Milestone::GateIn),
        reading(20, Milestone::CrossedOut),
    ]);
    owner.store(21, std::slice::from_ref(&visit)).await;
    let (inside, before, after) = ((900, 1_000), (0, 599), (1_201, 9_000));
    let (touching_start, touching_end) = ((0, 600), (1_200, 9_000));
    for (revision, state, found_at, missed_at) in [
        (1, State::Open, vec![inside, before, after], vec![]),
        (2, State::Expired, vec![inside, before, after], vec![]),
        (
            3,
            State::Closed,
            vec![inside, touching_start, touching_end],
            vec![before, after],
        ),
        (4, State::TurnedBack, vec![inside], vec![before, after]),
    ] {
        let mut visit = visit.clone();
        (visit.revision, visit.state) = (revision, state);
        let mut batch = owner.batch(owner.next_offset + 1);
        batch.crossings.push(measured(visit.clone()));
        if revision > 1 {
            owner.commit(&batch).await;
        }
        for (from, until) in found_at {
            let found = by_key(&bench, "12C12345", from, until).await;
            assert_eq!(
                found.crossings,
                vec![visit.clone()],
                "{state} {from}..={until}"
            );
        }
        for (from, until) in missed_at {
            assert!(
                by_key(&bench, "12C12345", from, until)
                    .await
                    .crossings
                    .is_empty(),
                "{state} {from}..={until}"
            );
        }
    }
    assert!(
        by_key(&bench, "99X99999", 0, 9_000)
            .await
            .crossings
            .is_empty()
    );
    let mut elsewhere = window(plate_key("12C12345"), 900, 1_000);
    elsewhere.gate_id = gate("tan-thanh");
    assert!(
        look_up(
            &bench,
            Wanted {
                keys: vec![elsewhere],
                ..Wanted::default()
            }
        )
        .await
        .crossings
        .is_empty()
    );
    let twice = vec![window(plate_key("12C12345"), 900, 1_000); 2];
    let wanted = Wanted {
        keys: twice,
        crossing_ids: vec![visit.crossing_id],
        ..Wanted::default()
    };
    assert_eq!(
        ids(&look_up(&bench, wanted).await),
        vec![visit.crossing_id],
        "each once"
    );
}

pub(crate) async fn an_event_is_found_by_its_id_and_by_what_corrects_it(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let mut batch = owner.batch_of(2, &[closed(crossing(&[reading(1, Milestone::GateIn)]))]);
    let correction = Observation {
        corrects: Some("event-1".to_owned()),
        ..reading(2, Milestone::GateIn)
    };
    let mut stranger = Observation {
        event_id: Some("event-1".to_owned()),
        ..reading(3, Milestone::GateIn)
    };
    stranger.source_id = source("hn-customs");
    batch
        .observations
        .extend([unlinked(correction.clone()), unlinked(stranger)]);
    batch.next_offset = 4;
    owner.commit(&batch).await;
    let events = vec![(source("hn-cam"), "event-1".to_owned())];
    let mut found = look_up(
        &bench,
        Wanted {
            events,
            ..Wanted::default()
        },
    )
    .await;
    found
        .events
        .sort_by_key(|(observation, _)| observation.offset);
    let crossing_id = found.crossings[0].crossing_id;
    let expected = vec![
        (reading(1, Milestone::GateIn), Some(crossing_id)),
        (correction, None),
    ];
    assert_eq!(found.events, expected);
    assert_eq!(
        found.crossings.len(),
        1,
        "the crossing that holds the event comes whole, though it is closed"
    );
    assert_eq!(found.crossings[0].readings.len(), 1);
}

pub(crate) async fn every_appearance_of_a_record_is_known(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let (mut outcome, row) = quarantined(1);
    outcome.record_id = record_id(2);
    let mut batch = owner.batch_of(3, &[crossing(&[reading(2, Milestone::GateIn)])]);
    let mut second = batch.observations[0].clone();
    (second.observation.index, second.observation.event_id) = (1, None);
    batch.observations.push(second);
    batch.outcomes.push(outcome.clone());
    batch.quarantine.push(row);
    owner.commit(&batch).await;
    let found = look_up(
        &bench,
        Wanted {
            record_ids: vec![record_id(2), record_id(77)],
            ..Wanted::default()
        },
    )
    .await;
    let seen: Vec<_> = found
        .records
        .iter()
        .map(|known| (known.offset, known.outcome.clone()))
        .collect();
    assert_eq!(
        seen,
        vec![(1, Some(outcome.outcome)), (2, None)],
        "by offset, two observations of one record once"
    );
    assert_eq!(
        (found.records[0].body_sha256, found.records[1].body_sha256),
        ([9; 32], [7; 32])
    );
}

pub(crate) async fn unlinked_observations_are_found_within_the_span(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let alone = reading(10, Milestone::Weighed);
    let mut batch = owner.batch(11);
    batch.observations.push(unlinked(alone.clone()));
    owner.commit(&batch).await;
    for (from, until, is_found) in [
        (600, 600, true),
        (0, 9_000, true),
        (0, 599, false),
        (601, 9_000, false),
    ] {
        let found = by_key(&bench, "12C12345", from, until).await;
        let expected = if is_found {
            vec![alone.clone()]
        } else {
            Vec::new()
        };
        assert_eq!(found.unlinked, expected, "{from}..={until}");
    }
}

pub(crate) async fn what_a_lane_told_is_found_by_the_moment_it_is_linked_by(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let on_lane = |offset, lane: &str| Observation {
        lane: Some(lane.into()),
        ..reading(offset, Milestone::Weighed)
    };
    let visit = closed(crossing(&[
        reading(1, Milestone::GateIn),
        on_lane(10, "3"),
        on_lane(11, "3"),
    ]));
    let alone = on_lane(12, "3");
    let mut unbelieved = on_lane(13, "3");
    unbelieved.is_suspect = true;
    unbelieved.received_at = at(2_000);
    let mut batch = owner.batch_of(14, std::slice::from_ref(&visit));
    let beside = [alone.clone(), unbelieved.clone(), on_lane(9, "4")];
    batch.observations.extend(beside.map(unlinked));
    owner.commit(&batch).await;
    let window = |lane: &str, from, until| LaneWindow {
        gate_id: gate("huu-nghi"),
        lane: lane.to_owned(),
        from: at(from),
        until: at(until),
    };
    let on_lanes = async |lanes: Vec<LaneWindow>| {
        let wanted = Wanted {
            lanes,
            ..Wanted::default()
        };
        let mut found = look_up(&bench, wanted).await;
        found.unlinked.sort_by_key(|reading| reading.offset);
        (found.crossings, found.unlinked)
    };
    let all = vec![window("3", 600, 2_000)];
    let whole = (vec![visit.clone()], vec![alone.clone(), unbelieved.clone()]);
    assert_eq!(on_lanes(all).await, whole, "the crossing once, and whole");
    for (from, until, has_visit, offsets) in [
        (660, 660, true, vec![]),
        (661, 720, false, vec![12]),
        (721, 1_999, false, vec![]),
        (2_000, 2_000, false, vec![13]),
    ] {
        let (crossings, unlinked) = on_lanes(vec![window("3", from, until)]).await;
        let found: Vec<_> = unlinked.iter().map(|reading| reading.offset).collect();
        assert_eq!(
            (crossings.len(), found),
            (has_visit.into(), offsets),
            "{from}..={until}"
        );
    }
    let mut elsewhere = window("3", 0, 9_000);
    elsewhere.gate_id = gate("tan-thanh");
    assert_eq!(on_lanes(vec![elsewhere]).await, (vec![], vec![]));
}

pub(crate) async fn merged_crossings_are_told_to_those_that_come_back(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let (first, second) = (
        reading(1, Milestone::GateIn),
        reading(2, Milestone::Weighed),
    );
    let lost = crossing(std::slice::from_ref(&second));
    let mut whole = crossing(&[first, second]);
    owner
        .store(
            2,
            &[crossing(
                &whole.readings[..1]
                    .iter()
                    .map(|r| r.observation.as_ref().clone())
                    .collect::<Vec<_>>(),
            )],
        )
        .await;
    owner.store(3, std::slice::from_ref(&lost)).await;
    whole.revision = 2;
    let mut batch = owner.batch(4);
    let gone = tombstone(lost.clone(), Some(whole.crossing_id));
    batch.crossings = vec![measured(whole.clone()), measured(gone.clone())];
    batch.relinks.push(bordergate_store::Relink {
        reference: whole.readings[1].observation.reference(),
        crossing_id: Some(whole.crossing_id),
        link_key: whole.readings[1].link_key.clone(),
        unlinked: None,
    });
    owner.commit(&batch).await;
    let found = by_key(&bench, "12C12345", 0, 600).await;
    assert_eq!(found.crossings, vec![whole]);
    assert_eq!(found.tombstones, vec![(lost.crossing_id, 2)]);
    assert_eq!(
        bench
            .store
            .crossing(lost.crossing_id)
            .await
            .expect("it answers"),
        Some(gone)
    );
}
