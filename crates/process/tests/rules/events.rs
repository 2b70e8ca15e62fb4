//! One event told several times: doubles, conflicts, corrections.

use bordergate_model::{Crossing, Milestone, State};
use jiff::Timestamp;

use crate::message::{minute, report, yard};
use crate::world::World;

#[tokio::test]
async fn the_same_event_told_again_is_a_duplicate_in_one_batch_and_in_two() {
    for batch_records in [1, 100] {
        let world = World::new().await;
        let body = report("a", "GATE_IN", "12C-123.45", minute(0), "");
        let (first, retry) = (yard("1", &*body, minute(1)), yard("2", &*body, minute(2)));
        world
            .append([first.clone(), retry.clone(), first.clone()])
            .await;
        world.process(batch_records).await;
        assert_eq!(
            world.codes(first.record_id).await,
            ["observed", "record.duplicate"]
        );
        assert_eq!(world.codes(retry.record_id).await, ["event.duplicate"]);
        let crossings = world.crossings().await;
        assert_eq!((crossings.len(), crossings[0].readings.len()), (1, 1));
        assert_eq!(crossings[0].revision, 1, "a duplicate changes nothing");
    }
}

#[tokio::test]
async fn an_event_told_otherwise_without_a_higher_revision_is_a_conflict() {
    for batch_records in [1, 100] {
        let world = World::new().await;
        let first = yard(
            "1",
            report("a", "GATE_IN", "12C-123.45", minute(0), ""),
            minute(1),
        );
        let other = yard(
            "2",
            report("a", "GATE_IN", "29H-678.90", minute(0), ""),
            minute(2),
        );
        world.append([first.clone(), other.clone()]).await;
        world.process(batch_records).await;
        assert_eq!(world.codes(first.record_id).await, ["observed"]);
        assert_eq!(world.codes(other.record_id).await, ["event.conflict"]);
        assert_eq!(world.crossings().await.len(), 1);
    }
}

/// What a crossing says, without names, offsets and revisions, which depend on the order of arrival.
fn said(crossing: &Crossing) -> (Option<String>, State, Vec<(Milestone, Timestamp)>) {
    let standing = crossing.milestones.iter();
    let milestones = standing.map(|(milestone, standing)| (*milestone, standing.at));
    (crossing.plate.clone(), crossing.state, milestones.collect())
}

/// Returns what all crossings say once these bodies have come, one batch each or all at once.
async fn said_after(
    bodies: &[&String],
    batch_records: usize,
) -> Vec<(Option<String>, State, Vec<(Milestone, Timestamp)>)> {
    let world = World::new().await;
    for (number, body) in bodies.iter().enumerate() {
        let number = i64::try_from(number).expect("few bodies");
        world
            .append([yard(
                &format!("{number}"),
                body.as_str(),
                minute(200 + number),
            )])
            .await;
    }
    world.process(batch_records).await;
    assert_eq!(world.quarantine().await.len(), 0);
    let mut all: Vec<_> = world.crossings().await.iter().map(said).collect();
    all.sort();
    all
}

#[tokio::test]
async fn revisions_of_an_event_in_any_order_end_in_the_same_state() {
    let revision = |number: u32, minutes| {
        report(
            "a",
            "GATE_IN",
            "12C-123.45",
            minute(minutes),
            &format!(r#""revision": {number}"#),
        )
    };
    let (one, two, three) = (revision(1, 10), revision(2, 20), revision(3, 30));
    for batch_records in [1, 100] {
        let expected = [(
            Some("12C12345".to_owned()),
            State::Open,
            vec![(Milestone::GateIn, minute(20))],
        )];
        for order in [[&one, &two], [&two, &one]] {
            assert_eq!(said_after(&order, batch_records).await, expected);
        }
        let expected = [(
            Some("12C12345".to_owned()),
            State::Open,
            vec![(Milestone::GateIn, minute(30))],
        )];
        for order in [
            [&one, &two, &three],
            [&three, &one, &two],
            [&two, &three, &one],
            [&three, &two, &one],
        ] {
            assert_eq!(said_after(&order, batch_records).await, expected);
        }
    }
}

#[tokio::test]
async fn a_correction_under_its_own_id_counts_whether_it_comes_first_or_last() {
    let wrong = report("a", "GATE_IN", "12C-123.45", minute(10), "");
    let right = report(
        "b",
        "GATE_IN",
        "29H-678.90",
        minute(15),
        r#""corrects": "a""#,
    );
    let other = report("c", "YARD_IN", "29H-678.90", minute(40), "");
    let expected = [(
        Some("29H67890".to_owned()),
        State::Open,
        vec![
            (Milestone::GateIn, minute(15)),
            (Milestone::YardIn, minute(40)),
        ],
    )];
    for batch_records in [1, 100] {
        for order in [
            [&wrong, &right, &other],
            [&right, &wrong, &other],
            [&other, &right, &wrong],
            [&wrong, &other, &right],
        ] {
            assert_eq!(said_after(&order, batch_records).await, expected);
        }
    }
}
