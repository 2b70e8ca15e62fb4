//! Questions to customs services: who may ask, how fast, and about which declaration.

use std::time::Duration;

use bordergate_model::{DeclarationNumber, GateId, Milestone, Observation, SourceId};
use bordergate_store::{AskedService, Question, QuestionChange, QuestionStep, TakeService};
use uuid::Uuid;

use crate::bench::Bench;
use crate::sample::{Owner, at, closed, crossing, gate, reading, source};

const URL: &str = "https://customs.example/lists";
const WEEK: Duration = Duration::from_secs(7 * 86_400);
const HOUR: Duration = Duration::from_secs(3600);

fn number(text: &str) -> DeclarationNumber {
    DeclarationNumber::parse(text).expect("eleven or twelve digits")
}

/// A reading that names a declaration.
fn declared(offset: i64, milestone: Milestone, declaration: &str) -> Observation {
    Observation {
        declarations: vec![number(declaration)],
        ..reading(offset, milestone)
    }
}

fn sources() -> Vec<(SourceId, GateId)> {
    vec![(source("hn-customs"), gate("huu-nghi"))]
}

async fn take(bench: &Bench, owner: u128) -> AskedService {
    let taken = bench.store.take_service(URL, Uuid::from_u128(owner)).await;
    match taken.expect("it answers") {
        TakeService::Taken(service) => service,
        TakeService::Held => panic!("nobody else has it"),
    }
}

async fn next(bench: &Bench) -> Option<(Question, u64)> {
    let next = bench.store.next_question(&sources(), WEEK).await;
    next.expect("it answers")
}

async fn next_number(bench: &Bench) -> Option<String> {
    let next = next(bench).await?;
    Some(next.0.declaration.to_string())
}

fn step(service: &AskedService, declaration: &str, change: QuestionChange) -> QuestionStep {
    QuestionStep {
        url: URL.to_owned(),
        owner_epoch: service.owner_epoch,
        failure_count: 0,
        pause: Duration::ZERO,
        source_id: source("hn-customs"),
        declaration: number(declaration),
        change,
    }
}

async fn note(bench: &Bench, service: &AskedService, declaration: &str, change: QuestionChange) {
    let step = step(service, declaration, change);
    let noted = bench.store.note_question(&step).await;
    assert!(noted.expect("it answers"));
}

pub(crate) async fn asked_about_is_what_an_open_crossing_waits_for(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let waiting = crossing(&[
        declared(10, Milestone::DeclRegistered, "10111111111"),
        declared(11, Milestone::GateIn, "101111111112"),
        declared(12, Milestone::Channelled, "101111111111"),
    ]);
    let passed = crossing(&[
        declared(1, Milestone::GateIn, "102222222220"),
        reading(2, Milestone::SupervisionPassed),
    ]);
    let gone = closed(crossing(&[declared(
        3,
        Milestone::CrossedOut,
        "103333333330",
    )]));
    let undeclared = crossing(&[reading(4, Milestone::GateIn)]);
    owner.store(20, &[waiting, passed, gone, undeclared]).await;
    let (question, due_count) = next(&bench).await.expect("one waits");
    assert_eq!(due_count, 1);
    assert_eq!(
        question,
        Question {
            source_id: source("hn-customs"),
            declaration: number("101111111112"),
            registered_at: Some(at(600)),
        },
        "the last amendment, and the day it was registered"
    );
    let elsewhere = [(source("tt-cam"), gate("tan-thanh"))];
    let next = bench.store.next_question(&elsewhere, WEEK).await;
    assert_eq!(next.expect("it answers"), None);
    let nowhere = bench.store.next_question(&[], WEEK).await;
    assert_eq!(nowhere.expect("it answers"), None);
}

