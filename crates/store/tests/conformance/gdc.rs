//! Questions to customs services: who may ask, how fast, and about which declaration.

use std::time::Duration;

use bordergate_model::{DeclarationNumber, GateId, Milestone, Observation, SourceId};
use bordergate_store::{
    AskedService, DoorLease, Question, QuestionChange, QuestionStep, service_door,
};

use crate::bench::Bench;
use crate::doors;
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
        declarations: [number(declaration)].into(),
        ..reading(offset, milestone)
    }
}

fn sources() -> Vec<(SourceId, GateId)> {
    vec![(source("hn-customs"), gate("huu-nghi"))]
}

async fn take(bench: &Bench) -> DoorLease {
    let lease = doors::take(bench, &service_door(URL), 1).await;
    begin(bench).await;
    lease
}

async fn begin(bench: &Bench) -> AskedService {
    let service = bench.store.begin_service(URL).await;
    service.expect("it answers")
}

async fn next(bench: &Bench) -> Option<(Question, u64)> {
    let next = bench.store.next_question(&sources(), WEEK).await;
    next.expect("it answers")
}

async fn next_number(bench: &Bench) -> Option<String> {
    let next = next(bench).await?;
    Some(next.0.declaration.to_string())
}

fn step(declaration: &str, change: QuestionChange) -> QuestionStep {
    QuestionStep {
        url: URL.to_owned(),
        failure_count: 0,
        pause: Duration::ZERO,
        source_id: source("hn-customs"),
        declaration: number(declaration),
        change,
    }
}

async fn note(bench: &Bench, lease: &DoorLease, declaration: &str, change: QuestionChange) {
    let step = step(declaration, change);
    let noted = bench.store.note_question(lease, &step).await;
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
    let lease = take(&bench).await;
    assert_eq!(next(&bench).await.map(|(_, due)| due), Some(3));
    // None was asked about: the crossing that began first, then by number.
    assert_eq!(next_number(&bench).await.as_deref(), Some(first));
    note(&bench, &lease, first, QuestionChange::Asked).await;
    note(&bench, &lease, first, QuestionChange::Failed).await;
    for expected in [second, third] {
        assert_eq!(next_number(&bench).await.as_deref(), Some(expected));
        note(&bench, &lease, expected, QuestionChange::Asked).await;
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
    note(&bench, &lease, first, settled).await;
    let not_yet = QuestionChange::Answered {
        again_after: HOUR,
        is_settled: false,
    };
    note(&bench, &lease, second, not_yet).await;
    assert_eq!(next_number(&bench).await.as_deref(), Some(third));
    let put_off = QuestionChange::Postponed { again_after: HOUR };
    note(&bench, &lease, third, put_off).await;
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
    let lease = take(&bench).await;
    note(&bench, &lease, "101111111110", QuestionChange::Asked).await;
    let settled = QuestionChange::Answered {
        again_after: Duration::ZERO,
        is_settled: true,
    };
    note(&bench, &lease, "101111111110", settled).await;
    let mut amended = crossing(&[first, declared(2, Milestone::Channelled, "101111111111")]);
    amended.revision = 2;
    owner.store(3, &[amended]).await;
    assert_eq!(next(&bench).await, None);
}

pub(crate) async fn the_pace_and_the_failures_outlive_who_asked(bench: Bench) {
    let lease = take(&bench).await;
    let first = begin(&bench).await;
    assert_eq!((first.failure_count, first.pause), (0, Duration::ZERO));
    for pause in [HOUR, Duration::ZERO] {
        let failed = QuestionStep {
            failure_count: 3,
            pause,
            ..step("101111111110", QuestionChange::Failed)
        };
        let noted = bench.store.note_question(&lease, &failed).await;
        assert!(noted.expect("it answers"));
    }
    let second = begin(&bench).await;
    assert_eq!(second.failure_count, 3);
    assert!(
        second.pause > HOUR / 2 && second.pause <= HOUR,
        "a shorter pause takes nothing away: {:?}",
        second.pause
    );
}

pub(crate) async fn an_earlier_asker_is_fenced_and_notes_nothing(bench: Bench) {
    let first = take(&bench).await;
    doors::release(&bench, &first).await;
    take(&bench).await;
    let late = QuestionStep {
        failure_count: 9,
        ..step("101111111110", QuestionChange::Asked)
    };
    let noted = bench.store.note_question(&first, &late).await;
    assert!(!noted.expect("it answers"));
    assert_eq!(bench.count("gdc_questions").await, 0);
    assert_eq!(begin(&bench).await.failure_count, 0);
}

pub(crate) async fn a_declaration_that_nobody_waits_for_is_forgotten_after_a_while(bench: Bench) {
    let mut owner = Owner::take(&bench.store).await;
    let [open, gone, fresh] = ["101111111110", "102222222220", "103333333330"];
    let waiting = crossing(&[declared(1, Milestone::GateIn, open)]);
    let left = closed(crossing(&[declared(2, Milestone::CrossedOut, gone)]));
    owner.store(10, &[waiting, left]).await;
    let lease = take(&bench).await;
    for declaration in [open, gone, fresh] {
        note(&bench, &lease, declaration, QuestionChange::Asked).await;
    }
    let thin = async |kept_for, limit| {
        let thinned = bench.store.thin_questions(kept_for, limit).await;
        thinned.expect("it answers")
    };
    assert_eq!(thin(HOUR, 10).await, 0, "asked about of late");
    // Asked longest ago goes first, and no more than allowed.
    assert_eq!(thin(Duration::ZERO, 1).await, 1);
    assert_eq!(
        bench
            .count("gdc_questions where link_part = '10222222222'")
            .await,
        0
    );
    assert_eq!(thin(Duration::ZERO, 10).await, 1);
    assert_eq!(
        bench
            .count("gdc_questions where link_part = '10111111111'")
            .await,
        1,
        "an open crossing may still be asked about"
    );
}