pub(crate) async fn the_one_asked_longest_ago_comes_first_and_a_settled_one_never(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let [first, second, third] = ["101111111110", "102222222220", "103333333330"];
    let both = crossing(&[
        declared(1, Milestone::GateIn, first),
        declared(2, Milestone::Weighed, second),
    ]);
    let later = crossing(&[declared(3, Milestone::GateIn, third)]);
    owner.store(10, &[both, later]).await;
    let service = take(&bench, 1).await;
    assert_eq!(next(&bench).await.map(|(_, due)| due), Some(3));
    // None was asked about: the crossing that began first, then by number.
    assert_eq!(next_number(&bench).await.as_deref(), Some(first));
    note(&bench, &service, first, QuestionChange::Asked).await;
    note(&bench, &service, first, QuestionChange::Failed).await;
    for expected in [second, third] {
        assert_eq!(next_number(&bench).await.as_deref(), Some(expected));
        note(&bench, &service, expected, QuestionChange::Asked).await;
    }
    assert_eq!(
        next(&bench)
            .await
            .map(|(question, due)| (question.declaration, due)),
        Some((number(first), 3)),
        "without an answer each stays due, the one asked longest ago first"
    );

    let settled = QuestionChange::Answered {
        again_after: Duration::ZERO,
        is_settled: true,
    };
    note(&bench, &service, first, settled).await;
    let not_yet = QuestionChange::Answered {
        again_after: HOUR,
        is_settled: false,
    };
    note(&bench, &service, second, not_yet).await;
    assert_eq!(next_number(&bench).await.as_deref(), Some(third));
    let put_off = QuestionChange::Postponed { again_after: HOUR };
    note(&bench, &service, third, put_off).await;
    assert_eq!(next(&bench).await, None);
    bench
        .edit("update gdc_questions set due_at = asked_at")
        .await;
    assert_eq!(next(&bench).await.map(|(_, due)| due), Some(2));

    let asked_enough = bench.store.next_question(&sources(), Duration::ZERO).await;
    assert_eq!(asked_enough.expect("it answers"), None);
}

pub(crate) async fn an_amendment_of_a_settled_declaration_is_not_asked_about(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let first = declared(1, Milestone::GateIn, "101111111110");
    owner
        .store(2, &[crossing(std::slice::from_ref(&first))])
        .await;
    let service = take(&bench, 1).await;
    note(&bench, &service, "101111111110", QuestionChange::Asked).await;
    let settled = QuestionChange::Answered {
        again_after: Duration::ZERO,
        is_settled: true,
    };
    note(&bench, &service, "101111111110", settled).await;
    let mut amended = crossing(&[first, declared(2, Milestone::Channelled, "101111111111")]);
    amended.revision = 2;
    owner.store(3, &[amended]).await;
    assert_eq!(next(&bench).await, None);
}

pub(crate) async fn the_pace_and_the_failures_outlive_who_asked(bench: Bench) {
    let first = take(&bench, 1).await;
    assert_eq!((first.failure_count, first.pause), (0, Duration::ZERO));
    let mut failed = step(&first, "101111111110", QuestionChange::Failed);
    (failed.failure_count, failed.pause) = (3, HOUR);
    assert!(
        bench
            .store
            .note_question(&failed)
            .await
            .expect("it answers")
    );
    failed.pause = Duration::ZERO;
    assert!(
        bench
            .store
            .note_question(&failed)
            .await
            .expect("it answers")
    );
    let released = bench.store.release_service(URL, first.owner_epoch).await;
    released.expect("it answers");
    let second = take(&bench, 2).await;
    assert_eq!(second.failure_count, 3);
    assert!(
        second.pause > HOUR / 2 && second.pause <= HOUR,
        "a shorter pause takes nothing away: {:?}",
        second.pause
    );
}

pub(crate) async fn one_asks_a_service_and_an_earlier_one_is_fenced(bench: Bench) {
    let first = take(&bench, 1).await;
    let other = bench.store.take_service(URL, Uuid::from_u128(2)).await;
    let other = other.expect("it answers");
    if bench.has_leases() {
        assert_eq!(other, TakeService::Held);
        bench
            .edit("update gdc_services set lease_until = clock_timestamp() - interval '1 s'")
            .await;
    }
    let second = take(&bench, 2).await;
    assert!(second.owner_epoch > first.owner_epoch);
    let renewed = bench.store.renew_service(URL, first.owner_epoch).await;
    assert!(!renewed.expect("it answers"));
    let late = step(&first, "101111111110", QuestionChange::Asked);
    assert!(!bench.store.note_question(&late).await.expect("it answers"));
    assert_eq!(bench.count("gdc_questions").await, 0);
    let released = bench.store.release_service(URL, first.owner_epoch).await;
    released.expect("it answers");
    let renewed = bench.store.renew_service(URL, second.owner_epoch).await;
    assert!(
        renewed.expect("it answers"),
        "the late release was not ours"
    );
}
